// Pieces of WebAssembly's binary format, for the small modules that are made here by hand.

/** "\0asm", version 1. */
export const WASM_HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

export function section(id: number, content: number[]): number[] {
  return [id, ...uleb(content.length), ...content];
}

export function uleb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...uleb(value >>> 7)];
}

/** A name of ASCII letters: its length and its bytes. */
export function name(text: string): number[] {
  return [...uleb(text.length), ...Array.from(text, (letter) => letter.charCodeAt(0))];
}
