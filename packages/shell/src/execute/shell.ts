// The state of one shell: variables, functions, options, positional parameters, traps, jobs, and the process (System) it is.
// A subshell is a clone over a forked process. Output and complaints go straight to the fds.

import { EAGAIN, EINTR, EPIPE, encode, SIGPIPE, type System, strerror } from "@vibengine/system";
import { evaluateText } from "../arithmetic/evaluate.ts";
import type { FunctionDefinition } from "../ast.ts";
import { type Separators, separators } from "../expand/fields.ts";
import { ignoredPatterns } from "../expand/glob.ts";
import type { ReplayLog } from "../expand/replay.ts";
import type { ShellHost } from "../host.ts";
import type { Lexer } from "../parser/lexer.ts";
import { ShellArithmetic } from "./arithmetic-variables.ts";
import { NO_JUMP, type Status, Terminated } from "./control.ts";
import type { Job } from "./jobs.ts";
import { Options, SHELL_OPTIONS } from "./options.ts";
import type { Programs } from "./programs.ts";
import { Variables } from "./variables.ts";

/** Function calls nested deeper than this are an error. */
export const CALL_DEPTH_MAX = 5000;

export class Shell {
  sys: System;
  readonly host: ShellHost;
  readonly programs: Programs;
  vars = new Variables();
  functions = new Map<string, FunctionDefinition>();
  aliases = new Map<string, string>();
  /** What pushd put aside, the last first. */
  directoryStack: string[] = [];
  options = new Options();
  shopt: Record<string, boolean> = { ...SHELL_OPTIONS };
  /** `$0` and `$1`… */
  name: string;
  args: string[] = [];
  status = 0;
  lastBackground = 0;
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
  stack: { name: string; line: number; source: string | null }[] = [];
  /** The file being run; null where there is none. */
  sourceName: string | null = null;
  /** The shell runs a script file, which is the outermost source. */
  isFile = false;
  /** `$_` */
  lastArgument = "";
  sourceDepth = 0;
  /** > 0 where `set -e` does not apply: conditions, `!`, all but the last of && and ||. */
  tolerance = 0;
  /** Signal number (0: EXIT, 100: ERR, 101: DEBUG, 102: RETURN) → command; "" ignores. */
  traps = new Map<number, string>();
  inTrap = false;
  jobs: Job[] = [];
  isSubshell = false;
  /** Status of the last command substitution of a command without a name. */
  substitutionStatus = 0;
  /** The patterns of GLOBIGNORE. */
  globIgnore: string[] = [];
  separators: Separators = separators(undefined);
  replayLog: ReplayLog | null = null;
  /** Results of substitutions for a command that is run again. */
  ready: ReplayLog | null = null;
  /** Of the last pipeline; a number for one of one command. */
  pipeStatus: number[] | number = 0;
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
  /** Signals (bit n = signal n) that this process ignores. */
  ignored = 0;
  /** fds behind the names of process substitutions; closed when their command has ended. */
  substitutionFds: number[] = [];
  /** Caught signals that came while a child was waited for. */
  pendingSignals = 0;

  constructor(sys: System, host: ShellHost, programs: Programs, name: string) {
    this.sys = sys;
    this.host = host;
    this.programs = programs;
    this.name = name;
    this.pid = sys.pid;
    this.watchVariables();
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
    copy.sourceDepth = this.sourceDepth;
    copy.tolerance = this.tolerance;
    for (const [signal, command] of this.traps) if (command === "") copy.traps.set(signal, "");
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
    return copy;
  }

  ignore(signal: number): void {
    this.ignored |= 1 << signal;
    this.maskSignals();
  }

  /** Tells the process slot which signals are caught or ignored. */
  maskSignals(): void {
    let caught = 0;
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
    this.sys.ignoreSignals(ignored);
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
    const place = this.options.interactive ? "" : ` line ${this.line}:`;
    this.report(`${this.sourceTitle}:${place} ${message}\n`);
  }

  /** Writes to stderr without waiting; what a full pipe does not take follows in the background, in order. */
  report(text: string): void {
    const bytes = encode(text);
    let at = 0;
    if (this.backlog === null) {
      while (at < bytes.length) {
        const count = this.sys.write(2, bytes, at, bytes.length - at);
        if (count === -EAGAIN || count === -EINTR) break;
        if (count < 0) return;
        at += count;
      }
      if (at === bytes.length) return;
    }
    const fd = this.sys.dup(2, 10);
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
