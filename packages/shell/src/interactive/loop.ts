// The interactive shell: prompt, line, command, over and over. Syntax errors and faults cost the line, ^C the line or what runs,
// ^D ends it. Each job is a process group that has the terminal while it is in the foreground.

import { SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU } from "@vibengine/system";
import { readFile } from "../builtins/commands.ts";
import { ExitShell, Interrupted } from "../execute/control.ts";
import { announceJobs, takeTerminal } from "../execute/jobs.ts";
import { complainOfSyntax, openText, runSource, runTopLevel } from "../execute/script.ts";
import type { Shell } from "../execute/shell.ts";
import { replay } from "../expand/replay.ts";
import { expandText } from "../expand/words.ts";
import { NeedInput, SyntaxFault } from "../parser/errors.ts";
import { readCommandLine } from "../parser/parser.ts";
import { makeWord, readDoubleQuotedParts } from "../parser/words.ts";
import { expandHistory, loadHistory, remember } from "./history.ts";
import { decodePrompt } from "./prompt.ts";
import { LineReader, splitPrompt } from "./read-line.ts";

const DEFAULT_PS1 = "\\[\\e[32m\\]\\u@\\h\\[\\e[0m\\]:\\[\\e[34m\\]\\w\\[\\e[0m\\]\\$ ";
const DEFAULT_PS2 = "> ";
const IGNORED = [SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU];
/** Lines that begin no command: blank ones and comments. */
const NOTHING = /^([ \t]*(#.*)?\n)*$/;
const INTERRUPTED = 128 + SIGINT;

/** `rcFile`: read first, if it is there. */
export async function runInteractive(shell: Shell, rcFiles: string[]): Promise<number> {
  const reader = LineReader.open(shell);
  shell.options.interactive = true;
  shell.options.histexpand = true;
  shell.options.emacs = true;
  shell.shopt.expand_aliases = true;
  if (reader !== null) {
    shell.options.monitor = true;
    shell.terminal = { fd: reader.fd, termios: shell.sys.tcgetattr(reader.fd) };
    shell.sys.setpgid(0, 0);
    takeTerminal(shell);
  }
  shell.takesInterrupts = true;
  shell.interactiveIgnored = IGNORED.reduce((mask, signal) => mask | (1 << signal), 0);
  shell.maskSignals();
  if (!shell.vars.table.has("PS1")) shell.vars.set("PS1", DEFAULT_PS1);
  if (!shell.vars.table.has("PS2")) shell.vars.set("PS2", DEFAULT_PS2);
  loadHistory(shell);
  for (const path of rcFiles) {
    const text = readFile(shell, path);
    if (typeof text === "string") await guarded(shell, () => runSource(shell, text));
  }
  return new Loop(shell, reader).run();
}

class Loop {
  readonly #shell: Shell;
  readonly #reader: LineReader | null;
  #lines: string[] = [];
  #isEnded = false;
  #lexer = this.#open();
  /** What was typed of the command so far. */
  #typed = "";

  constructor(shell: Shell, reader: LineReader | null) {
    this.#shell = shell;
    this.#reader = reader;
    this.#lexer = this.#open();
  }

  async run(): Promise<number> {
    const shell = this.#shell;
    for (;;) {
      const { pos, line } = this.#lexer;
      shell.lexer = this.#lexer;
      try {
        const list = readCommandLine(this.#lexer);
        if (list === null) return shell.status;
        if (this.#typed !== "") remember(shell, this.#typed);
        this.#typed = "";
        const start = shell.vars.get("PS0");
        if (start) shell.report(await promptText(shell, start, shell.history.length));
        await guarded(shell, () => runTopLevel(shell, list));
        this.#lexer.discardRead();
      } catch (error) {
        if (error instanceof NeedInput) {
          this.#lexer.restart(pos, line);
          if (this.#typed !== "" && NOTHING.test(this.#typed)) {
            remember(shell, this.#typed);
            this.#drop(shell.status);
          }
          await this.#more(this.#typed === "");
        } else if (error instanceof SyntaxFault) {
          complainOfSyntax(shell, error);
          remember(shell, this.#typed);
          this.#drop(2);
        } else throw error;
      }
    }
  }

  async #more(isFirst: boolean): Promise<void> {
    const shell = this.#shell;
    if (isFirst) {
      this.#reader?.noteSize();
      announceJobs(shell);
      const command = shell.vars.get("PROMPT_COMMAND");
      const { status } = shell;
      if (command) await guarded(shell, () => runSource(shell, command));
      shell.status = status;
    }
    const answer = await this.#ask(isFirst ? "PS1" : "PS2");
    if (answer === "interrupt") this.#drop(INTERRUPTED);
    else if (answer !== "end") this.#take(answer.line);
    else if (isFirst) {
      if (shell.options.ignoreeof && this.#reader !== null) shell.report('Use "exit" to leave the shell.\n');
      else {
        shell.report("exit\n");
        throw new ExitShell(shell.status);
      }
    } else this.#isEnded = true;
  }

  async #ask(name: "PS1" | "PS2") {
    const shell = this.#shell;
    if (this.#reader === null) return "end" as const;
    const [above, prompt] = splitPrompt(await promptText(shell, shell.vars.get(name) ?? "", shell.history.length + 1));
    if (above !== "") shell.report(above.replace(/[\x01\x02]/g, ""));
    await shell.backlog;
    return this.#reader.read(prompt, shell.history);
  }

  #take(line: string): void {
    const shell = this.#shell;
    let text = line;
    if (shell.options.histexpand) {
      try {
        const expanded = expandHistory(line, shell.history);
        if (expanded !== null) {
          text = expanded;
          shell.report(`${text}\n`);
        }
      } catch (error) {
        shell.report(`${shell.name}: ${(error as Error).message}\n`);
        return this.#drop(1);
      }
    }
    this.#typed += `${text}\n`;
    this.#lines.push(`${text}\n`);
  }

  #drop(status: number): void {
    this.#shell.status = status;
    this.#lines = [];
    this.#typed = "";
    this.#isEnded = false;
    this.#lexer = this.#open();
  }

  #open() {
    return openText(this.#shell, "", 1, () => {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#isEnded) return null;
      throw new NeedInput();
    });
  }
}

/** What a prompt's variable shows. */
async function promptText(shell: Shell, text: string, number: number): Promise<string> {
  const decoded = decodePrompt(shell, text, number);
  if (!/[$`\\]/.test(decoded)) return decoded;
  try {
    const word = makeWord(readDoubleQuotedParts(openText(shell, decoded), "heredoc"));
    const { status } = shell;
    const result = await replay(shell, () => expandText(shell, word));
    shell.status = status;
    return result;
  } catch {
    return decoded;
  }
}

/** Runs commands so that ^C ends them and not the shell. */
async function guarded(shell: Shell, body: () => unknown): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    shell.sys.takeSignals();
    shell.status = INTERRUPTED;
    shell.tolerance = 0;
    shell.loopDepth = 0;
    shell.report("\n");
  }
}
