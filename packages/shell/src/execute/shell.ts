// The state of one shell: variables, functions, options, positional parameters, traps, jobs, and the process (System) it is.
// A subshell is a clone over a forked process. Output and complaints go straight to the fds.

import {
  EAGAIN,
  EINTR,
  EPIPE,
  encode,
  SIGINT,
  SIGPIPE,
  SIGQUIT,
  SIGTERM,
  SIGWINCH,
  type System,
  strerror,
  type Termios,
} from "@vibengine/system";
import { evaluateText } from "../arithmetic/evaluate.ts";
import type { FunctionDefinition, ListItem } from "../ast.ts";
import { trimHistory, trimHistoryFile } from "../builtins/history.ts";
import type { Completion } from "../builtins/late.ts";
import { type Separators, separators } from "../expand/fields.ts";
import { ignoredPatterns } from "../expand/glob.ts";
import type { ReplayLog } from "../expand/replay.ts";
import type { ShellHost } from "../host.ts";
import type { Readline } from "../interactive/editor.ts";
import type { Lexer } from "../parser/lexer.ts";
import { ShellArithmetic } from "./arithmetic-variables.ts";
import { NO_JUMP, type Status, Terminated } from "./control.ts";
import type { Job } from "./jobs.ts";
import { Options, SHELL_OPTIONS, TRAP_ERR } from "./options.ts";
import type { Programs } from "./programs.ts";
import { Variables } from "./variables.ts";

/** Function calls nested deeper than this are an error. */
export const CALL_DEPTH_MAX = 5000;

/** Signals that an interactive shell lives through. */
const SPARED = (1 << SIGINT) | (1 << SIGQUIT) | (1 << SIGTERM);

export class Shell {
  sys: System;
  readonly host: ShellHost;
  readonly programs: Programs;
  vars = new Variables();
  functions = new Map<string, FunctionDefinition>();
  /** Turned off with `enable -n`. */
  disabledBuiltins = new Set<string>();
  /** What `complete` has defined, by command. */
  completions = new Map<string, Completion>();
  /** What keys are bound to; null as long as nobody asked. */
  readline: Readline | null = null;
  /**
   * Lines of the history, when they were typed, the number of the first, how many are not in the file yet, and how many of the file were read, and whether the last is
   * the line that runs.
   */
  history = { lines: [] as string[], times: [] as number[], base: 1, added: 0, read: 0, isTyped: false };
  /** The builtin that runs was used wrongly. */
  misused = false;
  aliases = new Map<string, string>();
  /** What pushd put aside, the last first. */
  directoryStack: string[] = [];
  options = new Options();
  shopt: Record<string, boolean> = { ...SHELL_OPTIONS };
  /** `$0` and `$1`… */
  name: string;
  args: string[] = [];
  /** How often `set` has changed `$1`… */
  argsSet = 0;
  status = 0;
  lastBackground = 0;
  /** What runs: its text names a job that is stopped. */
  item: ListItem | null = null;
  /** `$$`: a subshell keeps its ancestor's. */
  pid: number;
  /** Line of the command that runs. */
  line = 1;
  jump = NO_JUMP;
  jumpCount = 0;
  loopDepth = 0;
  /** Names of the running functions, innermost last. */
  calls: string[] = [];
  /** Running functions and sourced files, innermost last: their names, and from which line of which source they were called. */
  stack: { name: string; line: number; source: string | null; args?: string[] | null; outer?: string[] }[] = [];
  /** The file being run; null where there is none. */
  sourceName: string | null = null;
  /** The shell runs a script file, which is the outermost source. */
  isFile = false;
  /** `$_` */
  lastArgument = "";
  /** > 0 where `set -e` does not apply: conditions, `!`, all but the last of && and ||. */
  tolerance = 0;
  /** Signal number (0: EXIT, 100: ERR, 101: DEBUG, 102: RETURN) → command; "" ignores. */
  traps = new Map<number, string>();
  /** What `trap` prints in a subshell that has set none: its parent's. */
  shownTraps: Map<number, string> | null = null;
  /** Traps that run: 1 ERR, 2 DEBUG, 4 RETURN. */
  runningTraps = 0;
  /** `$?` before the innermost trap, which `exit` and `return` without operand give; -1 outside. */
  trapStatus = -1;
  /** `$BASH_COMMAND`: the words of the command that runs. */
  lastCommand = "";
  /** How deep `eval`, `.`, traps and command substitutions are nested, for PS4. */
  indirection = 0;
  /** What `local -` brings back when the function ends. */
  localOptions: Options | null = null;
  jobs: Job[] = [];
  /** Process substitutions that may still run. */
  substituted: Job[] = [];
  /** A compound command that runs has its stdin redirected: what it starts in the background may read that. */
  hasOwnInput = false;
  isSubshell = false;
  /** Status of the last command substitution of a command without a name. */
  substitutionStatus = 0;
  /** The patterns of GLOBIGNORE. */
  globIgnore: string[] = [];
  separators: Separators = separators(undefined);
  replayLog: ReplayLog | null = null;
  /** Results of substitutions for a command that is run again. */
  ready: ReplayLog | null = null;
  /** PIPESTATUS: of the last pipeline, a number for one of one command; null: the status of the last simple command. */
  pipeStatus: number[] | number | null = [];
  /** The script being read, for `alias` and messages. */
  lexer: Lexer | null = null;
  /** What the arguments in `argv` of a declaration builtin assign, by position. */
  declarations: Map<number, import("../ast.ts").Assignment> | null = null;
  readonly arithmetic = new ShellArithmetic(this);
  commandString: string | null = null;
  startTime = performance.now();
  lastYield = performance.now();
  commandsUntilClock = 100;
  /** Synchronous frames since the last await, against the stack. */
  syncDepth = 0;
  backlog: Promise<void> | null = null;
  subshellDepth = 0;
  randomSeed = (Math.random() * 0x100000000) >>> 0;
  /** The process ends with the next simple command, so that a program needs no fork. */
  execInPlace = false;
  /** Those that were ignored when the shell began, which a script cannot trap. */
  inherited = 0;
  /** Signals (bit n = signal n) that this process ignores. */
  ignored = 0;
  /** fds behind the names of process substitutions; closed when their command has ended. */
  substitutionFds: number[] = [];
  /** Caught signals that came while a child was waited for. */
  pendingSignals = 0;
  /** Of an interactive shell that has one: its terminal, and how that is set while the shell has it. */
  terminal: { fd: number; termios: Termios | number } | null = null;
  /** An interactive shell: SIGINT leads back to its prompt. Signals that it ignores for itself, not for what it starts. */
  takesInterrupts = false;
  interactiveIgnored = 0;

  constructor(sys: System, host: ShellHost, programs: Programs, name: string) {
    this.sys = sys;
    this.host = host;
    this.programs = programs;
    this.name = name;
    this.pid = sys.pid;
    this.watchVariables();
  }

  /** Whether each job is a process group of its own. Never in a subshell, though its `$-` may say so. */
  get hasJobControl(): boolean {
    return this.options.monitor && !this.isSubshell;
  }

  /** The text of an alias, while aliases are expanded at all. */
  aliasText(name: string): string | undefined {
    const active = this.shopt.expand_aliases || this.options.posix || this.options.interactive;
    return active ? this.aliases.get(name) : undefined;
  }

  /** A subshell over a forked process. */
  clone(sys: System): Shell {
    const copy = new Shell(sys, this.host, this.programs, this.name);
    copy.vars = this.vars.clone();
    copy.watchVariables();
    copy.functions = new Map(this.functions);
    copy.disabledBuiltins = this.disabledBuiltins;
    copy.completions = this.completions;
    copy.readline = this.readline;
    copy.history = { ...this.history, lines: this.history.lines.slice(), times: this.history.times.slice() };
    copy.aliases = new Map(this.aliases);
    copy.directoryStack = this.directoryStack;
    copy.options = this.options.clone();
    copy.shopt = { ...this.shopt };
    copy.args = this.args;
    copy.status = this.status;
    copy.lastBackground = this.lastBackground;
    copy.pid = this.pid;
    copy.line = this.line;
    copy.calls = this.calls.slice();
    copy.stack = this.stack.slice();
    copy.sourceName = this.sourceName;
    copy.isFile = this.isFile;
    copy.lastArgument = this.lastArgument;
    copy.indirection = this.indirection;
    copy.tolerance = this.tolerance;
    for (const [signal, command] of this.traps) {
      const kept =
        command === "" || (signal === TRAP_ERR ? this.options.errtrace : signal > TRAP_ERR && this.options.functrace);
      if (kept) copy.traps.set(signal, command);
    }
    copy.shownTraps = this.shownTraps ?? (this.traps.size > 0 ? new Map(this.traps) : null);
    copy.jobs = this.jobs.map((job) => ({ ...job, foreign: true }));
    copy.isSubshell = true;
    copy.subshellDepth = this.subshellDepth + 1;
    copy.separators = this.separators;
    copy.globIgnore = this.globIgnore;
    copy.lexer = this.lexer;
    copy.pipeStatus = this.pipeStatus;
    copy.commandString = this.commandString;
    copy.startTime = this.startTime;
    copy.lastYield = this.lastYield;
    copy.ignored = this.ignored;
    copy.inherited = this.inherited;
    copy.deaf = this.deaf;
    copy.hasOwnInput = this.hasOwnInput;
    return copy;
  }

  /** The signals that programs started by this shell ignore. */
  handedDown = 0;

  /** SIGQUIT, in a background command where there is no job control: ignored again when its trap is taken back. */
  deaf = 0;

  ignore(signal: number): void {
    this.deaf |= (1 << signal) & (1 << SIGQUIT);
    this.ignored |= 1 << signal;
    this.maskSignals();
  }

  /** Tells the process slot which signals are caught or ignored. */
  maskSignals(): void {
    let caught = this.takesInterrupts ? (1 << SIGINT) | (1 << SIGWINCH) : 0;
    let ignored = this.ignored;
    for (const [signal, command] of this.traps) {
      if (signal <= 0 || signal > 31) continue;
      if (command === "") ignored |= 1 << signal;
      else {
        caught |= 1 << signal;
        ignored &= ~(1 << signal);
      }
    }
    this.sys.catchSignals(caught);
    // An interactive shell is not ended from the keyboard; what it runs is.
    const spared = this.options.interactive && !this.isSubshell ? (SPARED | this.interactiveIgnored) & ~caught : 0;
    this.sys.ignoreSignals(ignored | spared);
    this.handedDown = ignored;
  }

  private watchVariables(): void {
    this.vars.context = this;
    this.vars.toInteger = (text) => String(evaluateText(text, this.arithmetic));
    this.vars.watch.set("IFS", (value) => {
      this.separators = separators(value);
    });
    this.vars.watch.set("GLOBIGNORE", (value) => {
      this.globIgnore = ignoredPatterns(value);
    });
    this.vars.watch.set("PATH", () => this.programs.forget());
    this.vars.watch.set("HISTSIZE", () => trimHistory(this));
    this.vars.watch.set("HISTFILESIZE", () => trimHistoryFile(this));
    this.vars.watch.set("OPTIND", () => {
      const variable = this.vars.table.get("OPTIND");
      if (variable) variable.offset = 0;
    });
  }

  /** What messages begin with: the file that is run, as BASH_SOURCE has it, or `$0`. */
  get sourceTitle(): string {
    if (this.sourceName !== null) return this.sourceName;
    return this.calls.length === 0 ? this.name : this.commandString === null ? "main" : "environment";
  }

  /** Prints `$0: line N: message` to stderr. */
  complain(message: string): void {
    this.report(`${this.place()}: ${message}\n`);
  }

  /** Where the script is, as messages begin: `script: line 3`. */
  place(): string {
    return this.options.interactive ? this.name : `${this.sourceTitle}: line ${this.line}`;
  }

  /** Writes to stderr without waiting; what a full pipe does not take follows in the background, in order. */
  report(text: string, to = 2): void {
    const bytes = encode(text);
    let at = 0;
    if (this.backlog === null) {
      while (at < bytes.length) {
        const count = this.sys.write(to, bytes, at, bytes.length - at);
        if (count === -EAGAIN || count === -EINTR) break;
        if (count < 0) return;
        at += count;
      }
      if (at === bytes.length) return;
    }
    const fd = this.sys.dup(to, 10);
    if (fd < 0) return;
    this.sys.setCloexec(fd, true);
    const before = this.backlog ?? Promise.resolve();
    const backlog = before.then(async () => {
      while (at < bytes.length) {
        const count = await this.sys.block(() => this.sys.write(fd, bytes, at, bytes.length - at));
        if (count < 0 && count !== -EINTR) break;
        if (count > 0) at += count;
      }
      this.sys.close(fd);
      if (this.backlog === backlog) this.backlog = null;
    });
    backlog.catch(() => {});
    this.backlog = backlog;
  }

  /** Writes a builtin's output: status 0, or 1 after a complaint. A pipe without reader ends the shell as SIGPIPE does. */
  write(text: string, command: string, fd = 1): Status {
    return text === "" ? 0 : this.writeBytes(encode(text), command, fd);
  }

  writeBytes(bytes: Uint8Array, command: string, fd = 1): Status {
    let at = 0;
    while (at < bytes.length) {
      const count = this.sys.write(fd, bytes, at, bytes.length - at);
      if (count === -EAGAIN || count === -EINTR) return this.writeRest(bytes, at, command, fd);
      if (count < 0) return this.writeFailed(count, command);
      at += count;
    }
    return 0;
  }

  private async writeRest(bytes: Uint8Array, at: number, command: string, fd: number): Promise<number> {
    while (at < bytes.length) {
      const count = await this.sys.block(() => this.sys.write(fd, bytes, at, bytes.length - at));
      if (count === -EINTR) continue;
      if (count < 0) return this.writeFailed(count, command);
      at += count;
    }
    return 0;
  }

  private writeFailed(errno: number, command: string): number {
    if (errno === -EPIPE && this.traps.get(SIGPIPE) === undefined) throw new Terminated(SIGPIPE);
    this.complain(`${command}: write error: ${strerror(errno)}`);
    return 1;
  }
}
