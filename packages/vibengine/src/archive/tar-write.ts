// One inode as a tar's pieces: pax records, header, content. Files with holes go as GNU's sparse format 1.0, which GNU tar, bsdtar and
// Python give their holes back. Reads the disk, so whoever takes the next piece holds the lock.

import { type Entry, filled, joinBytes, padding, paxHeader, plainHeader } from "@vibengine/shell/tar";
import {
  type Attributes,
  attributesOf,
  type Disk,
  dataRuns,
  decode,
  encode,
  isUtf8,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  type Time,
} from "@vibengine/system";
import { linuxNumbers } from "./devices.ts";

/** A file of up to this many bytes on the disk is read in one go, so it is of one moment. */
export const WHOLE_BYTES = 4 << 20;
/** Larger ones by pieces of this size. */
const PIECE_BYTES = 1 << 20;
/** What the fields of a header have room for. */
const NAME_FIELD = 100;
const SIZE_FIELD = 8 ** 11;

const TYPES: Record<number, string> = { [S_IFDIR]: "5", [S_IFLNK]: "2", [S_IFCHR]: "3", [S_IFIFO]: "6" };

type PaxRecord = readonly [string, string];

/** Inode `ino` under the name `path`, which for a directory ends in a slash. */
export function* inodePieces(disk: Disk, ino: number, path: Uint8Array): Generator<Uint8Array> {
  const attributes = attributesOf(disk, ino);
  const type = TYPES[attributes.mode & S_IFMT] ?? "0";
  if (type === "0") return yield* filePieces(disk, ino, attributes, path);
  if (type === "2") {
    const target = new Uint8Array(attributes.size);
    disk.content.read(ino, target, 0, target.length, 0);
    return yield headers(attributes, type, path, target);
  }
  yield headers(attributes, type, path);
}

/** A further name of an inode that is in the archive as `first`. */
export function linkHeaders(disk: Disk, ino: number, path: Uint8Array, first: Uint8Array): Uint8Array {
  return headers(attributesOf(disk, ino), "1", path, first);
}

/** A small plain file that is on no disk. */
export function textFile(name: string, text: string, ms: number): Uint8Array {
  const content = encode(text);
  const entry: Entry = { ...blank("0"), name, mode: 0o644, size: content.length, mtime: Math.floor(ms / 1000) };
  return joinBytes(plainHeader(entry, "pax", ""), filled(content));
}

function* filePieces(disk: Disk, ino: number, attributes: Attributes, path: Uint8Array): Generator<Uint8Array> {
  const { size } = attributes;
  const runs = dataRuns(disk, ino, size);
  const stored = runs.reduce((sum, [start, end]) => sum + end - start, 0);
  const [head, map] = stored === size ? [headers(attributes, "0", path, undefined, size), null] : sparse();
  const start = map === null ? [head] : [head, map];
  const end = new Uint8Array(padding(stored));
  if (stored <= WHOLE_BYTES) {
    const content = new Uint8Array(stored + end.length);
    let at = 0;
    for (const [from, to] of runs) {
      disk.content.read(ino, content, at, to - from, from);
      at += to - from;
    }
    return yield joinBytes(...start, content);
  }
  yield* start;
  for (const [from, to] of runs)
    for (let at = from; at < to; at += PIECE_BYTES) yield read(disk, ino, at, Math.min(at + PIECE_BYTES, to));
  yield end;

  function sparse(): [Uint8Array, Uint8Array] {
    // The map ends with an empty run at the file's end when there is a hole, as GNU tar writes it.
    const isOpen = runs.at(-1)?.[1] !== size;
    const numbers = runs.flatMap(([from, to]) => [from, to - from]);
    if (isOpen) numbers.push(size, 0);
    const text = filled(encode(`${numbers.length / 2}\n${numbers.join("\n")}\n`));
    const records: PaxRecord[] = [
      ["GNU.sparse.major", "1"],
      ["GNU.sparse.minor", "0"],
      ["GNU.sparse.name", decode(path)],
      ["GNU.sparse.realsize", String(size)],
    ];
    return [headers(attributes, "0", sparseName(path), undefined, text.length + stored, records), text];
  }
}

/** Where a file that lost bytes in the meantime ends, zeros follow: the header has told how many come. */
function read(disk: Disk, ino: number, from: number, to: number): Uint8Array {
  const bytes = new Uint8Array(to - from);
  disk.content.read(ino, bytes, 0, bytes.length, from);
  return bytes;
}

/** What a program that knows nothing of sparse files makes of one. */
function sparseName(path: Uint8Array): Uint8Array {
  const base = path.subarray(path.lastIndexOf(0x2f) + 1);
  return joinBytes(encode("GNUSparseFile.0/"), isUtf8(base) && base.length < 80 ? base : encode("file"));
}

function headers(
  attributes: Attributes,
  type: string,
  path: Uint8Array,
  link: Uint8Array = new Uint8Array(0),
  size = 0,
  more: PaxRecord[] = [],
): Uint8Array {
  const { mode, uid, gid, mtime, atime, ctime, device } = attributes;
  const records: PaxRecord[] = [];
  // Names that are not UTF-8 stand as they are, as GNU tar writes them: it does not know pax's hdrcharset, and says so every time.
  if (path.length > NAME_FIELD) records.push(["path", decode(path)]);
  if (link.length > NAME_FIELD) records.push(["linkpath", decode(link)]);
  if (size >= SIZE_FIELD) records.push(["size", String(size)]);
  records.push(["mtime", timeText(mtime)], ["atime", timeText(atime)], ["ctime", timeText(ctime)], ...more);
  const [major, minor] = device === 0 ? [0, 0] : linuxNumbers(device);
  const name = decode(path);
  const entry: Entry = {
    ...blank(type),
    ...{ name, mode: mode & 0o7777, uid, gid, size, mtime: Math.min(mtime.sec, SIZE_FIELD - 1), link: decode(link) },
    ...{ major, minor },
  };
  return joinBytes(paxHeader(entry, records), plainHeader(entry, "pax", ""));
}

function blank(type: string): Entry {
  return { name: "", mode: 0, uid: 0, gid: 0, size: 0, mtime: 0, mtimeNsec: 0, type, link: "", user: "", group: "" };
}

/** Seconds since 1970 as decimal text; nanoseconds count up from the whole second before, also below zero. */
export function timeText({ sec, nsec }: Time): string {
  if (nsec === 0) return String(sec);
  const fraction = (part: number) => String(part).padStart(9, "0");
  return sec < 0 ? `-${-(sec + 1)}.${fraction(1e9 - nsec)}` : `${sec}.${fraction(nsec)}`;
}
