// The trace of the shell's and the tools' own calls: a `System` whose every call writes a line. The calls are put on the one
// object, so an untraced `System` is what it always was.

import { AT_FDCWD, EAGAIN, encode, Killed, monotonicMs, type System } from "@vibengine/system";
import { failure, quoted, SHOWN_BYTES, secondsSince } from "../trace-line.ts";

// How each call's arguments are shown, a letter each:
//   d a number        o a number in octal     f flags of open     a a directory's fd, or the working directory
//   s bytes of a path or a name               r, w a buffer, an offset in it and a length: shown as what was read or written
//   p what a pipe's two ends were put into    _ what isn't shown
const CALLS: Record<string, string> = {
  open: "asfo",
  openUnnamed: "",
  publish: "daso",
  close: "d",
  read: "dr",
  write: "dw",
  pread: "drd",
  pwrite: "dwd",
  lseek: "ddd",
  stat: "as__",
  fstat: "d_",
  ftruncate: "dd",
  truncate: "asd",
  fallocate: "ddd",
  fsync: "d",
  readdir: "dd_",
  mkdir: "aso",
  mknod: "aso_",
  rmdir: "as",
  unlink: "as",
  rename: "asas",
  link: "asas_",
  symlink: "sas",
  readlink: "as_",
  chmod: "aso_",
  fchmod: "do",
  chown: "asdd_",
  fchown: "ddd",
  utimens: "as___",
  futimens: "d__",
  dup: "dd",
  dup2: "dd",
  setCloexec: "d_",
  setFlags: "df",
  pipe: "p",
  chdir: "s",
  fchdir: "d",
  umask: "o",
  statfs: "_",
  poll: "_",
  exit: "d",
  wait: "d",
  kill: "dd",
  setpgid: "dd",
};

const MAX_PATH = 4096;
const FLAGS: [name: string, bits: number][] = [
  ["O_CREAT", 0o100],
  ["O_EXCL", 0o200],
  ["O_TRUNC", 0o1000],
  ["O_APPEND", 0o2000],
  ["O_NONBLOCK", 0o4000],
  ["O_DIRECTORY", 0o200000],
  ["O_NOFOLLOW", 0o400000],
  ["O_CLOEXEC", 0o2000000],
];

type Call = (...args: unknown[]) => number;

/** Makes the calls of `system` and of all its forks write to its trace. The same object. */
export function tracedSystem(system: System): System {
  const calls = system as unknown as Record<string, Call>;
  for (const [name, letters] of Object.entries(CALLS)) {
    const body = calls[name];
    let waitingSince = 0;
    calls[name] = (...args) => {
      const start = waitingSince || monotonicMs();
      // After this one there is no process left to write.
      if (name === "exit" && system.isAlive) system.trace(`exit(${args[0]}) = ?`);
      const result = body.apply(system, args);
      if (name === "exit") return result;
      if (result === -EAGAIN) {
        // It will be made again, until it has an answer: that is one line, with the whole time.
        waitingSince = start;
        return result;
      }
      waitingSince = 0;
      system.trace(`${name}(${show(letters, args, result)}) = ${value(result)} ${secondsSince(start)}`);
      return result;
    };
  }
  const { fork } = system;
  system.fork = () => {
    const start = monotonicMs();
    const child = fork.call(system);
    const result = typeof child === "number" ? value(child) : child.pid;
    system.trace(`fork() = ${result} ${secondsSince(start)}`);
    return typeof child === "number" ? child : tracedSystem(child);
  };
  return system;
}

/** The line for a program that the shell had started. Called when the answer comes, be the process killed meanwhile. */
export function traceSpawn(system: System, path: Uint8Array, argv: string[], result: number, start: number): void {
  const words = argv.map((word) => quoted(encode(word), MAX_PATH)).join(", ");
  try {
    system.trace(`spawn(${quoted(path, MAX_PATH)}, [${words}]) = ${value(result)} ${secondsSince(start)}`);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
}

function value(result: number): string {
  return result < 0 ? failure(-result) : String(result);
}

function show(letters: string, args: unknown[], result: number): string {
  const shown: string[] = [];
  let i = 0;
  for (const letter of letters) {
    const arg = args[i++];
    if (letter === "r" || letter === "w") {
      const [at, length] = [args[i++], args[i++]] as [number, number];
      const count = letter === "r" ? Math.max(0, result) : length;
      shown.push(quoted((arg as Uint8Array).slice(at, at + Math.min(count, SHOWN_BYTES + 1)), SHOWN_BYTES));
      shown.push(String(length));
    } else if (arg !== undefined && letter !== "_") shown.push(showOne(letter, arg, result));
  }
  return shown.join(", ");
}

function showOne(letter: string, arg: unknown, result: number): string {
  if (letter === "s") return quoted(arg as Uint8Array, MAX_PATH);
  if (letter === "o") return `0${(arg as number).toString(8)}`;
  if (letter === "a") return arg === AT_FDCWD ? "AT_FDCWD" : String(arg);
  if (letter === "p") return result < 0 ? "…" : `[${(arg as number[]).join(", ")}]`;
  if (letter !== "f") return String(arg);
  const access = ["O_RDONLY", "O_WRONLY", "O_RDWR"][(arg as number) & 3];
  return [access, ...FLAGS.filter(([, bits]) => ((arg as number) & bits) !== 0).map(([name]) => name)].join("|");
}
