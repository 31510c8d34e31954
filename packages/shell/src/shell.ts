// The shell as a program: its options, its environment, and where its commands come from (-c, a script, stdin).

import { decode, EAGAIN, EINTR, ENOENT, type System, strerror } from "@vibengine/system";
import { readFile } from "./builtins/commands.ts";
import { initialDirectory } from "./builtins/directories.ts";
import { setLongOption, setOption } from "./builtins/set.ts";
import { ExitShell, type Status } from "./execute/control.ts";
import { defineDynamic } from "./execute/dynamic.ts";
import { importFunction } from "./execute/functions.ts";
import { DEFAULT_PATH, Programs } from "./execute/programs.ts";
import { complainOfSyntax, openText, runTopLevel } from "./execute/script.ts";
import { Shell } from "./execute/shell.ts";
import { endShell } from "./execute/task.ts";
import { EXPORT, INTEGER, newVariable, READONLY } from "./execute/variables.ts";
import type { ShellHost } from "./host.ts";
import { NeedInput, SyntaxFault } from "./parser/errors.ts";
import type { Lexer } from "./parser/lexer.ts";
import { readCommandLine } from "./parser/parser.ts";

/**
 * Runs a shell in the process `sys` and resolves to its exit status; the caller ends the process.
 * @param argv `sh` (POSIX mode) or `bash`, then the shell's arguments
 * @param env K=V
 */
export async function runShell(sys: System, argv: string[], env: string[], host: ShellHost): Promise<number> {
  const shell = new Shell(sys, host, new Programs(host, runShell), argv[0]);
  shell.programs.onOrphan = (pid, signal) => {
    if (sys.isAlive) sys.kill(pid, signal);
  };
  importEnvironment(shell, env);
  const name = argv[0].replace(/^-/, "").split("/").pop();
  shell.options.posix = name === "sh";
  return endShell(shell, start(shell, argv));
}

/** Runs one of our tools by name in the process `sys`: its exit status. The caller ends the process. */
export function runTool(sys: System, name: string, argv: string[], env: string[], host: ShellHost): Promise<number> {
  if (name === "sh" || name === "bash") return runShell(sys, [name, ...argv.slice(1)], env, host);
  const variables = new Map<string, string>();
  for (const entry of env) {
    const equals = entry.indexOf("=");
    if (equals > 0) variables.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  return new Programs(host, runShell).runTool(sys, name, argv, variables, name);
}

function importEnvironment(shell: Shell, env: string[]): void {
  const { table } = shell.vars;
  for (const entry of env) {
    const equals = entry.indexOf("=");
    const name = entry.slice(0, equals);
    const function_ = /^BASH_FUNC_(.+)%%$/.exec(name)?.[1];
    if (function_ && entry.startsWith("() ", equals + 1)) importFunction(shell, function_, entry.slice(equals + 1));
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) table.set(name, newVariable(entry.slice(equals + 1), EXPORT));
  }
  shell.vars.set("IFS", " \t\n");
  shell.vars.set("OPTIND", "1");
  table.set("PPID", newVariable(String(shell.sys.parent), READONLY | INTEGER));
  if (!table.has("PATH")) table.set("PATH", newVariable(DEFAULT_PATH));
  if (!table.has("SHELL")) table.set("SHELL", newVariable("/bin/bash"));
  if (!table.has("PS4")) table.set("PS4", newVariable("+ "));
  defineDynamic(shell);
  initialDirectory(shell);
  const level = Number(shell.vars.get("SHLVL") ?? 0);
  table.set("SHLVL", newVariable(String(Number.isSafeInteger(level) && level >= 0 ? level + 1 : 1), EXPORT));
}

interface Invocation {
  commandString: boolean;
  fromStdin: boolean;
  rest: string[];
}

/** Reads the shell's own options; a number is an exit status after a complaint. */
function parseArguments(shell: Shell, argv: string[]): Invocation | number {
  let commandString = false;
  let fromStdin = false;
  let at = 1;
  for (; at < argv.length; at++) {
    const word = argv[at];
    if (word === "--" || word === "-") {
      at++;
      break;
    }
    if (word.startsWith("--")) {
      if (word === "--posix") shell.options.posix = true;
      else if (word !== "--norc" && word !== "--noprofile" && word !== "--login") {
        shell.report(`${shell.name}: ${word}: invalid option\n`);
        return 2;
      }
      continue;
    }
    if (!/^[-+]./.test(word)) break;
    const on = word[0] === "-";
    for (const letter of word.slice(1)) {
      if (letter === "c" && on) commandString = true;
      else if (letter === "s" && on) fromStdin = true;
      else if (letter === "l") continue;
      else if (letter === "o" || letter === "O") {
        const option = argv[++at];
        const known = letter === "o" ? setLongOption(shell, option ?? "", on) : shell.shopt[option ?? ""] !== undefined;
        if (letter === "O" && known) shell.shopt[option] = on;
        if (!known) {
          shell.report(`${shell.name}: ${option ?? word}: invalid option name\n`);
          return 2;
        }
      } else if (!setOption(shell, letter, on)) {
        shell.report(`${shell.name}: -${letter}: invalid option\n`);
        return 2;
      }
    }
  }
  return { commandString, fromStdin, rest: argv.slice(at) };
}

async function start(shell: Shell, argv: string[]): Promise<number> {
  const invocation = parseArguments(shell, argv);
  if (typeof invocation === "number") return invocation;
  const { rest } = invocation;
  if (invocation.commandString) {
    if (rest.length === 0) {
      shell.report(`${shell.name}: -c: option requires an argument\n`);
      return 2;
    }
    if (rest.length > 1) shell.name = rest[1];
    shell.args = rest.slice(2);
    shell.commandString = rest[0];
    shell.options.command = true;
    return runScript(shell, openText(shell, rest[0]));
  }
  if (rest.length > 0 && !invocation.fromStdin) return runFile(shell, rest);
  shell.args = rest;
  shell.options.stdin = true;
  return runScript(shell, openStdin(shell));
}

function runFile(shell: Shell, words: string[]): Status {
  const path = words[0];
  let text = readFile(shell, path);
  if (typeof text === "number" && !path.includes("/")) {
    const found = (shell.vars.get("PATH") ?? "")
      .split(":")
      .find((directory) => typeof readFile(shell, `${directory}/${path}`) === "string");
    if (found !== undefined) text = readFile(shell, `${found}/${path}`);
  }
  if (typeof text === "number") {
    shell.report(`${shell.name}: ${path}: ${strerror(text)}\n`);
    return text === ENOENT ? 127 : 126;
  }
  shell.name = path;
  shell.sourceName = path;
  shell.isFile = true;
  shell.args = words.slice(1);
  return runScript(shell, openText(shell, text));
}

/** Runs a script line by line to its end. */
async function runScript(shell: Shell, lexer: Lexer): Promise<number> {
  shell.lexer = lexer;
  let status = 0;
  for (;;) {
    const { pos, line } = lexer;
    let list: ReturnType<typeof readCommandLine>;
    try {
      list = readCommandLine(lexer);
    } catch (error) {
      if (error instanceof NeedInput) {
        lexer.restart(pos, line);
        await waitForInput(shell);
        continue;
      }
      if (!(error instanceof SyntaxFault)) throw error;
      complainOfSyntax(shell, error);
      if (!error.recoverable) throw new ExitShell(2);
      lexer.skipLine();
      shell.status = status = 1;
      continue;
    }
    if (list === null) return status;
    if (shell.options.noexec) continue;
    status = await runTopLevel(shell, list);
    lexer.discardRead();
    if (shell.options.onecmd) return status;
  }
}

/** Commands from fd 0, a line at a time, so that what the commands themselves read from it is what follows them. */
function openStdin(shell: Shell): Lexer {
  const bytes = new Uint8Array(1);
  const seekable = shell.sys.lseek(0, 0, 1) >= 0;
  const block = seekable ? new Uint8Array(4096) : bytes;
  let partial: number[] = [];
  const more = (): string | null => {
    for (;;) {
      const count = shell.sys.read(0, block, 0, block.length);
      if (count === -EAGAIN || count === -EINTR) throw new NeedInput();
      if (count <= 0) {
        const rest = partial;
        partial = [];
        return rest.length > 0 ? decode(Uint8Array.from(rest)).replaceAll("\0", "") : null;
      }
      for (let i = 0; i < count; i++) {
        partial.push(block[i]);
        if (block[i] !== 10) continue;
        if (i + 1 < count) shell.sys.lseek(0, i + 1 - count, 1);
        const line = decode(Uint8Array.from(partial)).replaceAll("\0", "");
        partial = [];
        return line;
      }
    }
  };
  return openText(shell, "", 1, more);
}

async function waitForInput(shell: Shell): Promise<void> {
  const fd = {
    fd: 0,
    wantRead: true,
    wantWrite: false,
    readable: false,
    writable: false,
    hangup: false,
    available: 0,
    error: 0,
  };
  const result = await shell.sys.block(() => shell.sys.poll([fd]) || -EAGAIN);
  if (result === -EINTR) shell.pendingSignals |= shell.sys.takeSignals();
}
