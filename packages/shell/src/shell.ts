// The shell as a program: its options, its environment, and where its commands come from (-c, a script, stdin).

import { decode, EAGAIN, EINTR, EISDIR, ENOENT, type System, strerror } from "@vibengine/system";
import { readFile } from "./builtins/commands.ts";
import { initialDirectory } from "./builtins/directories.ts";
import { loadHistory, record, saveHistory } from "./builtins/history.ts";
import { ExitShell } from "./execute/control.ts";
import { defineDynamic } from "./execute/dynamic.ts";
import { importFunction } from "./execute/functions.ts";
import { DEFAULT_PATH, isBinary, Programs } from "./execute/programs.ts";
import { complainOfSyntax, openText, readVerbosely, runSafely, runSource, runTopLevel } from "./execute/script.ts";
import { Shell } from "./execute/shell.ts";
import { isOneCommand } from "./execute/substitution.ts";
import { endShell } from "./execute/task.ts";
import { EXPORT, INTEGER, newVariable, READONLY } from "./execute/variables.ts";
import type { ShellHost } from "./host.ts";
import { runInteractive } from "./interactive/loop.ts";
import { NeedInput, SyntaxFault } from "./parser/errors.ts";
import type { Lexer } from "./parser/lexer.ts";
import { parseArguments, readStartupFiles, takeEnvironment } from "./startup.ts";

/**
 * Runs a shell in the process `sys` and resolves to its exit status; the caller ends the process.
 * @param argv `sh` (POSIX mode) or `bash`, then the shell's arguments
 * @param env K=V
 */
export async function runShell(sys: System, argv: string[], env: string[], host: ShellHost): Promise<number> {
  const shell = new Shell(sys, host, new Programs(host, runShell), argv[0]);
  importEnvironment(shell, env);
  shell.ignored = sys.ignoredSignals();
  shell.inherited = shell.ignored;
  shell.handedDown = shell.ignored;
  for (let signal = 1; signal < 32; signal++) if ((shell.ignored & (1 << signal)) !== 0) shell.traps.set(signal, "");
  const name = argv[0].replace(/^-/, "").split("/").pop();
  shell.options.posix = name === "sh";
  return endShell(shell, start(shell, argv, env));
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

async function start(shell: Shell, argv: string[], env: string[]): Promise<number> {
  takeEnvironment(shell, env);
  const invocation = parseArguments(shell, argv);
  if (typeof invocation === "number") return invocation;
  const { rest } = invocation;
  const readsStdin = !invocation.commandString && (rest.length === 0 || invocation.fromStdin);
  if (readsStdin && shell.sys.isatty(0) && shell.sys.isatty(2)) shell.options.interactive = true;
  if (rest.length > 0 && !invocation.commandString && !invocation.fromStdin) shell.name = rest[0];
  await readStartupFiles(shell, invocation);
  if (invocation.commandString) {
    if (rest.length === 0) {
      shell.report(`${shell.name}: -c: option requires an argument\n`);
      return 2;
    }
    if (rest.length > 1) shell.name = rest[1];
    shell.args = rest.slice(2);
    shell.commandString = rest[0];
    shell.options.command = true;
    return runScript(shell, openText(shell, rest[0]), true);
  }
  if (rest.length > 0 && !invocation.fromStdin) return runFile(shell, rest, argv[0]);
  shell.args = rest;
  shell.options.stdin = true;
  if (!shell.options.interactive) return runScript(shell, openStdin(shell));
  if (shell.sys.isatty(0)) return runInteractive(shell);
  await loadHistory(shell);
  const status = await runScript(shell, openStdin(shell)).finally(() =>
    shell.sys.isAlive ? saveHistory(shell) : undefined,
  );
  shell.report("exit\n");
  return status;
}

async function runFile(shell: Shell, words: string[], own: string): Promise<number> {
  let path = words[0];
  let text = readFile(shell, path);
  if (typeof text === "number" && !path.includes("/")) {
    const directories = (shell.vars.get("PATH") ?? "").split(":").map((directory) => `${directory || "."}/${path}`);
    for (const candidate of directories) {
      const found = readFile(shell, candidate);
      if (typeof found === "number") continue;
      text = found;
      path = candidate;
      break;
    }
  }
  if (typeof text === "number") {
    shell.report(`${own}: ${path}: ${text === EISDIR ? "Is a directory" : strerror(text)}\n`);
    return text === ENOENT ? 127 : 126;
  }
  const binary = isBinary(shell.sys, path);
  const script = await text;
  shell.name = path;
  shell.sourceName = path;
  shell.isFile = true;
  shell.args = words.slice(1);
  if (binary) {
    shell.report(`${path}: ${path}: cannot execute binary file\n`);
    return 126;
  }
  return runScript(shell, openText(shell, script));
}

/** Runs a script line by line to its end. */
async function runScript(shell: Shell, lexer: Lexer, isString = false): Promise<number> {
  shell.lexer = lexer;
  let status = 0;
  let waited = false;
  for (;;) {
    const { pos, line } = lexer;
    if (shell.options.interactive && !isString && !waited) await prompt(shell);
    let list: ReturnType<typeof readVerbosely>;
    try {
      list = readVerbosely(shell, lexer);
    } catch (error) {
      if (error instanceof NeedInput) {
        lexer.restart(pos, line);
        waited = true;
        await waitForInput(shell);
        continue;
      }
      if (!(error instanceof SyntaxFault)) throw error;
      complainOfSyntax(shell, error);
      if (error.recoverable) {
        lexer.skipLine();
        shell.status = status = 1;
        continue;
      }
      if (!shell.options.interactive || isString) throw new ExitShell(2);
      // The rest of the line goes with it.
      const end = lexer.text.indexOf("\n", Math.max(pos, lexer.pos - 1));
      lexer.restart(end < 0 ? lexer.text.length : end + 1, lexer.line);
      shell.status = 2;
      continue;
    }
    waited = false;
    if (shell.options.history && !shell.isFile) record(shell, lexer.text.slice(pos, lexer.pos));
    if (list === null) return status;
    if (shell.options.noexec) continue;
    // All that `-c` was given is one command: the program takes the shell's place, as bash has it.
    if (isString && pos === 0 && lexer.pos >= lexer.text.length)
      shell.execInPlace = isOneCommand(list) && shell.traps.size === 0 && !shell.options.interactive;
    status = await runTopLevel(shell, list);
    lexer.discardRead();
    if (shell.options.onecmd) return status;
  }
}

/** PROMPT_COMMAND has its turn before each line of an interactive shell. */
async function prompt(shell: Shell): Promise<void> {
  const { status } = shell;
  for (const command of shell.vars.elements("PROMPT_COMMAND", false))
    if (command !== "") await runSafely(shell, () => runSource(shell, command));
  shell.status = status;
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
