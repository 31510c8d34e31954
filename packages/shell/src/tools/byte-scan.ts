// Finds and counts bytes and words 16 at a time, by a small WebAssembly module (byte-scan.wat); by plain loops where the engine
// has no vectors, or no memory to give: a page has some 120 WebAssembly memories for all it runs, and who counts lines is to get by
// without one. Pure.

import { BYTE_SCAN } from "./byte-scan-code.ts";

/** What the module takes at once. */
const WINDOW = 65536;

interface Module {
  memory: WebAssembly.Memory;
  count(length: number, wanted: number): number;
  places(length: number, wanted: number, base: number): number;
  words(length: number, space: number): number;
}

interface Loaded {
  module: Module;
  text: Uint8Array;
  found: Uint32Array;
}

let loaded: Loaded | null | undefined;

/** Null where there are no vectors, or no memory was left. */
function load(): Loaded | null {
  if (loaded === undefined) loaded = assemble();
  return loaded;
}

function assemble(): Loaded | null {
  const code = Uint8Array.from(atob(BYTE_SCAN), (letter) => letter.charCodeAt(0));
  if (!WebAssembly.validate(code)) return null;
  try {
    const module = new WebAssembly.Instance(new WebAssembly.Module(code)).exports as unknown as Module;
    const { buffer } = module.memory;
    return { module, text: new Uint8Array(buffer, 0, WINDOW), found: new Uint32Array(buffer, WINDOW) };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** How many bytes are `wanted`. */
export function countBytes(bytes: Uint8Array, wanted: number): number {
  let count = 0;
  const scan = load();
  if (scan) {
    for (let at = 0; at < bytes.length; at += WINDOW) {
      const piece = bytes.subarray(at, at + WINDOW);
      scan.text.set(piece);
      count += scan.module.count(piece.length, wanted);
    }
  } else for (let i = 0; i < bytes.length; i++) if (bytes[i] === wanted) count++;
  return count;
}

/**
 * The places behind each byte that is `wanted`, counted from `base`, handed to `take` some at a time in an array that is valid
 * during that call.
 */
export function findBytes(bytes: Uint8Array, wanted: number, base: number, take: (places: Uint32Array) => void): void {
  const scan = load();
  for (let at = 0; at < bytes.length; at += WINDOW) {
    const piece = bytes.subarray(at, at + WINDOW);
    if (scan) {
      scan.text.set(piece);
      take(scan.found.subarray(0, scan.module.places(piece.length, wanted, base + at)));
    } else {
      const found: number[] = [];
      for (let i = piece.indexOf(wanted); i >= 0; i = piece.indexOf(wanted, i + 1)) found.push(base + at + i + 1);
      take(Uint32Array.from(found));
    }
  }
}

/**
 * The words of at most 64 KiB of text, and whether its end is white space; null when that takes a closer look: control characters,
 * bytes that are not UTF-8, an engine without vectors.
 */
export function countWords(bytes: Uint8Array, space: boolean): { words: number; space: boolean } | null {
  const scan = load();
  if (!scan) return null;
  scan.text.set(bytes);
  const result = scan.module.words(bytes.length, space ? 1 : 0);
  return result < 0 ? null : { words: result & 0xffff, space: result >> 16 === 1 };
}
