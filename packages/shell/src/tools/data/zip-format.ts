// zip's structures: the local header before each file, and the central directory at the end. Pure.

import { decode, encode } from "@vibengine/system";
import { joinBytes } from "../bytes.ts";

export interface ZipEntry {
  name: string;
  /** 0 stored, 8 deflated. */
  method: number;
  crc: number;
  packed: number;
  size: number;
  /** Where its local header is. */
  offset: number;
  /** Seconds since 1970, as the machine's own time. */
  mtime: number;
  /** Unix mode with the file's kind; 0 when made elsewhere. */
  mode: number;
  flags: number;
  comment: string;
}

export const LOCAL_BYTES = 30;
export const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END = 0x06054b50;
/** Sizes are not known at the local header; they follow the data. */
export const STREAMED = 8;
const UTF8 = 0x800;

const dosTime = (seconds: number): [number, number] => {
  const date = new Date(Math.max(315532800, seconds) * 1000);
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return [time, ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate()];
};

const fromDos = (time: number, date: number): number =>
  Date.UTC((date >> 9) + 1980, ((date >> 5) & 15) - 1, date & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2) / 1000;

/** Numbers of 2 or 4 bytes, little endian, by their letters: h and w. */
function pack(letters: string, ...values: number[]): Uint8Array {
  const bytes: number[] = [];
  for (const [i, letter] of [...letters].entries()) {
    const value = values[i];
    bytes.push(value & 255, (value >>> 8) & 255);
    if (letter === "w") bytes.push((value >>> 16) & 255, (value >>> 24) & 255);
  }
  return Uint8Array.from(bytes);
}

const timeExtra = (seconds: number) => joinBytes(pack("hh", 0x5455, 5), Uint8Array.of(1), pack("w", seconds));

const flagsOf = (entry: ZipEntry) => (/[^\x00-\x7f]/.test(entry.name) ? UTF8 : 0) | (entry.flags & STREAMED);

export function localHeader(entry: ZipEntry): Uint8Array {
  const name = encode(entry.name);
  const extra = timeExtra(entry.mtime);
  const [time, date] = dosTime(entry.mtime);
  const streamed = (entry.flags & STREAMED) !== 0;
  const sizes = streamed ? [0, 0, 0] : [entry.crc, entry.packed, entry.size];
  const fixed = pack(
    "whhhhhwwwhh",
    LOCAL,
    entry.method === 0 ? 10 : 20,
    flagsOf(entry),
    entry.method,
    time,
    date,
    ...sizes,
    name.length,
    extra.length,
  );
  return joinBytes(fixed, name, extra);
}

export const dataDescriptor = (entry: ZipEntry) => pack("wwww", 0x08074b50, entry.crc, entry.packed, entry.size);

export function centralDirectory(entries: ZipEntry[], offset: number, comment: string): Uint8Array {
  const parts = entries.map((entry) => {
    const name = encode(entry.name);
    const note = encode(entry.comment);
    const extra = timeExtra(entry.mtime);
    const [time, date] = dosTime(entry.mtime);
    const attributes = (entry.mode << 16) | ((entry.mode & 0o170000) === 0o040000 ? 16 : 0);
    const fixed = pack(
      "whhhhhhwwwhhhhhww",
      CENTRAL,
      0x031e,
      entry.method === 0 ? 10 : 20,
      flagsOf(entry),
      entry.method,
      time,
      date,
      entry.crc,
      entry.packed,
      entry.size,
      name.length,
      extra.length,
      note.length,
      0,
      0,
      attributes,
      entry.offset,
    );
    return joinBytes(fixed, name, extra, note);
  });
  const directory = joinBytes(...parts);
  const note = encode(comment);
  const count = entries.length;
  return joinBytes(directory, pack("whhhhwwh", END, 0, 0, count, count, directory.length, offset, note.length), note);
}

export class ZipError extends Error {}

export interface ZipDirectory {
  entries: ZipEntry[];
  comment: string;
  /** Bytes before the archive's own first byte, as in self-extracting ones. */
  lead: number;
}

/** @param read gives `count` bytes at a place in the file */
export function readDirectory(size: number, read: (at: number, count: number) => Uint8Array): ZipDirectory {
  const tailSize = Math.min(size, 65557);
  const tail = read(size - tailSize, tailSize);
  let end = -1;
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail[at] === 0x50 && tail[at + 1] === 0x4b && tail[at + 2] === 5 && tail[at + 3] === 6) {
      end = at;
      break;
    }
  }
  if (end < 0) throw new ZipError("no end of central directory");
  const view = new DataView(tail.slice(end).buffer);
  let [count, length, offset] = [view.getUint16(10, true), view.getUint32(12, true), view.getUint32(16, true)];
  const endAt = size - tailSize + end;
  if (offset === 0xffffffff || count === 0xffff || length === 0xffffffff) {
    const locator = new DataView(read(endAt - 20, 20).slice().buffer);
    if (locator.getUint32(0, true) === 0x07064b50) {
      const far = new DataView(read(Number(locator.getBigUint64(8, true)), 56).slice().buffer);
      [count, length, offset] = [32, 40, 48].map((at) => Number(far.getBigUint64(at, true)));
    }
  }
  const lead = Math.max(0, endAt - length - offset);
  const bytes = read(offset + lead, length).slice();
  const central = new DataView(bytes.buffer);
  const entries: ZipEntry[] = [];
  for (let at = 0, i = 0; i < count && at + 46 <= bytes.length; i++) {
    if (central.getUint32(at, true) !== CENTRAL) throw new ZipError("bad central directory");
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((place) => central.getUint16(at + place, true));
    const host = central.getUint8(at + 5);
    const extra = bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    const entry: ZipEntry = {
      name: decode(bytes.slice(at + 46, at + 46 + nameLength)),
      method: central.getUint16(at + 10, true),
      flags: central.getUint16(at + 8, true),
      mtime: fromDos(central.getUint16(at + 12, true), central.getUint16(at + 14, true)),
      crc: central.getUint32(at + 16, true),
      packed: central.getUint32(at + 20, true),
      size: central.getUint32(at + 24, true),
      mode: host === 3 ? central.getUint16(at + 40, true) : 0,
      offset: central.getUint32(at + 42, true) + lead,
      comment: decode(
        bytes.slice(at + 46 + nameLength + extraLength, at + 46 + nameLength + extraLength + commentLength),
      ),
    };
    readExtra(entry, extra.slice());
    entries.push(entry);
    at += 46 + nameLength + extraLength + commentLength;
  }
  const note = tail.slice(end + 22, end + 22 + view.getUint16(20, true));
  return { entries, comment: decode(note), lead };
}

function readExtra(entry: ZipEntry, extra: Uint8Array): void {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.length);
  for (let at = 0; at + 4 <= extra.length; ) {
    const [id, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    if (id === 0x5455 && length >= 5 && extra[at + 4] & 1) entry.mtime = view.getInt32(at + 5, true);
    if (id === 1) {
      let from = at + 4;
      const long = () => {
        const value = Number(view.getBigUint64(from, true));
        from += 8;
        return value;
      };
      if (entry.size === 0xffffffff) entry.size = long();
      if (entry.packed === 0xffffffff) entry.packed = long();
      if (entry.offset === 0xffffffff) entry.offset = long();
    }
    at += 4 + length;
  }
}
