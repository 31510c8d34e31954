// Bytes in pieces of a given size, joined, as hexadecimal and as C's %g: what the dump and data tools share. Pure, but for the Reader.

import type { Reader } from "../stdio.ts";

export const EMPTY = new Uint8Array(0);

export function joinBytes(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => (byte < 16 ? "0" : "") + byte.toString(16)).join("");

/** Exactly `size` bytes a piece; the last may be shorter. At most `limit` bytes are read. */
export async function* pieces(
  reader: Pick<Reader, "read" | "unread">,
  size: number,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = EMPTY;
  while (limit > 0) {
    let chunk = await reader.read();
    if (!chunk) break;
    if (chunk.length > limit) {
      reader.unread(chunk.length - limit);
      chunk = chunk.subarray(0, limit);
    }
    limit -= chunk.length;
    const all = rest.length > 0 ? joinBytes(rest, chunk) : chunk;
    let at = 0;
    for (; at + size <= all.length; at += size) yield all.subarray(at, at + size);
    rest = all.slice(at);
  }
  if (rest.length > 0) yield rest;
}

/** Reads up to `count` bytes into an array of their own; fewer at the end of the file. */
export async function readExactly(reader: Pick<Reader, "read" | "unread">, count: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let left = count;
  while (left > 0) {
    const chunk = await reader.read();
    if (!chunk) break;
    if (chunk.length > left) reader.unread(chunk.length - left);
    parts.push(chunk.slice(0, left));
    left -= Math.min(left, chunk.length);
  }
  return parts.length === 1 ? parts[0] : joinBytes(...parts);
}

/** Skips bytes; how many there were not. */
export async function skipBytes(reader: Pick<Reader, "read" | "unread">, count: number): Promise<number> {
  while (count > 0) {
    const chunk = await reader.read();
    if (!chunk) break;
    if (chunk.length > count) reader.unread(chunk.length - count);
    count -= Math.min(count, chunk.length);
  }
  return count;
}

/** C's %.*g. */
export function generalNumber(value: number, precision: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [digits, exponentText] = value.toExponential(Math.max(0, precision - 1)).split("e");
  const exponent = Number(exponentText);
  const trim = (text: string) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (exponent >= -4 && exponent < precision) return trim(value.toFixed(Math.max(0, precision - 1 - exponent)));
  return `${trim(digits)}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** An unsigned count as dump tools take it: decimal, octal behind 0, hexadecimal behind 0x, with a suffix; null when it is not one. */
export function parseOffset(text: string): number | null {
  const match = /^(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)(b|[kKMGTPEZY](?:i?B)?)?$/.exec(text);
  if (!match) return null;
  const [, digits, suffix = ""] = match;
  const value = /^0[0-7]/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  if (suffix === "") return value;
  if (suffix === "b") return value * 512;
  return (
    value *
    (suffix.endsWith("B") && !suffix.includes("i") ? 1000 : 1024) ** ("KMGTPEZY".indexOf(suffix[0].toUpperCase()) + 1)
  );
}
