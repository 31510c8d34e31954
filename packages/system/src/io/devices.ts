// Character devices: null, zero, full, random and urandom. Their inodes stand in /dev on the disk like any file's.

import { ENOSPC } from "../errno.ts";

export const DEVICE_NULL = 1;
export const DEVICE_ZERO = 2;
export const DEVICE_FULL = 3;
export const DEVICE_RANDOM = 4;
export const DEVICE_TTY = 5;
export const DEVICE_NAMES: Record<number, string> = {
  [DEVICE_NULL]: "null",
  [DEVICE_ZERO]: "zero",
  [DEVICE_FULL]: "full",
  [DEVICE_RANDOM]: "urandom",
};
/** Opening device `DEVICE_FD + n` gives a duplicate of the process's fd n: /dev/stdin, stdout, stderr. */
export const DEVICE_FD = 16;
/** Opening device `DEVICE_PTS + n` opens terminal n, if there is one: /dev/pts/n. */
export const DEVICE_PTS = 32;

/** Bytes that `crypto.getRandomValues` gives at most in one call, as the Web Crypto specification says. */
const RANDOM_CHUNK = 65_536;

const fillRandom = crypto.getRandomValues.bind(crypto);

export function readDevice(device: number, into: Uint8Array, at: number, length: number): number {
  if (device === DEVICE_NULL) return 0;
  if (device === DEVICE_RANDOM) randomBytes(into, at, length);
  else into.fill(0, at, at + length);
  return length;
}

export function writeDevice(device: number, length: number): number {
  return device === DEVICE_FULL ? -ENOSPC : length;
}

/** Fills part of any view, on shared memory too (which `getRandomValues` itself rejects), with random bytes. */
export function randomBytes(into: Uint8Array, at: number, length: number): void {
  const chunk = new Uint8Array(Math.min(length, RANDOM_CHUNK));
  for (let done = 0; done < length; done += chunk.length) {
    fillRandom(chunk);
    into.set(length - done < chunk.length ? chunk.subarray(0, length - done) : chunk, at + done);
  }
}
