// A trace of the calls, a line each as strace(1) prints them: `path_open(3, 0x1, "foo", 0x0, …) = 4 <0.000012>`.
// Only a traced program has its imports wrapped.

import { monotonicMs } from "@vibengine/system";
import { failure, quoted, SHOWN_BYTES, secondsSince } from "../../trace-line.ts";
import type { GuestMemory } from "./memory.ts";
import { ProcExit } from "./process.ts";

// How each call's arguments are shown, a letter each:
//   d a number          x a number in hexadecimal     s a string (address and length)
//   w vectors to write  r vectors to read into        (address and count; shown as their bytes, after the call for r)
//   o an address where the call puts what isn't shown
//   n, q the address of the call's result, a u32 or a u64: shown behind the `=`
//   z a string that ends with a NUL
// A leading = says that the call returns its result, and no errno.
const CALLS: Record<string, string> = {
  args_get: "oo",
  args_sizes_get: "no",
  environ_get: "oo",
  environ_sizes_get: "no",
  clock_res_get: "dq",
  clock_time_get: "ddq",
  fd_advise: "dddd",
  fd_allocate: "ddd",
  fd_close: "d",
  fd_datasync: "d",
  fd_fdstat_get: "do",
  fd_fdstat_set_flags: "dx",
  fd_fdstat_set_rights: "dxx",
  fd_filestat_get: "do",
  fd_filestat_set_size: "dd",
  fd_filestat_set_times: "dddx",
  fd_pread: "drdn",
  fd_prestat_get: "do",
  fd_prestat_dir_name: "dod",
  fd_pwrite: "dwdn",
  fd_read: "drn",
  fd_readdir: "doddn",
  fd_renumber: "dd",
  fd_seek: "dddq",
  fd_sync: "d",
  fd_tell: "dq",
  fd_write: "dwn",
  path_create_directory: "ds",
  path_filestat_get: "dxso",
  path_filestat_set_times: "dxsddx",
  path_link: "dxsds",
  path_open: "dxsxxxxn",
  path_readlink: "dsodn",
  path_remove_directory: "ds",
  path_rename: "dsds",
  path_symlink: "sds",
  path_unlink_file: "ds",
  poll_oneoff: "oodn",
  proc_exit: "d",
  proc_raise: "d",
  sched_yield: "",
  random_get: "od",
  sock_accept: "dxn",
  sock_recv: "drxno",
  sock_send: "dwxn",
  sock_shutdown: "dx",
};

const MAX_PATH = 4096;

type Import = (...args: (number | bigint)[]) => number;

/** `imports`, each of them writing a line to `trace` when it returns or throws. */
export function traced(
  imports: Record<string, (...args: never[]) => number>,
  guest: GuestMemory,
  trace: (line: string) => void,
  calls = CALLS,
): Record<string, Import> {
  const wrapped: Record<string, Import> = {};
  for (const [name, body] of Object.entries(imports) as [string, Import][]) {
    const isPlain = calls[name][0] === "=";
    const letters = isPlain ? calls[name].slice(1) : calls[name];
    wrapped[name] = (...args) => {
      // What the call is given is read before it runs, what it yields afterwards: one may overwrite the other.
      const before = show(guest, letters, args, "r");
      const start = monotonicMs();
      const seconds = () => secondsSince(start);
      try {
        const errno = body(...args);
        const line = `${name}(${letters.includes("r") ? show(guest, letters, args, "", errno === 0) : before})`;
        if (isPlain) trace(`${line} = ${errno} ${seconds()}`);
        else if (errno === 0) trace(`${line} = ${result(guest, letters, args)} ${seconds()}`);
        else trace(`${line} = ${failure(errno)} ${seconds()}`);
        return errno;
      } catch (error) {
        trace(`${name}(${before}) = ? ${error instanceof ProcExit ? "" : `${(error as Error).message} `}${seconds()}`);
        throw error;
      }
    };
  }
  return wrapped;
}

/** The arguments, those of letter `hidden` as `…`. `hasRead`: the vectors of `r` have been filled. */
function show(guest: GuestMemory, letters: string, args: (number | bigint)[], hidden: string, hasRead = false): string {
  const shown: string[] = [];
  let i = 0;
  for (const letter of letters) {
    const value = args[i++];
    if (letter === "d") shown.push(String(value));
    else if (letter === "x")
      shown.push(`0x${BigInt.asUintN(typeof value === "bigint" ? 64 : 32, BigInt(value)).toString(16)}`);
    else if (letter === "s") shown.push(string(guest, Number(value) >>> 0, Number(args[i++]) >>> 0, MAX_PATH));
    else if (letter === "z") shown.push(text(guest, Number(value) >>> 0));
    else if (letter === "r" || letter === "w") {
      const count = Number(args[i++]) >>> 0;
      if (letter === hidden || (letter === "r" && !hasRead)) shown.push("…");
      else
        shown.push(vectors(guest, Number(value) >>> 0, count, letter === "r" ? u32(guest, args, letters) : Infinity));
    }
  }
  return shown.join(", ");
}

function result(guest: GuestMemory, letters: string, args: (number | bigint)[]): string {
  const at = addressOf(letters, "q", args);
  if (at >= 0) return guest.has(at, 8) ? String(guest.view.getBigUint64(at, true)) : "0";
  return String(letters.includes("n") ? u32(guest, args, letters) : 0);
}

function u32(guest: GuestMemory, args: (number | bigint)[], letters: string): number {
  const at = addressOf(letters, "n", args);
  return at >= 0 && guest.has(at, 4) ? guest.view.getUint32(at, true) : 0;
}

/** The argument of letter `wanted`, or -1. */
function addressOf(letters: string, wanted: string, args: (number | bigint)[]): number {
  let i = 0;
  for (const letter of letters) {
    if (letter === wanted) return Number(args[i]) >>> 0;
    i += letter === "s" || letter === "r" || letter === "w" ? 2 : 1;
  }
  return -1;
}

/** The first bytes of up to `length` bytes in `count` vectors. */
function vectors(guest: GuestMemory, at: number, count: number, length: number): string {
  const total = guest.total(at, count);
  if (total < 0) return "?";
  const bytes: number[] = [];
  for (let i = 0; i < count && bytes.length <= SHOWN_BYTES && bytes.length < length; i++) {
    const from = guest.view.getUint32(at + 8 * i, true);
    const size = Math.min(guest.view.getUint32(at + 8 * i + 4, true), SHOWN_BYTES + 1, length - bytes.length);
    bytes.push(...guest.bytes.slice(from, from + size));
  }
  return quoted(Uint8Array.from(bytes), SHOWN_BYTES);
}

function string(guest: GuestMemory, at: number, length: number, most: number): string {
  return guest.has(at, length) ? quoted(guest.bytes.slice(at, at + Math.min(length, most + 1)), most) : "?";
}

function text(guest: GuestMemory, at: number): string {
  if (!guest.has(at, 1)) return "?";
  const end = guest.bytes.indexOf(0, at);
  return end < 0 ? "?" : string(guest, at, end - at, MAX_PATH);
}
