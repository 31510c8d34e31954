// Copies between the sandbox's memory and a program's by WebAssembly's `memory.copy`: JavaScript copies out of shared memory with
// care for other threads, which costs a third at 4 KiB and half at 512 bytes. Where an engine has no modules with two memories,
// everything goes as before.

import type { GuestCopier } from "../disk/memory.ts";
import { name, section, uleb, WASM_HEADER } from "./wasm-bytes.ts";

const I32 = 0x7f;
const FUNCTION = 0;
const MEMORY = 2;
/** Limits of a memory: shared with any maximum, or neither. */
const SHARED = [3, 0, ...uleb(65_536)];
const PRIVATE = [0, 0];

/** Compiled when first needed; one for programs whose memory is shared. */
const modules = new Map<boolean, WebAssembly.Module | null>();

/** Null when the engine can't. */
export function makeGuestCopier(disk: WebAssembly.Memory, guest: WebAssembly.Memory): GuestCopier | null {
  const isShared = guest.buffer instanceof SharedArrayBuffer;
  let module = modules.get(isShared);
  if (module === undefined) {
    module = compile(isShared);
    modules.set(isShared, module);
  }
  if (module === null) return null;
  const { exports } = new WebAssembly.Instance(module, { "": { d: disk, g: guest } });
  return {
    memory: guest,
    buffer: guest.buffer,
    toGuest: exports.i as GuestCopier["toGuest"],
    toDisk: exports.o as GuestCopier["toDisk"],
  };
}

/**
 * In text: `(import "" "d" (memory 0 65536 shared)) (import "" "g" (memory 0))
 * (func (export "i") (param i32 i32 i32) (memory.copy 1 0 (local.get 0) (local.get 1) (local.get 2)))
 * (func (export "o") (param i32 i32 i32) (memory.copy 0 1 (local.get 0) (local.get 1) (local.get 2)))`.
 */
function compile(isShared: boolean): WebAssembly.Module | null {
  const imported = (label: string, limits: number[]) => [...name(""), ...name(label), MEMORY, ...limits];
  const copy = (to: number, from: number) => {
    const body = [0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfc, 10, to, from, 0x0b];
    return [body.length, ...body];
  };
  const bytes = Uint8Array.from([
    ...WASM_HEADER,
    ...section(1, [1, 0x60, 3, I32, I32, I32, 0]),
    ...section(2, [2, ...imported("d", SHARED), ...imported("g", isShared ? SHARED : PRIVATE)]),
    ...section(3, [2, 0, 0]),
    ...section(7, [2, ...name("i"), FUNCTION, 0, ...name("o"), FUNCTION, 1]),
    ...section(10, [2, ...copy(1, 0), ...copy(0, 1)]),
  ]);
  try {
    return new WebAssembly.Module(bytes);
  } catch {
    return null;
  }
}
