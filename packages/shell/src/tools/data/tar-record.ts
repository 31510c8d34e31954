// tar's records of 512 bytes as they are written: plain headers, and pax's records before them. Pure; what `tar` and the export of
// a whole sandbox share.

import { encode } from "@vibengine/system";
import { joinBytes } from "../bytes.ts";

export { joinBytes };

export const RECORD = 512;

export interface Entry {
  name: string;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  mtime: number;
  mtimeNsec: number;
  /** "0" file, "1" hard link, "2" symbolic link, "3" character device, "5" directory, "6" fifo. */
  type: string;
  link: string;
  /** Of a file with holes: where its data belong, and its size with the holes. `size` is what the archive holds. */
  sparse?: { map: [offset: number, length: number][]; size: number };
  user: string;
  group: string;
  /** Of a device. */
  major?: number;
  minor?: number;
}

export const BLANK: Entry = {
  name: "",
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 0,
  mtime: 0,
  mtimeNsec: 0,
  type: "0",
  link: "",
  user: "root",
  group: "root",
};

/** Bytes from the end of `size` bytes to the next record. */
export const padding = (size: number) => (RECORD - (size % RECORD)) % RECORD;

export const filled = (bytes: Uint8Array) => joinBytes(bytes, new Uint8Array(padding(bytes.length)));

/** The sum of a header's bytes, its own field taken for spaces: as it should be, and as some old programs took it. */
export function checksums(record: Uint8Array): [unsigned: number, signed: number] {
  let [sum, signed] = [0, 0];
  for (let i = 0; i < RECORD; i++) {
    const byte = i >= 148 && i < 156 ? 32 : record[i];
    sum += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return [sum, signed];
}

/** The header itself. What is longer than its field is cut: the name has gone ahead in a record of its own then. */
export function plainHeader(entry: Entry, format: "gnu" | "pax" | "ustar", prefix: string): Uint8Array {
  const record = new Uint8Array(RECORD);
  const put = (value: string, at: number, length: number) => record.set(encode(value).subarray(0, length), at);
  const octal = (value: number, at: number, length: number) => {
    if (value >= 0 && value < 8 ** (length - 1)) return put(value.toString(8).padStart(length - 1, "0"), at, length);
    record[at] = 0x80;
    for (let i = length - 1, rest = value; i > 0; i--, rest = Math.floor(rest / 256)) record[at + i] = rest % 256;
  };
  put(entry.name, 0, 100);
  octal(entry.mode, 100, 8);
  octal(entry.uid, 108, 8);
  octal(entry.gid, 116, 8);
  octal(entry.size, 124, 12);
  octal(Math.max(0, entry.mtime), 136, 12);
  put(" ".repeat(8), 148, 8);
  put(entry.type, 156, 1);
  put(entry.link, 157, 100);
  put(format === "gnu" ? "ustar  \0" : "ustar\x0000", 257, 8);
  put(entry.user, 265, 31);
  put(entry.group, 297, 31);
  if (format !== "gnu" || entry.major !== undefined) {
    octal(entry.major ?? 0, 329, 8);
    octal(entry.minor ?? 0, 337, 8);
  }
  if (format !== "gnu") put(prefix, 345, 155);
  put(`${checksums(record)[0].toString(8).padStart(6, "0")}\0 `, 148, 8);
  return record;
}

/** What goes ahead of a header in pax's format. */
export function paxHeader(entry: Entry, records: readonly (readonly [string, string])[]): Uint8Array {
  const lines = records.map(([key, value]) => {
    const rest = encode(` ${key}=${value}\n`);
    let length = rest.length + 1;
    while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
    return joinBytes(encode(String(length)), rest);
  });
  const data = joinBytes(...lines);
  const base = entry.name.replace(/\/+$/, "");
  const name = `PaxHeaders/${base.slice(base.lastIndexOf("/") + 1)}`.slice(0, 90);
  return joinBytes(
    plainHeader({ ...BLANK, name, type: "x", size: data.length, mtime: entry.mtime }, "pax", ""),
    filled(data),
  );
}
