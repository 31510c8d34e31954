// unzip: lists, tests and extracts zip archives.

import {
  AT_FDCWD,
  encode,
  O_CLOEXEC,
  O_CREAT,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  S_IFLNK,
  S_IFMT,
  type System,
  strerror,
} from "@vibengine/system";
import { bytesToBinary, Reader, Writer } from "../../stdio.ts";
import { formatTime } from "../../strftime.ts";
import { joinBytes } from "../bytes.ts";
import { define, Failure, type Invocation } from "../define.ts";
import { dirName, isDir, stat } from "../files.ts";
import { globToRegExp } from "../glob.ts";
import { type ByteSource, CodecError, crc32 } from "./codec.ts";
import { inflateRaw } from "./deflate.ts";
import { LOCAL_BYTES, readDirectory, type ZipDirectory, type ZipEntry, ZipError } from "./zip-format.ts";

export const unzip = define(
  {
    name: "unzip",
    usage: "[-opts] file[.zip] [list] [-x xlist] [-d exdir]",
    failure: 10,
    help: `Extract files from ZIP archives.

  -l   list files (short format)
  -v   list verbosely
  -t   test compressed archive data
  -p   extract files to pipe, no messages
  -c   extract files to stdout, with names
  -Z   with -1: list names only
  -1   with -Z: one name a line
  -z   display the archive's comment only
  -f   freshen existing files, create none
  -u   update files, create if necessary
  -n   never overwrite existing files
  -o   overwrite files WITHOUT prompting
  -j   junk paths (do not make directories)
  -d DIR  extract files into DIR
  -x   exclude files that follow (in xlist)
  -q   quiet mode (-qq => quieter)
  -C   match names case-insensitively
  -L   make names lowercase
  -a   (ignored)
  -b   (ignored)
  -B   (ignored)
  -D   (ignored)
  -K   (ignored)
  -X   (ignored)
  -:   (ignored)`,
  },
  async (invocation) => {
    const { stdout, sys } = invocation;
    const operands = [...invocation.operands];
    const given = operands.shift();
    if (given === undefined) {
      await stdout.write("UnZip (vibengine). Try 'unzip --help' for more information.\n");
      return 10;
    }
    const archive = [given, `${given}.zip`, `${given}.ZIP`].find((name) => {
      const found = stat(sys, name);
      return typeof found !== "number" && !isDir(found);
    });
    if (archive === undefined) {
      void invocation.stderr.write(`unzip:  cannot find or open ${given}, ${given}.zip or ${given}.ZIP.\n`);
      return 9;
    }
    const fd = sys.open(AT_FDCWD, encode(archive), O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) throw new Failure(`cannot open ${archive}: ${strerror(fd)}`, 9);
    try {
      return await work(invocation, archive, fd, operands);
    } finally {
      sys.close(fd);
    }
  },
);

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

async function work(invocation: Invocation, archive: string, fd: number, operands: string[]): Promise<number> {
  const { options, stdout, stderr, sys } = invocation;
  // Words behind -x are what to leave out.
  const { argv } = invocation;
  const split = argv.indexOf("-x");
  const behind = new Set(split < 0 ? [] : argv.slice(split + 1));
  const excluded = operands.filter((name) => split >= 0 && behind.has(name));
  const wanted = operands.filter((name) => !excluded.includes(name));
  const fold = options.has("C");
  const includes = wanted.map((glob) => ({ glob, pattern: globToRegExp(glob, fold), used: false }));
  const excludes = excluded.map((glob) => globToRegExp(glob, fold));
  const size = sys.lseek(fd, 0, 2);
  let directory: ZipDirectory;
  try {
    directory = readDirectory(size, (at, count) => readAt(sys, fd, at, count));
  } catch (error) {
    if (!(error instanceof ZipError) && !(error instanceof RangeError)) throw error;
    if (!options.has("p")) await stdout.write(`Archive:  ${archive}\n`);
    await stdout.flush();
    await stderr.write(
      "  End-of-central-directory signature not found.  Either this file is not\n  a zipfile, or it constitutes one disk of a multi-part archive.  In the\n  latter case the central directory and zipfile comment will be found on\n  the last disk(s) of this archive.\n" +
        `unzip:  cannot find zipfile directory in one of ${archive} or\n        ${archive}.zip, and cannot find ${archive}.ZIP, period.\n`,
    );
    return 9;
  }
  const chosen = directory.entries.filter(({ name }) => {
    if (excludes.some((pattern) => pattern.test(name))) return false;
    if (includes.length === 0) return true;
    const matching = includes.filter(({ pattern }) => pattern.test(name));
    for (const one of matching) one.used = true;
    return matching.length > 0;
  });
  const quiet = options.values("q").length;
  if (options.has("Z")) {
    for (const { name } of chosen) await stdout.write(`${name}\n`);
    return chosen.length > 0 ? 0 : 11;
  }
  if (options.has("p") || options.has("c")) {
    let status = 0;
    if (options.has("c") && quiet === 0) await stdout.write(`Archive:  ${archive}\n`);
    for (const entry of chosen) {
      if (entry.name.endsWith("/")) continue;
      if (options.has("c") && quiet === 0) await stdout.write(`${label(entry)} ${entry.name.padEnd(22)}  \n`);
      status = Math.max(status, await extractTo(invocation, fd, entry, stdout));
      if (options.has("c") && quiet === 0) await stdout.write("\n");
    }
    return missing(invocation, includes) || status;
  }
  if (quiet === 0) await stdout.write(`Archive:  ${archive}\n`);
  if (directory.comment !== "" && quiet === 0) await stdout.write(`${directory.comment}\n`);
  if (options.has("z")) return 0;
  if (options.has("l") || options.has("v")) {
    await listing(invocation, chosen, quiet);
    return missing(invocation, includes);
  }
  if (options.has("t")) return testAll(invocation, archive, fd, chosen, quiet);
  let status = 0;
  if (directory.entries.length === 0) {
    void stderr.write(`warning [${archive}]:  zipfile is empty\n`);
    return 1;
  }
  const home = options.value("d");
  if (home !== undefined && !isDir(stat(sys, home))) {
    const result = sys.mkdir(AT_FDCWD, encode(home), 0o777);
    if (result < 0) {
      await stdout.flush();
      void stderr.write(`checkdir:  cannot create extraction directory: ${home}\n           ${strerror(result)}\n`);
      return 2;
    }
  }
  const answers = { all: options.has("o"), none: options.has("n") };
  const directories: ZipEntry[] = [];
  for (const entry of chosen) {
    await invocation.yield();
    status = Math.max(status, await extract(invocation, fd, entry, answers, quiet, directories));
  }
  for (const entry of directories.reverse()) {
    const path = encode(target(invocation, entry.name) ?? ".");
    if (entry.mode) sys.chmod(AT_FDCWD, path, entry.mode & 0o777);
    const time = { sec: entry.mtime, nsec: 0 };
    sys.utimens(AT_FDCWD, path, true, time, time);
  }
  return missing(invocation, includes) || status;
}

function missing({ stderr }: Invocation, includes: { glob: string; used: boolean }[]): number {
  let status = 0;
  for (const { glob, used } of includes) {
    if (used) continue;
    void stderr.write(`caution: filename not matched:  ${glob}\n`);
    status = 11;
  }
  return status;
}

async function listing({ options, stdout }: Invocation, entries: ZipEntry[], quiet: number): Promise<void> {
  const verbose = options.has("v");
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  const packed = entries.reduce((sum, entry) => sum + entry.packed, 0);
  const percent = (small: number, large: number) =>
    `${large === 0 ? 0 : Math.round(((large - small) * 100) / large)}%`.padStart(4);
  const time = (entry: ZipEntry) => formatTime("%Y-%m-%d %H:%M", entry.mtime, 0);
  if (quiet < 2)
    await stdout.write(
      verbose
        ? " Length   Method    Size  Cmpr    Date    Time   CRC-32   Name\n--------  ------  ------- ---- ---------- ----- --------  ----\n"
        : "  Length      Date    Time    Name\n---------  ---------- -----   ----\n",
    );
  for (const entry of entries)
    await stdout.write(
      verbose
        ? `${String(entry.size).padStart(8)}  ${entry.method === 0 ? "Stored" : "Defl:N"} ${String(entry.packed).padStart(8)} ${percent(entry.packed, entry.size)} ${time(entry)} ${entry.crc.toString(16).padStart(8, "0")}  ${entry.name}\n`
        : `${String(entry.size).padStart(9)}  ${time(entry)}   ${entry.name}\n`,
    );
  const files = `${entries.length} file${entries.length === 1 ? "" : "s"}`;
  if (quiet < 2)
    await stdout.write(
      verbose
        ? `--------          -------  ---                            -------\n${String(total).padStart(8)}         ${String(packed).padStart(8)} ${percent(packed, total)}                            ${files}\n`
        : `---------                     -------\n${String(total).padStart(9)}                     ${files}\n`,
    );
}

async function testAll(
  invocation: Invocation,
  archive: string,
  fd: number,
  entries: ZipEntry[],
  quiet: number,
): Promise<number> {
  const { stdout } = invocation;
  let faults = 0;
  for (const entry of entries) {
    if (quiet === 0) await stdout.write(`    testing: ${entry.name.padEnd(22)}  `);
    const status = entry.name.endsWith("/") ? 0 : await extractTo(invocation, fd, entry, null);
    if (status > 0) faults++;
    if (quiet === 0) await stdout.write(status === 0 ? " OK\n" : "\n");
  }
  if (quiet < 2)
    await stdout.write(
      faults === 0
        ? `No errors detected in compressed data of ${archive}.\n`
        : `At least one error was detected in ${archive}.\n`,
    );
  return faults === 0 ? 0 : 2;
}

const label = ({ method, size }: ZipEntry) => (method === 0 || size === 0 ? " extracting:" : "  inflating:");

/** Where an entry goes; null when nothing of its name is left. Nothing leads out of the directory. */
function target({ options }: Invocation, name: string): string | null {
  let path = name.replaceAll("\\", "/").replace(/^\/+/, "");
  const parts = path.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  path = parts.join("/");
  if (options.has("j")) path = parts[parts.length - 1] ?? "";
  if (options.has("L")) path = path.toLowerCase();
  if (path === "") return null;
  const directory = options.value("d");
  return directory === undefined ? path : `${directory.replace(/\/+$/, "")}/${path}`;
}

function makeDirectories(sys: System, path: string): void {
  const parts = path.split("/");
  for (let i = 1; i <= parts.length; i++) {
    const part = parts.slice(0, i).join("/");
    if (part !== "") sys.mkdir(AT_FDCWD, encode(part), 0o777);
  }
}

async function extract(
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
    makeDirectories(sys, path);
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
  if (parent !== ".") makeDirectories(sys, parent);
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

const extractTo = (invocation: Invocation, fd: number, entry: ZipEntry, out: Writer | null): Promise<number> =>
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
