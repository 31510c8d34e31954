// tar's headers (ustar, GNU's and pax's long names), read and written, upon `tar-record`. Pure.

import { decode, encode } from "@vibengine/system";
import { joinBytes } from "../bytes.ts";
import { BLANK, checksums, type Entry, filled, paxHeader, plainHeader } from "./tar-record.ts";

export class TarError extends Error {}

const text = (record: Uint8Array, at: number, length: number): string => {
  const field = record.subarray(at, at + length);
  const end = field.indexOf(0);
  return decode(field.slice(0, end < 0 ? length : end));
};

export function readNumber(record: Uint8Array, at: number, length: number): number {
  // GNU's numbers too large for octal have the top bit set.
  if (record[at] & 0x80) {
    let value = record[at] & 0x40 ? -1 : record[at] & 0x3f;
    for (let i = 1; i < length; i++) value = value * 256 + record[at + i];
    return value;
  }
  const digits = text(record, at, length).trim();
  return digits === "" ? 0 : Number.parseInt(digits, 8);
}

/** The entry of a header; null for a record of zeros. Throws TarError when it is no header. */
export function readHeader(record: Uint8Array): Entry | null {
  if (record.every((byte) => byte === 0)) return null;
  const expected = readNumber(record, 148, 8);
  const [sum, signed] = checksums(record);
  if (sum !== expected && signed !== expected) throw new TarError("checksum");
  const magic = text(record, 257, 6);
  const prefix = magic === "ustar" ? text(record, 345, 155) : "";
  const name = text(record, 0, 100);
  const type = record[156] === 0 ? "0" : String.fromCharCode(record[156]);
  const old = type === "0" && name.endsWith("/");
  return {
    name: prefix ? `${prefix}/${name}` : name,
    mode: readNumber(record, 100, 8) & 0o7777,
    uid: readNumber(record, 108, 8),
    gid: readNumber(record, 116, 8),
    size: readNumber(record, 124, 12),
    mtime: readNumber(record, 136, 12),
    mtimeNsec: 0,
    type: old ? "5" : type === "7" ? "0" : type,
    link: text(record, 157, 100),
    major: readNumber(record, 329, 8),
    minor: readNumber(record, 337, 8),
    user: magic.startsWith("ustar") ? text(record, 265, 32) : "",
    group: magic.startsWith("ustar") ? text(record, 297, 32) : "",
  };
}

/** The headers of an entry: longer names than fit go in records of their own, GNU's or pax's. */
export function writeHeader(entry: Entry, format: "gnu" | "pax" | "ustar"): Uint8Array {
  const parts: Uint8Array[] = [];
  const [name, link] = [encode(entry.name), encode(entry.link)];
  const split = name.length > 100 && format !== "gnu" ? splitName(entry.name) : null;
  if (format === "ustar" && ((name.length > 100 && !split) || link.length > 100)) throw new TarError("name");
  if (format === "gnu") {
    if (link.length > 100) parts.push(longRecord("K", link));
    if (name.length > 100) parts.push(longRecord("L", name));
  } else if (format === "pax") {
    const records: [string, string][] = [];
    if (name.length > 100 && !split) records.push(["path", entry.name]);
    if (link.length > 100) records.push(["linkpath", entry.link]);
    if (entry.mtimeNsec > 0) records.push(["mtime", `${entry.mtime}.${String(entry.mtimeNsec).padStart(9, "0")}`]);
    if (entry.size >= 8 ** 11) records.push(["size", String(entry.size)]);
    if (records.length > 0) parts.push(paxHeader(entry, records));
  }
  const [prefix, rest] = split ?? ["", entry.name];
  parts.push(plainHeader({ ...entry, name: rest }, format, prefix));
  return joinBytes(...parts);
}

function splitName(name: string): [string, string] | null {
  for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)];
    if (prefix !== "" && rest !== "" && encode(prefix).length <= 155 && encode(rest).length <= 100)
      return [prefix, rest];
  }
  return null;
}

function longRecord(type: string, name: Uint8Array): Uint8Array {
  const data = joinBytes(name, new Uint8Array(1));
  return joinBytes(plainHeader({ ...BLANK, name: "././@LongLink", type, size: data.length }, "gnu", ""), filled(data));
}

/** "27 path=…\n" records. */
export function parsePax(data: Uint8Array): Record<string, string> {
  const found: Record<string, string> = {};
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(32, at);
    if (space < 0) break;
    const length = Number(decode(data.slice(at, space)));
    if (!(length > 0)) break;
    const line = decode(data.slice(space + 1, at + length - 1));
    const equals = line.indexOf("=");
    const [key, value] = [line.slice(0, equals), line.slice(equals + 1)];
    // The oldest sparse files say each number in a record of its own.
    if (key === "GNU.sparse.offset" || key === "GNU.sparse.numbytes")
      found["GNU.sparse.map"] = found["GNU.sparse.map"] ? `${found["GNU.sparse.map"]},${value}` : value;
    else found[key] = value;
    at += length;
  }
  return found;
}
