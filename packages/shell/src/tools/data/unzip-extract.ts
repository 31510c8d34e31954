// A member of a zip archive unpacked: onto the disk, or into any other hands.

import {
  AT_FDCWD,
  encode,
  O_CLOEXEC,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  S_IFLNK,
  S_IFMT,
  type System,
  strerror,
} from "@vibengine/system";
import { bytesToBinary, Reader, Writer } from "../../stdio.ts";
import { joinBytes } from "../bytes.ts";
import type { Invocation } from "../define.ts";
import { dirName, makeParents, stat } from "../files.ts";
import { type ByteSource, CodecError, crc32 } from "./codec.ts";
import { inflateRaw } from "./deflate.ts";
import { LOCAL_BYTES, type ZipEntry, ZipError } from "./zip-format.ts";

export function readAt(sys: System, fd: number, at: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  let length = 0;
  while (length < count) {
    const got = sys.pread(fd, bytes, length, count - length, at + length);
    if (got < 0) throw new ZipError(strerror(got));
    if (got === 0) break;
    length += got;
  }
  return bytes.subarray(0, length);
}

export const label = ({ method, size }: ZipEntry) => (method === 0 || size === 0 ? " extracting:" : "  inflating:");

/** Where an entry goes; null when nothing of its name is left. Nothing leads out of the directory. */
export function target({ options }: Invocation, name: string): string | null {
  let path = name.replaceAll("\\", "/").replace(/^\/+/, "");
  const parts = path.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  path = parts.join("/");
  if (options.has("j")) path = parts[parts.length - 1] ?? "";
  if (options.has("L")) path = path.toLowerCase();
  if (path === "") return null;
  const directory = options.value("d");
  return directory === undefined ? path : `${directory.replace(/\/+$/, "")}/${path}`;
}

export async function extract(
  invocation: Invocation,
  fd: number,
  entry: ZipEntry,
  answers: { all: boolean; none: boolean },
  quiet: number,
  directories: ZipEntry[],
): Promise<number> {
  const { options, sys, stdout, stderr } = invocation;
  const path = target(invocation, entry.name);
  if (path === null) return 0;
  if (entry.name.split("/").includes("..") || entry.name.startsWith("/"))
    void stderr.write(
      entry.name.startsWith("/")
        ? `warning:  stripped absolute path spec from ${entry.name}\n`
        : `warning:  skipped "../" path component(s) in ${entry.name}\n`,
    );
  const found = stat(sys, path, false);
  if (entry.name.endsWith("/")) {
    if (options.has("j")) return 0;
    if (typeof found !== "number") return 0;
    if (quiet === 0) await stdout.write(`   creating: ${path}/\n`);
    makeParents(sys, `${path}/`);
    directories.push(entry);
    return 0;
  }
  if (typeof found === "number" && options.has("f")) return 0;
  if (typeof found !== "number") {
    if (options.has("f") || options.has("u")) {
      if (found.mtimeSec >= entry.mtime) return 0;
    }
    if (answers.none) return 0;
    if (!answers.all) {
      const answer = await ask(invocation, path);
      if (answer === "A") answers.all = true;
      else if (answer === "N") answers.none = true;
      if (answer !== "y" && answer !== "A") return 0;
    }
    sys.unlink(AT_FDCWD, encode(path));
  }
  const parent = dirName(path);
  if (parent !== ".") makeParents(sys, `${parent}/`);
  if ((entry.mode & S_IFMT) === S_IFLNK) {
    const parts: Uint8Array[] = [];
    const status = await extractInto(invocation, fd, entry, async (piece) => {
      parts.push(piece.slice());
    });
    if (status > 0) return status;
    if (quiet === 0) await stdout.write(`    linking: ${path.padEnd(22)}  -> ${bytesToBinary(joinBytes(...parts))} \n`);
    sys.symlink(joinBytes(...parts), AT_FDCWD, encode(path));
    return 0;
  }
  if (quiet === 0) await stdout.write(`${label(entry)} ${path.padEnd(22)}  `);
  const file = sys.open(AT_FDCWD, encode(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666);
  if (file < 0) {
    void stderr.write(`error:  cannot create ${path}\n        ${strerror(file)}\n`);
    return 50;
  }
  const out = new Writer(sys, file);
  const status = await extractTo(invocation, fd, entry, out);
  await out.flush();
  sys.close(file);
  if (quiet === 0) await stdout.write("\n");
  if (entry.mode) sys.chmod(AT_FDCWD, encode(path), entry.mode & 0o777);
  const time = { sec: entry.mtime, nsec: 0 };
  sys.utimens(AT_FDCWD, encode(path), true, time, time);
  return status;
}

/** The answers are read a line at a time; the end of input is a no to all. */
async function ask({ stdin, stderr, stdout }: Invocation, path: string): Promise<string> {
  for (;;) {
    await stdout.flush();
    await stderr.write(`replace ${path}? [y]es, [n]o, [A]ll, [N]one, [r]ename: `);
    const block = await stdin.lines();
    if (!block) {
      await stderr.write(' NULL\n(EOF or read error, treating as "[N]one" ...)\n');
      return "N";
    }
    const end = block.indexOf(10);
    const line = bytesToBinary(end < 0 ? block : block.subarray(0, end));
    if (end >= 0) stdin.unread(block.length - end - 1);
    if (/^[ynANY]/.test(line)) return line[0] === "Y" ? "y" : line[0];
    await stderr.write(`error:  invalid response [${line || "{ENTER}"}]\n`);
  }
}

export const extractTo = (invocation: Invocation, fd: number, entry: ZipEntry, out: Writer | null): Promise<number> =>
  extractInto(invocation, fd, entry, async (piece) => {
    await out?.write(piece);
  });

async function extractInto(
  invocation: Invocation,
  fd: number,
  entry: ZipEntry,
  put: (piece: Uint8Array) => Promise<void>,
): Promise<number> {
  const { sys, stderr } = invocation;
  const complain = (text: string, status: number) => {
    void stderr.write(`${text}\n`);
    return status;
  };
  if (entry.flags & 1) return complain(`   skipping: ${entry.name}  unable to get password`, 82);
  if (entry.method !== 0 && entry.method !== 8)
    return complain(`   skipping: ${entry.name}  unsupported compression method ${entry.method}`, 81);
  const local = readAt(sys, fd, entry.offset, LOCAL_BYTES);
  if (local.length < LOCAL_BYTES || local[0] !== 0x50 || local[1] !== 0x4b || local[2] !== 3 || local[3] !== 4)
    return complain(`file #1:  bad zipfile offset (local header sig):  ${entry.offset}`, 3);
  const start = entry.offset + LOCAL_BYTES + (local[26] | (local[27] << 8)) + (local[28] | (local[29] << 8));
  sys.lseek(fd, start, 0);
  const reader = new Reader(sys, fd, () => invocation.yield());
  let left = entry.packed;
  const source: ByteSource = {
    async read() {
      if (left === 0) return null;
      const chunk = await reader.read();
      if (!chunk) return null;
      if (chunk.length > left) reader.unread(chunk.length - left);
      const part = chunk.subarray(0, left);
      left -= part.length;
      return part;
    },
    unread(count) {
      left += count;
      reader.unread(count);
    },
  };
  let crc = 0;
  try {
    if (entry.method === 8) {
      for await (const piece of inflateRaw(source)) {
        crc = crc32(piece, crc);
        await put(piece);
      }
    } else {
      for (let chunk = await source.read(); chunk; chunk = await source.read()) {
        crc = crc32(chunk, crc);
        await put(chunk);
      }
    }
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return complain(`  error:  invalid compressed data to inflate ${entry.name}`, 2);
  }
  if (crc !== entry.crc)
    return complain(
      ` bad CRC ${crc.toString(16).padStart(8, "0")}  (should be ${entry.crc.toString(16).padStart(8, "0")})`,
      2,
    );
  return 0;
}
