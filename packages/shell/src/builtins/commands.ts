// Builtins that run commands: command, builtin, eval, ., exec.

import {
  AT_FDCWD,
  decode,
  EAGAIN,
  EINTR,
  EISDIR,
  ENOENT,
  encode,
  newStat,
  O_RDONLY,
  strerror,
} from "@vibengine/system";
import { after, ExitShell, type Status } from "../execute/control.ts";
import { runProgram } from "../execute/external.ts";
import { returned } from "../execute/functions.ts";
import { TRAP_DEBUG } from "../execute/options.ts";
import { DEFAULT_PATH, isExecutable } from "../execute/programs.ts";
import { finallyDo } from "../execute/run.ts";
import { runSource } from "../execute/script.ts";
import type { Shell } from "../execute/shell.ts";
import { statusOfError } from "../execute/task.ts";
import { suspendTraps } from "../execute/traps.ts";
import { builtins, SPECIAL_BUILTINS } from "./index.ts";
import { late } from "./late.ts";
import { parseLetters, usageStatus } from "./usage.ts";

const stat = newStat();

export function command(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "pvV", "command [-pVv] command [arg ...]");
  if (!options) return 2;
  const { rest, flags } = options;
  if (rest.length === 0) return 0;
  if (flags.has("v") || flags.has("V")) return late("command -v")(shell, argv);
  shiftDeclarations(shell, argv.length - rest.length);
  const known = shell.disabledBuiltins.has(rest[0]) ? undefined : builtins.get(rest[0]);
  if (!known) return runProgram(shell, rest, [], false, rest.join(" "), flags.has("p") ? DEFAULT_PATH : undefined);
  // What would end the shell for a special builtin only fails here.
  const posix = shell.options.posix;
  if (SPECIAL_BUILTINS.has(rest[0]) && rest[0] !== "set") shell.options.posix = false;
  return finallyDo(
    () => known(shell, rest),
    () => {
      if (rest[0] !== "set") shell.options.posix = posix;
    },
  );
}

export function builtin(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "", "builtin [shell-builtin [arg ...]]");
  if (!options) return 2;
  const { rest } = options;
  if (rest.length === 0) return 0;
  const known = builtins.get(rest[0]);
  if (!known) {
    shell.complain(`builtin: ${rest[0]}: not a shell builtin`);
    return 1;
  }
  shiftDeclarations(shell, argv.length - rest.length);
  return known(shell, rest);
}

/** Assignments among the words move with them. */
function shiftDeclarations(shell: Shell, by: number): void {
  if (shell.declarations)
    shell.declarations = new Map([...shell.declarations].map(([at, assignment]) => [at - by, assignment]));
}

export function eval_(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "", "eval [arg ...]");
  if (!options) return usageStatus(shell);
  const text = options.rest.join(" ");
  return text.trim() === "" ? 0 : runSource(shell, text, shell.line, "eval: ");
}

export function source(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "", `${argv[0]} filename [arguments]`);
  if (!options) return usageStatus(shell);
  const words = options.rest;
  const name = words[0];
  const fail = (message: string, status: number): number => {
    shell.complain(message);
    if (shell.options.posix && !shell.options.interactive) throw new ExitShell(status);
    return status;
  };
  if (name === undefined) {
    shell.complain(`${argv[0]}: filename argument required`);
    shell.report(`${argv[0]}: usage: ${argv[0]} filename [arguments]\n`);
    return usageStatus(shell);
  }
  let path = name;
  if (!name.includes("/")) {
    const directories = shell.shopt.sourcepath ? (shell.vars.get("PATH") ?? "").split(":") : [];
    const found = directories.map((directory) => `${directory || "."}/${name}`);
    const readable = found.find((candidate) => {
      const errno = isExecutable(shell.sys, candidate);
      return errno !== EISDIR && shell.sys.stat(AT_FDCWD, encode(candidate), true, stat) >= 0;
    });
    if (readable !== undefined) path = readable;
    else if (shell.options.posix) return fail(`${argv[0]}: ${name}: file not found`, 1);
  }
  const text = readFile(shell, path);
  if (typeof text === "number") {
    return fail(
      text === EISDIR
        ? `${argv[0]}: ${name}: is a directory`
        : shell.options.posix && !name.includes("/")
          ? `${argv[0]}: ${name}: file not found`
          : `${name}: ${strerror(text)}`,
      1,
    );
  }
  if (typeof text === "string") return runSourced(shell, path, text, words.slice(1));
  return text.then((read) => runSourced(shell, path, read, words.slice(1)));
}

/** Runs a file's text in this shell. */
export function runSourced(shell: Shell, path: string, text: string, own: string[]): Status {
  const { args, loopDepth, line, sourceName, argsSet } = shell;
  if (own.length > 0) shell.args = own;
  shell.stack.push({ name: "source", line, source: sourceName });
  shell.sourceName = path;
  const restoreTraps = shell.traps.size > 0 ? suspendTraps(shell, [TRAP_DEBUG]) : null;
  return finallyDo(
    () => {
      const result = runSource(shell, text);
      return after(result, (status) => returned(shell, status));
    },
    () => {
      shell.stack.pop();
      shell.sourceName = sourceName;
      restoreTraps?.();
      shell.loopDepth = loopDepth;
      shell.line = line;
      if (own.length > 0 && shell.argsSet === argsSet) shell.args = args;
    },
    shell,
  );
}

/** A file's text, or the errno; later, if it is a pipe that nothing was written to yet. */
export function readFile(shell: Shell, path: string): string | number | Promise<string> {
  const fd = shell.sys.open(AT_FDCWD, encode(path), O_RDONLY, 0);
  if (fd < 0) return -fd;
  let bytes = new Uint8Array(16384);
  let length = 0;
  const read = (): number => {
    for (;;) {
      if (length === bytes.length) {
        const larger = new Uint8Array(bytes.length * 4);
        larger.set(bytes);
        bytes = larger;
      }
      const count = shell.sys.read(fd, bytes, length, bytes.length - length);
      if (count <= 0) return count;
      length += count;
    }
  };
  const finish = (): string => {
    shell.sys.close(fd);
    return decode(bytes.subarray(0, length)).replaceAll("\0", "");
  };
  const result = read();
  if (result === -EAGAIN) {
    return (async () => {
      while ((await shell.sys.block(read)) === -EINTR) shell.pendingSignals |= shell.sys.takeSignals();
      return finish();
    })();
  }
  if (result === 0) return finish();
  shell.sys.close(fd);
  return -result;
}

export function exec(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "cla:", "exec [-cl] [-a name] [command [argument ...]] [redirection ...]");
  if (!options) return 2;
  const { rest, flags, values } = options;
  if (rest.length === 0) return 0;
  const name = rest[0];
  const path = shell.programs.find(shell.sys, name, shell.vars.get("PATH"));
  if (typeof path === "number") {
    const place = name[0] === "/" ? name : `${shell.vars.get("PWD")}/${name.replace(/^(\.\/+)+/, "")}`;
    shell.complain(path === ENOENT && !name.includes("/") ? `exec: ${name}: not found` : `${place}: ${strerror(path)}`);
    const status = path === ENOENT ? 127 : 126;
    if (shell.shopt.execfail || shell.options.interactive) return status;
    throw new ExitShell(status);
  }
  const env = flags.has("c") ? new Map<string, string>() : shell.vars.environment();
  if (!flags.has("c")) env.set("_", path);
  const words = rest.slice();
  const first = values.get("a") ?? words[0];
  words[0] = flags.has("l") ? `-${first}` : first;
  // Traps do not outlive exec, but for what is ignored.
  shell.traps.clear();
  shell.sys.ignoreSignals(shell.handedDown);
  return shell.programs.execute(shell.sys, path, words, env, shell.place()).then(
    (status) => {
      throw new ExitShell(status);
    },
    (error) => {
      throw new ExitShell(statusOfError(shell, error));
    },
  );
}
