// The checksum of a pack, by a library in WebAssembly that is made ready once.

import xxhash from "xxhash-wasm";

let made: Promise<(bytes: Uint8Array) => number> | undefined;

/** xxHash, 32 bits, seed 0: at memory speed, and enough to tell a damaged pack. */
export function checksummer(): Promise<(bytes: Uint8Array) => number> {
  made ??= xxhash().then(({ h32Raw }) => h32Raw);
  return made;
}
