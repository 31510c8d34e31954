// What a file is when one tries to run it: a WebAssembly command, a script with an interpreter line, or the stub of a
// program from a pack. Called by `processes`, which starts what is found here.

import {
  AT_FDCWD,
  decode,
  EACCES,
  EISDIR,
  ELOOP,
  ENOEXEC,
  encode,
  newStat,
  O_CLOEXEC,
  O_RDONLY,
  parseStub,
  S_IFDIR,
  S_IFMT,
  S_IFREG,
  type Stat,
  type System,
} from "@vibengine/system";
import type { KernelCalls } from "./calls.ts";

export type Program =
  | { kind: "wasm"; path: Uint8Array; stat: Stat; argv: string[] }
  | { kind: "shell"; program: string; argv: string[] }
  | { kind: "pack"; path: Uint8Array; pack: string; program: string; argv: string[] };

/** Bytes looked at, as Linux does: an interpreter line ends there. */
const HEAD_BYTES = 256;
/** Interpreters of interpreters followed before giving up (Linux's limit). */
const INTERPRETERS = 4;

/** What running `path` in `system`'s working directory means, or -errno. */
export async function findProgram(
  calls: KernelCalls,
  system: System,
  path: Uint8Array,
  argv: string[],
): Promise<Program | number> {
  let file = path;
  let args = argv;
  for (let depth = 0; depth <= INTERPRETERS; depth++) {
    const head = new Uint8Array(HEAD_BYTES);
    const stat = newStat();
    const length = await calls.exclusive(() => readHead(system, file, head, stat, true));
    if (length < 0) return length;
    const start = head.subarray(0, length);
    if (isWasm(start)) return { kind: "wasm", path: file, stat, argv: args };
    const stub = parseStub(start);
    if (stub !== null) {
      const { pack, program } = stub;
      if (pack === "shell") return { kind: "shell", program, argv: args };
      return { kind: "pack", path: file, pack, program, argv: args };
    }
    const interpreter = interpreterLine(start);
    if (interpreter === null) return -ENOEXEC;
    args = [...interpreter, decode(file), ...args.slice(1)];
    file = encode(interpreter[0]);
  }
  return -ELOOP;
}

/** The file `path` as a WebAssembly program, whether executable or not; -errno. */
export async function findModule(
  calls: KernelCalls,
  system: System,
  path: Uint8Array,
  argv: string[],
): Promise<Program | number> {
  const head = new Uint8Array(HEAD_BYTES);
  const stat = newStat();
  const length = await calls.exclusive(() => readHead(system, path, head, stat, false));
  if (length < 0) return length;
  return isWasm(head.subarray(0, length)) ? { kind: "wasm", path, stat, argv } : -ENOEXEC;
}

function readHead(system: System, path: Uint8Array, head: Uint8Array, stat: Stat, mustBeExecutable: boolean): number {
  const result = system.stat(AT_FDCWD, path, true, stat);
  if (result < 0) return result;
  if ((stat.mode & S_IFMT) === S_IFDIR) return -EISDIR;
  if ((stat.mode & S_IFMT) !== S_IFREG || (mustBeExecutable && (stat.mode & 0o111) === 0)) return -EACCES;
  const fd = system.open(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  const length = system.read(fd, head, 0, head.length);
  system.close(fd);
  return length;
}

function isWasm(head: Uint8Array): boolean {
  return head.length >= 4 && head[0] === 0 && head[1] === 0x61 && head[2] === 0x73 && head[3] === 0x6d;
}

/** The words of a `#!` line: the interpreter and at most one argument. */
function interpreterLine(head: Uint8Array): string[] | null {
  if (head[0] !== 0x23 || head[1] !== 0x21) return null;
  const end = head.indexOf(0x0a);
  const line = decode(head.subarray(2, end < 0 ? head.length : end)).trim();
  const space = line.search(/[ \t]/);
  if (line === "") return null;
  return space < 0 ? [line] : [line.slice(0, space), line.slice(space).trim()];
}
