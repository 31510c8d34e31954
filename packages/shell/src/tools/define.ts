// From a tool's description and body to a Tool: parses options, answers --help and --version, words errors as GNU does,
// flushes the streams. Every file of this folder that is a tool calls `define` or `defineRaw`.

import { AT_FDCWD, encode, O_CLOEXEC, O_RDONLY, strerror } from "@vibengine/system";
import { ReadError, Reader, WriteError } from "../stdio.ts";
import type { Tool, ToolContext } from "../tool.ts";
import { Options, type OptionTable, optionTable, type ParseRules, parseOptions, UsageError } from "./options.ts";
import { quote, quoteIfNeeded } from "./quote.ts";

export { UsageError };

export const VERSION = "0.1.0";

export interface Description extends ParseRules {
  name: string;
  /** Behind "Usage: NAME "; several forms on several lines. */
  usage: string;
  /** What it does, the options (they are the option table, see options.ts) and remarks. */
  help: string;
  /** Exit status for wrong usage and for `warn`; 1 unless given. */
  failure?: number;
  /** Rewrites old forms such as `head -5` before options are parsed. */
  rewrite?: (words: string[]) => string[];
  /** Replaces "Try 'x --help' for more information." */
  hint?: string;
}

/** What a tool's body works with: its context, its parsed command line, and ways to complain. */
export interface Invocation extends ToolContext {
  name: string;
  options: Options;
  operands: string[];
  /** Exit status so far. */
  status: number;
  /** Prints `NAME: text` to stderr and remembers the failure status. */
  warn(text: string, status?: number): void;
}

/** Ends the tool with a message. */
export class Failure extends Error {
  status: number | undefined;
  constructor(text: string, status?: number) {
    super(text);
    this.status = status;
  }
}

type Body = (invocation: Invocation) => Promise<number | void>;

export function define(description: Description, body: Body): Tool {
  let table: OptionTable | undefined;
  return defineRaw(description, (invocation) => {
    table ??= optionTable(`${description.help}\n${COMMON}`);
    const words = invocation.argv.slice(1);
    const options = parseOptions(description.rewrite ? description.rewrite(words) : words, table, description);
    if (options.has("help")) return printHelp(invocation, description);
    if (options.has("version")) return printVersion(invocation);
    invocation.options = options;
    invocation.operands = options.operands;
    return body(invocation);
  });
}

/** For tools whose command line is a language of its own (find): the body parses argv. */
export function defineRaw(description: Description, body: Body): Tool {
  return async (context) => {
    const { name } = description;
    const failure = description.failure ?? 1;
    const invocation: Invocation = {
      sys: context.sys,
      argv: context.argv,
      env: context.env,
      stdin: context.stdin,
      stdout: context.stdout,
      stderr: context.stderr,
      yield: () => context.yield(),
      run: (argv, sys) => context.run(argv, sys),
      spawn: (request) => context.spawn(request),
      fetch: context.fetch,
      name,
      options: new Options(),
      operands: [],
      status: 0,
      warn(text: string, status = failure) {
        // A message that must wait for room waits in order; the flush at the end reports its failure.
        void context.stderr.write(`${name}: ${text}\n`);
        if (status > invocation.status) invocation.status = status;
      },
    };
    try {
      const status = await body(invocation);
      await context.stdout.flush();
      await context.stderr.flush();
      return status ?? invocation.status;
    } catch (error) {
      if (error instanceof UsageError) {
        const hint = description.hint ?? `Try '${name} --help' for more information.`;
        if (error.message === "") void context.stderr.write(`${hint}\n`);
        else invocation.warn(`${error.message}\n${hint}`, 0);
        invocation.status = error.status ?? failure;
      } else if (error instanceof Failure) {
        invocation.status = error.status ?? failure;
        invocation.warn(error.message, invocation.status);
      } else if (error instanceof WriteError) {
        invocation.warn(`write error: ${strerror(error.errno)}`);
        await context.stderr.flush();
        return invocation.status;
      } else if (error instanceof ReadError) invocation.warn(`read error: ${strerror(error.errno)}`);
      else throw error;
      await context.stdout.flush();
      await context.stderr.flush();
      return invocation.status;
    }
  };
}

export async function printHelp(invocation: Invocation, description: Description): Promise<number> {
  const forms = description.usage.split("\n").map((form) => `${description.name} ${form}`.trimEnd());
  const text = `Usage: ${forms.join("\n  or:  ")}\n${description.help.replace(/^\n/, "").trimEnd()}\n${COMMON}\n`;
  await invocation.stdout.write(text);
  return 0;
}

export async function printVersion(invocation: Invocation): Promise<number> {
  await invocation.stdout.write(`${invocation.name} (vibengine) ${VERSION}\n`);
  return 0;
}

const COMMON = `      --help     display this help and exit
      --version  output version information and exit`;

export interface InputWords {
  /** The message for a file that can't be opened; GNU's tools differ. */
  open?: (name: string) => string;
  read?: (name: string) => string;
}

/**
 * Runs `visit` over the operands as files ("-" is stdin; stdin alone when there are none). What can't be opened or read
 * is reported, and the others still get their turn.
 */
export async function eachInput(
  invocation: Invocation,
  operands: string[],
  visit: (reader: Reader, name: string) => Promise<unknown>,
  words: InputWords = {},
): Promise<void> {
  for (const name of operands.length > 0 ? operands : ["-"]) {
    const reader = openInput(invocation, name, words.open);
    if (!reader) continue;
    try {
      await visit(reader, name);
    } catch (error) {
      if (!(error instanceof ReadError)) throw error;
      const subject = words.read ? words.read(name) : quoteIfNeeded(name);
      invocation.warn(`${subject}: ${strerror(error.errno)}`);
    } finally {
      closeInput(invocation, reader);
    }
  }
}

/** A reader over a file, or stdin for "-"; null when it could not be opened, which has been reported. */
export function openInput(invocation: Invocation, name: string, words = quoteIfNeeded): Reader | null {
  if (name === "-") return invocation.stdin;
  const fd = invocation.sys.open(AT_FDCWD, encode(name), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) {
    invocation.warn(`${words(name)}: ${strerror(fd)}`);
    return null;
  }
  return new Reader(invocation.sys, fd, () => invocation.yield());
}

export function closeInput(invocation: Invocation, reader: Reader): void {
  if (reader !== invocation.stdin) invocation.sys.close(reader.fd);
}

/** "extra operand" and "missing operand" as coreutils word them. */
export function checkOperands(operands: string[], least: number, most: number): void {
  if (operands.length < least) {
    throw new UsageError(
      operands.length === 0 ? "missing operand" : `missing operand after ${quote(operands[operands.length - 1])}`,
    );
  }
  if (operands.length > most) throw new UsageError(`extra operand ${quote(operands[most])}`);
}
