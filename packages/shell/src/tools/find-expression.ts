// find's expressions: parsed into functions from an entry to a boolean (or a promise of one, for actions that run commands).

import {
  AT_FDCWD,
  decode,
  ENOENT,
  encode,
  O_CLOEXEC,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  type Stat,
  strerror,
} from "@vibengine/system";
import { Writer } from "../stdio.ts";
import { Failure, type Invocation } from "./define.ts";
import { stat } from "./files.ts";
import { parseAction, printAction } from "./find-actions.ts";
import { parseOption } from "./find-options.ts";
import { parseTest } from "./find-tests.ts";
import { quote } from "./quote.ts";

export interface Entry {
  path: string;
  name: string;
  depth: number;
  stat: Stat;
  /** The operand under which it was found. */
  root: string;
}

export interface Context {
  minDepth: number;
  maxDepth: number;
  depthFirst: boolean;
  oneDevice: boolean;
  /** Set by an action for the walk: don't descend, stop. */
  prune: boolean;
  quit: boolean;
}

export type Test = (entry: Entry) => boolean | Promise<boolean>;

export function parseExpression(words: string[], invocation: Invocation, follow: boolean) {
  const parser = new Parser(words, invocation, follow);
  const test = parser.parse();
  return { test, context: parser.context, finish: () => parser.finish() };
}

export class Parser {
  context: Context = {
    minDepth: 0,
    maxDepth: Number.POSITIVE_INFINITY,
    depthFirst: false,
    oneDevice: false,
    prune: false,
    quit: false,
  };
  words: string[];
  at = 0;
  invocation: Invocation;
  /** What -regextype said. */
  regexType = "emacs";
  follow: boolean;
  hasAction = false;
  #files = new Map<string, { fd: number; writer: Writer }>();
  #answers: string[] = [];
  /** -daystart: days are counted to the end of today. */
  daystart = false;
  /** -exec … + batches to be run at the end. */
  batches: (() => Promise<void>)[] = [];
  now = Date.now() / 1000;

  constructor(words: string[], invocation: Invocation, follow: boolean) {
    this.words = words;
    this.invocation = invocation;
    this.follow = follow;
  }

  parse(): Test {
    const test = this.words.length === 0 ? () => true : this.#list();
    if (this.at < this.words.length) throw new Failure("invalid expression; you have too many ')'");
    return this.hasAction ? test : both(test, printAction("\n", this.invocation.stdout));
  }

  async finish(): Promise<void> {
    for (const run of this.batches) await run();
    await this.flush();
    for (const { fd } of this.#files.values()) this.invocation.sys.close(fd);
  }

  /** What was printed comes out before what a command prints. */
  async flush(): Promise<void> {
    await this.invocation.stdout.flush();
    for (const { writer } of this.#files.values()) await writer.flush();
  }

  /** The next line of stdin, "" at its end. */
  async answer(): Promise<string> {
    if (this.#answers.length === 0) {
      const block = await this.invocation.stdin.lines();
      if (block) this.#answers = decode(block).replace(/\n$/, "").split("\n");
    }
    return this.#answers.shift() ?? "";
  }

  /** Where -fprint and its kin write: one writer for each name, made when the expression is read, whether or not it comes to be used. */
  output(primary: string): Writer {
    const { sys, stdout, stderr } = this.invocation;
    const path = this.argument(primary);
    if (path === "/dev/stdout") return stdout;
    if (path === "/dev/stderr") return stderr;
    const known = this.#files.get(path);
    if (known) return known.writer;
    const fd = sys.open(AT_FDCWD, encode(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666);
    if (fd < 0) throw new Failure(`${quote(path)}: ${strerror(fd)}`);
    const writer = new Writer(sys, fd);
    this.#files.set(path, { fd, writer });
    return writer;
  }

  #list(): Test {
    let left = this.#or();
    while (this.#take(",")) {
      const [first, second] = [left, this.#or()];
      left = (entry) => after(first(entry), () => second(entry));
    }
    return left;
  }

  #or(): Test {
    let left = this.#and();
    while (this.#take("-o", "-or")) {
      const [first, second] = [left, this.#and()];
      left = (entry) => after(first(entry), (yes) => yes || second(entry));
    }
    return left;
  }

  #and(): Test {
    let left = this.#not();
    for (;;) {
      const next = this.words[this.at];
      if (next === undefined || next === ")" || next === "," || next === "-o" || next === "-or") return left;
      this.#take("-a", "-and");
      left = both(left, this.#not());
    }
  }

  #not(): Test {
    const operator = this.words[this.at - 1];
    if (this.at >= this.words.length && operator === "(")
      throw new Failure(
        "invalid expression; expected to find a ')' but didn't see one. Perhaps you need an extra predicate after '('",
      );
    if (this.at >= this.words.length) throw new Failure(`expected an expression after '${operator}'`);
    if (/^(,|-o|-or|-a|-and)$/.test(this.words[this.at]))
      throw new Failure(
        `invalid expression; you have used a binary operator '${this.words[this.at]}' with nothing before it.`,
      );
    if (this.#take("!", "-not")) {
      const test = this.#not();
      return (entry) => after(test(entry), (yes) => !yes);
    }
    if (this.#take("(")) {
      if (this.words[this.at] === ")") throw new Failure("invalid expression; empty parentheses are not allowed.");
      const test = this.#list();
      if (!this.#take(")"))
        throw new Failure("invalid expression; I was expecting to find a ')' somewhere but did not see one.");
      return test;
    }
    return this.#primary();
  }

  #take(...words: string[]): boolean {
    if (!words.includes(this.words[this.at])) return false;
    this.at++;
    return true;
  }

  argument(primary: string): string {
    const word = this.words[this.at++];
    if (word === undefined) throw new Failure(`missing argument to \`${primary}'`);
    return word;
  }

  /** N, +N, -N, as a predicate on a number. */
  number(primary: string, scale = 1): (value: number) => boolean {
    const text = this.argument(primary);
    const match = /^([-+]?)(\d+(?:\.\d+)?)$/.exec(text);
    if (!match) throw new Failure(`invalid argument \`${text}' to \`${primary}'`);
    const wanted = Number(match[2]) * scale;
    return match[1] === "+"
      ? (value) => value > wanted
      : match[1] === "-"
        ? (value) => value < wanted
        : (value) => value === wanted;
  }

  #primary(): Test {
    const word = this.words[this.at++];
    if (parseOption(this, word)) return () => true;
    const found = parseTest(this, word) ?? parseAction(this, word);
    if (found) return found;
    if (word === ")") throw new Failure("invalid expression; you have too many ')'");
    if (/^-newer..$/.test(word)) throw new Failure(`invalid predicate \`${word}'`);
    if (!word.startsWith("-"))
      throw new Failure(
        `paths must precede expression: \`${word}'${
          stat(this.invocation.sys, word) !== -ENOENT &&
          /^-(i?name|i?path|i?wholename|i?lname)$/.test(this.words[this.at - 3] ?? "")
            ? `\n${this.invocation.name}: possible unquoted pattern after predicate \`${this.words[this.at - 3]}'?`
            : ""
        }`,
      );
    throw new Failure(`unknown predicate \`${word}'`);
  }
}

function both(first: Test, second: Test): Test {
  return (entry) => after(first(entry), (yes) => yes && second(entry));
}

/** Goes on with a result that may or may not be there yet. */
function after(
  result: boolean | Promise<boolean>,
  next: (yes: boolean) => boolean | Promise<boolean>,
): boolean | Promise<boolean> {
  return typeof result === "boolean" ? next(result) : result.then(next);
}
