// Builtins that run commands: command, builtin, eval, ., exec.

import { AT_FDCWD, decode, EISDIR, ENOENT, encode, newStat, O_RDONLY, strerror } from "@vibengine/system";
import { ExitShell, NO_JUMP, RETURN, type Status } from "../execute/control.ts";
import { runProgram } from "../execute/external.ts";
import { DEFAULT_PATH, isExecutable } from "../execute/programs.ts";
import { finallyDo } from "../execute/run.ts";
import { runSource } from "../execute/script.ts";
import type { Shell } from "../execute/shell.ts";
import { statusOfError } from "../execute/task.ts";
import { brief, describe } from "./describe-command.ts";
import { builtins } from "./index.ts";
import { parseLetters } from "./usage.ts";

const stat = newStat();

export function command(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "pvV", "command [-pVv] command [arg ...]");
  if (!options) return 2;
  const { rest, flags } = options;
  if (rest.length === 0) return 0;
  const path = flags.has("p") ? DEFAULT_PATH : shell.vars.get("PATH");
  if (flags.has("v") || flags.has("V")) {
    let text = "";
    let found = 0;
    for (const name of rest) {
      const lines = flags.has("V") ? describe(shell, name, false, path) : brief(shell, name, path);
      if (lines.length === 0 && flags.has("V")) shell.complain(`command: ${name}: not found`);
      if (lines.length > 0) found++;
      text += lines.map((line) => `${line}\n`).join("");
    }
    const status = found > 0 ? 0 : 1;
    const written = shell.write(text, "command");
    return typeof written === "number" ? written || status : written.then((result) => result || status);
  }
  shiftDeclarations(shell, argv.length - rest.length);
  const known = builtins.get(rest[0]);
  if (!known) return runProgram(shell, rest, [], false);
  // What would end the shell for a special builtin only fails here.
  const posix = shell.options.posix;
  shell.options.posix = false;
  return finallyDo(
    () => known(shell, rest),
    () => {
      if (rest[0] !== "set") shell.options.posix = posix;
    },
  );
}

export function builtin(shell: Shell, argv: string[]): Status {
  if (argv.length < 2) return 0;
  const known = builtins.get(argv[1]);
  if (!known) {
    shell.complain(`builtin: ${argv[1]}: not a shell builtin`);
    return 1;
  }
  shiftDeclarations(shell, 1);
  return known(shell, argv.slice(1));
}

/** Assignments among the words move with them. */
function shiftDeclarations(shell: Shell, by: number): void {
  if (shell.declarations)
    shell.declarations = new Map([...shell.declarations].map(([at, assignment]) => [at - by, assignment]));
}

export function eval_(shell: Shell, argv: string[]): Status {
  const text = argv.slice(argv[1] === "--" ? 2 : 1).join(" ");
  return text.trim() === "" ? 0 : runSource(shell, text, shell.line);
}

export function source(shell: Shell, argv: string[]): Status {
  const words = argv.slice(argv[1] === "--" ? 2 : 1);
  const name = words[0];
  const fail = (message: string, status: number): number => {
    shell.complain(message);
    if (shell.options.posix && argv[0] === ".") throw new ExitShell(status);
    return status;
  };
  if (name === undefined) {
    shell.complain(`${argv[0]}: filename argument required`);
    return 2;
  }
  let path = name;
  if (!name.includes("/")) {
    const found = (shell.vars.get("PATH") ?? "").split(":").map((directory) => `${directory || "."}/${name}`);
    const readable = found.find((candidate) => {
      const errno = isExecutable(shell.sys, candidate);
      return errno !== ENOENT && errno !== EISDIR && shell.sys.stat(AT_FDCWD, encode(candidate), true, stat) >= 0;
    });
    if (readable !== undefined) path = readable;
    else if (shell.options.posix) return fail(`${argv[0]}: ${name}: file not found`, 1);
  }
  const text = readFile(shell, path);
  if (typeof text === "number") {
    return fail(
      text === EISDIR
        ? `${argv[0]}: ${name}: is a directory`
        : shell.options.posix
          ? `${argv[0]}: ${name}: file not found`
          : `${name}: ${strerror(text)}`,
      1,
    );
  }
  const { args, loopDepth, sourceName } = shell;
  if (words.length > 1) shell.args = words.slice(1);
  const own = shell.args;
  shell.sourceDepth++;
  shell.stack.push({ name: "source", line: shell.line, source: sourceName });
  shell.sourceName = path;
  return finallyDo(
    () => {
      const done = (status: number): number => {
        if (shell.jump !== RETURN) return status;
        shell.jump = NO_JUMP;
        return shell.jumpCount;
      };
      const result = runSource(shell, text);
      return typeof result === "number" ? done(result) : result.then(done);
    },
    () => {
      shell.sourceDepth--;
      shell.stack.pop();
      shell.sourceName = sourceName;
      shell.loopDepth = loopDepth;
      if (words.length > 1 && shell.args === own) shell.args = args;
    },
  );
}

/** A file's text, or the errno. Regular files only: they never make one wait. */
export function readFile(shell: Shell, path: string): string | number {
  const fd = shell.sys.open(AT_FDCWD, encode(path), O_RDONLY, 0);
  if (fd < 0) return -fd;
  let bytes = new Uint8Array(16384);
  let length = 0;
  for (;;) {
    if (length === bytes.length) {
      const larger = new Uint8Array(bytes.length * 4);
      larger.set(bytes);
      bytes = larger;
    }
    const count = shell.sys.read(fd, bytes, length, bytes.length - length);
    if (count < 0) {
      shell.sys.close(fd);
      return -count;
    }
    if (count === 0) break;
    length += count;
  }
  shell.sys.close(fd);
  return decode(bytes.subarray(0, length)).replaceAll("\0", "");
}

export function exec(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "cla:", "exec [-cl] [-a name] [command [argument ...]] [redirection ...]");
  if (!options) return 2;
  const { rest, flags, values } = options;
  if (rest.length === 0) return 0;
  const name = rest[0];
  const path = shell.programs.find(shell.sys, name, shell.vars.get("PATH"));
  if (typeof path === "number") {
    shell.complain(path === ENOENT && !name.includes("/") ? `exec: ${name}: not found` : `${name}: ${strerror(path)}`);
    if (shell.shopt.execfail || shell.options.interactive) return path === ENOENT ? 127 : 126;
    throw new ExitShell(path === ENOENT ? 127 : 126);
  }
  const env = flags.has("c") ? new Map<string, string>() : shell.vars.environment();
  if (!flags.has("c")) env.set("_", path);
  const words = rest.slice();
  const first = values.get("a") ?? words[0];
  words[0] = flags.has("l") ? `-${first}` : first;
  // Traps do not outlive exec.
  shell.traps.clear();
  return shell.programs.execute(shell.sys, path, words, env, `${shell.name}: line ${shell.line}`).then(
    (status) => {
      throw new ExitShell(status);
    },
    (error) => {
      throw new ExitShell(statusOfError(shell, error));
    },
  );
}
