// Reads and writes zip archives, as far as wheels use them: stored or deflated members, no encryption, no zip64. Bytes to bytes.

import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const STORED = 0;
const DEFLATED = 8;

/** 1980-01-01, the first day a zip can name: the same archive at every build. */
const DATE = 0x0021;

/** UTF-8 names. */
const FLAGS = 0x0800;

/** A regular file, rw-r--r--, as Unix writes it into the upper half of the external attributes. */
const ATTRIBUTES = (0o100644 << 16) >>> 0;

/**
 * @param {Uint8Array} archive
 * @returns {Map<string, () => Uint8Array>} each file's name and how to get its contents; folders are left out
 */
export function readZip(archive) {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = findEnd(view);
  const members = new Map();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (view.getUint32(at, true) !== CENTRAL) throw new Error(`the zip's directory is damaged at byte ${at}`);
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const name = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + (nameSize ?? 0)));
    const member = at;
    if (!name.endsWith("/")) members.set(name, () => content(archive, view, member, name));
    at += 46 + (nameSize ?? 0) + (extraSize ?? 0) + (commentSize ?? 0);
  }
  return members;
}

/**
 * @param {Iterable<[name: string, content: Uint8Array]>} files
 * @returns {Uint8Array} the same bytes for the same files
 */
export function writeZip(files) {
  const chunks = [];
  const directory = [];
  let size = 0;
  for (const [name, bytes] of files) {
    const title = Buffer.from(name);
    const packed = deflateRawSync(bytes, { level: 9 });
    const stored = packed.length >= bytes.length;
    const body = stored ? bytes : packed;

    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(FLAGS, 2);
    common.writeUInt16LE(stored ? STORED : DEFLATED, 4);
    common.writeUInt16LE(DATE, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(body.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(title.length, 22);

    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(ATTRIBUTES, 6);
    rest.writeUInt32LE(size, 10);
    // Made by a Unix, so that the attributes count.
    directory.push(word(CENTRAL), Buffer.from([20, 3]), common, rest, title);
    chunks.push(word(LOCAL), common, title, body);
    size += 4 + common.length + title.length + body.length;
  }
  const count = directory.length / 5;
  if (count > 0xffff || size >= 2 ** 32) throw new Error("this archive would need zip64");
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(size, 12);
  return Buffer.concat([...chunks, central, word(END), end]);
}

/** @param {DataView} view */
function findEnd(view) {
  for (let at = view.byteLength - 22; at >= 0 && at >= view.byteLength - 22 - 0xffff; at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new Error("this is no zip archive");
}

/**
 * @param {Uint8Array} archive
 * @param {DataView} view
 * @param {number} at the member's entry in the directory
 * @param {string} name
 */
function content(archive, view, at, name) {
  const local = view.getUint32(at + 42, true);
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const body = archive.subarray(start, start + view.getUint32(at + 20, true));
  const method = view.getUint16(at + 10, true);
  if (method !== STORED && method !== DEFLATED)
    throw new Error(`${name} is packed by method ${method}, which is not known here`);
  const bytes = method === STORED ? body : inflateRawSync(body, { maxOutputLength: view.getUint32(at + 24, true) + 1 });
  if (crc32(bytes) !== view.getUint32(at + 16, true)) throw new Error(`${name} is damaged in its archive`);
  return bytes;
}

/** @param {number} value */
function word(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
