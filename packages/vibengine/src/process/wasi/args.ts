// args_get, args_sizes_get, environ_get, environ_sizes_get: strings counted in bytes, each with its NUL.

import { wasi } from "@bjorn3/browser_wasi_shim";
import type { GuestMemory } from "./memory.ts";
import type { Binding } from "./process.ts";

export function argsImports({ guest, process }: Binding) {
  return {
    args_get: (pointers: number, buffer: number): number => writeStrings(guest, process.args, pointers, buffer),
    args_sizes_get: (count: number, size: number): number => writeSizes(guest, process.args, count, size),
    environ_get: (pointers: number, buffer: number): number => writeStrings(guest, process.env, pointers, buffer),
    environ_sizes_get: (count: number, size: number): number => writeSizes(guest, process.env, count, size),
  };
}

function writeStrings(guest: GuestMemory, strings: Uint8Array[], pointers: number, buffer: number): number {
  pointers >>>= 0;
  buffer >>>= 0;
  if (!guest.has(pointers, strings.length * 4) || !guest.has(buffer, sizeOf(strings))) return wasi.ERRNO_FAULT;
  for (const string of strings) {
    guest.view.setUint32(pointers, buffer, true);
    guest.bytes.set(string, buffer);
    guest.bytes[buffer + string.length] = 0;
    pointers += 4;
    buffer += string.length + 1;
  }
  return wasi.ERRNO_SUCCESS;
}

function writeSizes(guest: GuestMemory, strings: Uint8Array[], count: number, size: number): number {
  count >>>= 0;
  size >>>= 0;
  if (!guest.has(count, 4) || !guest.has(size, 4)) return wasi.ERRNO_FAULT;
  guest.view.setUint32(count, strings.length, true);
  guest.view.setUint32(size, sizeOf(strings), true);
  return wasi.ERRNO_SUCCESS;
}

function sizeOf(strings: Uint8Array[]): number {
  let size = 0;
  for (const string of strings) size += string.length + 1;
  return size;
}
