// unzip: lists, tests and extracts zip archives.

import { AT_FDCWD, encode, O_CLOEXEC, O_RDONLY, strerror } from "@vibengine/system";
import { formatTime } from "../../strftime.ts";
import { define, Failure, type Invocation } from "../define.ts";
import { isDir, stat } from "../files.ts";
import { globToRegExp } from "../glob.ts";
import { extract, extractTo, label, readAt, target } from "./unzip-extract.ts";
import { readDirectory, type ZipDirectory, type ZipEntry, ZipError } from "./zip-format.ts";

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
