// Strings and results in the guest's memory, as C has them: pointers of 32 bits, strings that end with a NUL.

import { EFAULT } from "@vibengine/system";
import type { GuestMemory } from "../wasi/index.ts";

/** The bytes of the string at `at` without its NUL, copied; null when it is not all inside the memory. */
export function readString(guest: GuestMemory, at: number): Uint8Array<ArrayBuffer> | null {
  at >>>= 0;
  if (!guest.has(at, 1)) return null;
  let end = guest.bytes.indexOf(0, at);
  // The views may be older than the last growth.
  if (end < 0 && guest.has(at, guest.bytes.length - at + 1)) end = guest.bytes.indexOf(0, at);
  return end < 0 ? null : new Uint8Array(guest.bytes.subarray(at, end));
}

/** The strings of a NULL-terminated array of pointers; null when something of it lies outside. */
export function readStrings(guest: GuestMemory, at: number): Uint8Array<ArrayBuffer>[] | null {
  at >>>= 0;
  const strings: Uint8Array<ArrayBuffer>[] = [];
  for (; guest.has(at, 4); at += 4) {
    const pointer = guest.view.getUint32(at, true);
    if (pointer === 0) return strings;
    const string = readString(guest, pointer);
    if (string === null) return null;
    strings.push(string);
  }
  return null;
}

/** Puts a result of at least 0 at `at` and gives 0; a negative one is given as its errno. */
export function giveResult(guest: GuestMemory, at: number, result: number): number {
  if (result < 0) return -result;
  at >>>= 0;
  if (!guest.has(at, 4)) return EFAULT;
  guest.view.setUint32(at, result, true);
  return 0;
}

/** Whether all of these places of 4 bytes can be written: to be asked before a call does anything. */
export function hasRoom(guest: GuestMemory, ...places: number[]): boolean {
  return places.every((at) => guest.has(at >>> 0, 4));
}

/** What a call returned, as an errno. */
export function errnoOf(result: number): number {
  return result < 0 ? -result : 0;
}
