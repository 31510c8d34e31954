// The interactive shell: prompt, line, command, over and over. Syntax errors and faults cost the line, ^C the line or what runs,
// ^D ends it. Each job is a process group that has the terminal while it is in the foreground.

import { SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU } from "@vibengine/system";
import { loadHistory } from "../builtins/history.ts";
import { openReadline } from "../builtins/late.ts";
import { ExitShell, Interrupted } from "../execute/control.ts";
import { announceJobs, takeTerminal } from "../execute/jobs.ts";
import { complainOfSyntax, openText, runSource, runTopLevel } from "../execute/script.ts";
import type { Shell } from "../execute/shell.ts";
import { exists } from "../expand/glob.ts";
import { replay } from "../expand/replay.ts";
import { expandText } from "../expand/words.ts";
import { NeedInput, SyntaxFault } from "../parser/errors.ts";
import { readCommandLine } from "../parser/parser.ts";
import { makeWord, readDoubleQuotedParts } from "../parser/words.ts";
import { remember } from "./history.ts";
import { decodePrompt } from "./prompt.ts";
import { LineReader, splitPrompt } from "./read-line.ts";

const IGNORED = [SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU];
/** Lines that begin no command: blank ones and comments. */
const NOTHING = /^([ \t]*(#.*)?\n)*$/;
const INTERRUPTED = 128 + SIGINT;

/** Commands from a terminal, or from stdin without one, until its end or `exit`. The startup files have been read. */
export async function runInteractive(shell: Shell): Promise<number> {
  const reader = shell.sys.isatty(0) ? LineReader.open(shell) : null;
  if (reader !== null) {
    shell.options.monitor = true;
    shell.terminal = { fd: reader.fd, termios: shell.sys.tcgetattr(reader.fd) };
    shell.sys.setpgid(0, 0);
    takeTerminal(shell);
  }
  shell.takesInterrupts = true;
  shell.interactiveIgnored = IGNORED.reduce((mask, signal) => mask | (1 << signal), 0);
  shell.maskSignals();
  await loadHistory(shell);
  const { vars } = shell;
  if (
    reader !== null &&
    [vars.get("INPUTRC") ?? `${vars.get("HOME")}/.inputrc`, "/etc/inputrc"].some((path) => exists(shell, path, false))
  )
    await openReadline(shell);
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
        if (this.#typed !== "") await remember(shell, this.#typed);
        this.#typed = "";
        const start = shell.vars.get("PS0");
        if (start) shell.report(await promptText(shell, start, shell.history.base + shell.history.lines.length - 1));
        await guarded(shell, () => runTopLevel(shell, list));
        this.#lexer.discardRead();
      } catch (error) {
        if (error instanceof NeedInput) {
          this.#lexer.restart(pos, line);
          if (this.#typed !== "" && NOTHING.test(this.#typed)) {
            await remember(shell, this.#typed);
            this.#drop(shell.status);
          }
          await this.#more(this.#typed === "");
        } else if (error instanceof SyntaxFault) {
          complainOfSyntax(shell, error);
          await remember(shell, this.#typed);
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
    else if (answer !== "end") await this.#take(answer.line);
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
    const [above, prompt] = splitPrompt(
      await promptText(shell, shell.vars.get(name) ?? "", shell.history.base + shell.history.lines.length),
    );
    if (above !== "") shell.report(above.replace(/[\x01\x02]/g, ""));
    await shell.backlog;
    return this.#reader.read(prompt, shell.history.lines);
  }

  async #take(line: string): Promise<void> {
    const shell = this.#shell;
    let text = line;
    const [mark = "!", quick = "^"] = shell.vars.get("histchars") ?? "!^";
    if (shell.options.histexpand && shell.options.history && (line.includes(mark) || line[0] === quick)) {
      const tools = await Promise.resolve(shell.programs.tools()).catch((error: Error) => error);
      const expanded = tools instanceof Error ? tools.message : tools.parts.expandHistory(shell, line, this.#typed);
      if (typeof expanded === "string") {
        shell.report(`${shell.name}: ${expanded}\n`);
        return this.#drop(1);
      }
      text = expanded.text;
      if (text !== line) shell.report(`${text}\n`);
      if (expanded.isOnlyShown) {
        await remember(shell, text);
        return this.#drop(shell.status);
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
  let decoded = text;
  try {
    decoded = await replay(shell, () => decodePrompt(shell, text, number));
    if (!/[$`\\]/.test(decoded)) return decoded;
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
