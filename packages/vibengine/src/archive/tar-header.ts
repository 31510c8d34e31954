// A tar's records, read strictly: whatever is not as the standard has it is refused, with words that say what is wrong. All dialects:
// v7, ustar, GNU's and pax's. Pure. (`tar` itself reads more forgivingly: see the shell's tar-format.ts.)

import { checksums } from "@vibengine/shell/tar";
import type { Time } from "@vibengine/system";

/** What is wrong with a record; whoever reads the archive adds which entry it is. */
export class Fault extends Error {}

export interface Header {
  type: string;
  name: Uint8Array;
  link: Uint8Array;
  mode: number;
  uid: number;
  gid: number;
  /** Bytes that follow. */
  size: number;
  mtime: number;
  device: [major: number, minor: number];
  isGnu: boolean;
}

const SLASH = 0x2f;

/** The header in `record`; null for zeros, which end an archive. */
export function readHeader(record: Uint8Array): Header | null {
  if (record.every((byte) => byte === 0)) return null;
  const expected = number(record, 148, 8, "checksum");
  if (!checksums(record).includes(expected)) throw new Fault("its header's checksum is wrong");
  const isUstar = matches(record, 257, "ustar\0");
  const isGnu = matches(record, 257, "ustar  \0");
  const name = text(record, 0, 100);
  const prefix = isUstar ? text(record, 345, 155) : new Uint8Array(0);
  const isDevice = (isUstar || isGnu) && (record[156] === 0x33 || record[156] === 0x34);
  return {
    type: record[156] === 0 ? "0" : String.fromCharCode(record[156]),
    name: prefix.length === 0 ? name : Uint8Array.of(...prefix, SLASH, ...name),
    link: text(record, 157, 100),
    mode: number(record, 100, 8, "mode"),
    uid: number(record, 108, 8, "uid"),
    gid: number(record, 116, 8, "gid"),
    size: number(record, 124, 12, "size"),
    mtime: number(record, 136, 12, "mtime"),
    device: isDevice ? [number(record, 329, 8, "major number"), number(record, 337, 8, "minor number")] : [0, 0],
    isGnu,
  };
}

/** A field up to its NUL, as bytes of its own. */
function text(record: Uint8Array, at: number, length: number): Uint8Array {
  const end = record.subarray(at, at + length).indexOf(0);
  return record.slice(at, at + (end < 0 ? length : end));
}

/** Octal digits between spaces and NULs, or GNU's binary numbers, whose top bit is set. */
export function number(record: Uint8Array, at: number, length: number, what: string): number {
  if ((record[at] & 0x80) !== 0) return binary(record.subarray(at, at + length), what);
  let value = 0;
  let i = at;
  const end = at + length;
  while (i < end && record[i] === 0x20) i++;
  for (; i < end && record[i] >= 0x30 && record[i] <= 0x37; i++) value = value * 8 + record[i] - 0x30;
  for (; i < end; i++) if (record[i] !== 0 && record[i] !== 0x20) throw new Fault(`its ${what} is no number`);
  return value;
}

function binary(field: Uint8Array, what: string): number {
  const isNegative = field[0] === 0xff;
  if (!isNegative && field[0] !== 0x80) throw new Fault(`its ${what} is no number`);
  let value = isNegative ? -1 : 0;
  for (const byte of field.subarray(1)) value = value * 256 + byte;
  if (!Number.isSafeInteger(value)) throw new Fault(`its ${what} is out of range`);
  return value;
}

function matches(record: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (record[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** pax's "27 path=…\n" records: values as bytes, in order; one that is empty takes back an earlier one. */
export function readPax(data: Uint8Array): [key: string, value: Uint8Array][] {
  const found: [string, Uint8Array][] = [];
  for (let at = 0; at < data.length; ) {
    let length = 0;
    let i = at;
    for (; data[i] >= 0x30 && data[i] <= 0x39 && i - at < 8; i++) length = length * 10 + data[i] - 0x30;
    const equals = data.indexOf(0x3d, i);
    const end = at + length;
    const isWhole = i > at && data[i] === 0x20 && equals > i + 1 && equals < end - 1 && end <= data.length;
    if (!isWhole || data[end - 1] !== 0x0a) throw new Fault("its pax records are malformed");
    found.push([latin(data.subarray(i + 1, equals)), data.slice(equals + 1, end - 1)]);
    at = end;
  }
  return found;
}

/** A whole number from 0 on, in decimal. */
export function wholeNumber(value: Uint8Array, what: string): number {
  const digits = latin(value);
  const result = Number(digits);
  if (!/^\d{1,16}$/.test(digits) || !Number.isSafeInteger(result)) throw new Fault(`its ${what} is no usable number`);
  return result;
}

/** A moment in decimal seconds; digits beyond nanoseconds are dropped. */
export function time(value: Uint8Array, what: string): Time {
  const parts = /^(-?)(\d{1,16})(?:\.(\d*))?$/.exec(latin(value));
  if (parts === null || !Number.isSafeInteger(Number(parts[2]))) throw new Fault(`its ${what} is no usable time`);
  const [sec, nsec] = [Number(parts[2]), Number((parts[3] ?? "").slice(0, 9).padEnd(9, "0"))];
  if (parts[1] === "") return { sec, nsec };
  return nsec === 0 ? { sec: -sec || 0, nsec } : { sec: -sec - 1, nsec: 1e9 - nsec };
}

/** Each byte as a character: for what is ASCII. */
export function latin(bytes: Uint8Array): string {
  return bytes.length > 65_536 ? "" : String.fromCharCode(...bytes);
}
