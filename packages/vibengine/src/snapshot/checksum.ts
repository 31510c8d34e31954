// The checksum of a pack, by a library in WebAssembly that is made ready once.

import xxhash, { type XXHash } from "xxhash-wasm";

let made: ReturnType<typeof xxhash> | undefined;

/** xxHash, 32 bits, seed 0: at memory speed, and enough to tell a damaged pack. */
export async function checksummer(): Promise<(bytes: Uint8Array) => number> {
  const { h32Raw } = await ready();
  return h32Raw;
}

/** The same of what comes piece by piece; each call begins anew. */
export async function running(): Promise<() => XXHash<number>> {
  const { create32 } = await ready();
  return create32;
}

function ready(): ReturnType<typeof xxhash> {
  made ??= xxhash();
  return made;
}
