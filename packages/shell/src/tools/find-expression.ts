// find's expressions: parsed into functions from an entry to a boolean (or a promise of one, for actions that run commands).

import { AT_FDCWD, encode, S_IFMT, type Stat, strerror } from "@vibengine/system";
import { readAccounts } from "./accounts.ts";
import { Failure, type Invocation } from "./define.ts";
import { isDir, list, readLink, stat } from "./files.ts";
import { execAction, lsAction, newerTest, permTest, sizeTest } from "./find-actions.ts";
import { formatFound } from "./find-printf.ts";
import { globToRegExp } from "./glob.ts";
import { binaryText } from "./grep.ts";
import { quote } from "./quote.ts";
import { compileRegex } from "./regex.ts";

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

const KINDS: Record<string, number> = {
  f: 0o100000,
  d: 0o040000,
  l: 0o120000,
  p: 0o010000,
  c: 0o020000,
  b: 0o060000,
  s: 0o140000,
};

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
  #regexType = "emacs";
  #follow: boolean;
  #hasAction = false;
  /** -exec … + batches to be run at the end. */
  batches: (() => Promise<void>)[] = [];
  now = Date.now() / 1000;

  constructor(words: string[], invocation: Invocation, follow: boolean) {
    this.words = words;
    this.invocation = invocation;
    this.#follow = follow;
  }

  parse(): Test {
    const test = this.words.length === 0 ? () => true : this.#list();
    if (this.at < this.words.length) {
      const word = this.words[this.at];
      throw new Failure(
        word === ")" ? "invalid expression; you have too many ')'" : `paths must precede expression: \`${word}'`,
      );
    }
    return this.#hasAction ? test : both(test, this.#print("\n"));
  }

  async finish(): Promise<void> {
    for (const run of this.batches) await run();
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
    if (word === undefined)
      throw new Failure(
        "invalid expression; you have used a binary operator with nothing after it.".replace(
          "binary operator with nothing after it",
          `binary operator '${this.words[this.at - 2]}' with nothing before it`,
        ),
      );
    const { sys } = this.invocation;
    const { context } = this;
    switch (word) {
      case "-true":
        return () => true;
      case "-false":
        return () => false;
      case "-depth":
        context.depthFirst = true;
        return () => true;
      case "-mount":
      case "-xdev":
        context.oneDevice = true;
        return () => true;
      case "-noleaf":
      case "-daystart":
      case "-warn":
      case "-nowarn":
      case "-ignore_readdir_race":
        return () => true;
      case "-regextype":
        this.#regexType = this.argument(word);
        return () => true;
      case "-follow":
        this.#follow = true;
        return () => true;
      case "-maxdepth":
      case "-mindepth": {
        const text = this.argument(word);
        if (!/^\d+$/.test(text))
          throw new Failure(`Expected a positive decimal integer argument to ${word}, but got ${quote(text)}`);
        if (word === "-maxdepth") context.maxDepth = Number(text);
        else context.minDepth = Number(text);
        return () => true;
      }
      case "-name":
      case "-iname": {
        const pattern = globToRegExp(this.argument(word), word === "-iname");
        return ({ name }) => pattern.test(name);
      }
      case "-path":
      case "-wholename":
      case "-ipath":
      case "-iwholename": {
        const pattern = globToRegExp(this.argument(word), word.startsWith("-i"));
        return ({ path }) => pattern.test(path);
      }
      case "-lname":
      case "-ilname": {
        const pattern = globToRegExp(this.argument(word), word === "-ilname");
        return ({ path }) => {
          const target = readLink(sys, path);
          return typeof target === "string" && pattern.test(target);
        };
      }
      case "-regex":
      case "-iregex": {
        const type = this.#regexType;
        const emacs = /^(emacs|findutils-default)$/.test(type);
        const pattern = this.argument(word);
        const regex = compileRegex(emacs ? pattern.replace(/\\?[+?]/g, swapOperator) : pattern, {
          syntax: emacs || /^(posix-basic|posix-minimal-basic|ed|sed|grep)$/.test(type) ? "basic" : "extended",
          whole: "line",
          ignoreCase: word === "-iregex",
        });
        return ({ path }) => {
          const text = binaryText(path);
          return regex.test(text);
        };
      }
      case "-type":
      case "-xtype": {
        const kinds = this.argument(word)
          .split(",")
          .map((letter) => {
            if (!(letter in KINDS)) throw new Failure(`Unknown argument to ${word}: ${letter}`);
            return KINDS[letter];
          });
        return ({ path, stat: own }) => {
          const there = word === "-xtype" ? stat(sys, path) : own;
          return kinds.includes((typeof there === "number" ? own : there).mode & S_IFMT);
        };
      }
      case "-size":
        return sizeTest(this, word);
      case "-empty":
        return ({ path, stat: own }) => {
          if (!isDir(own)) return (own.mode & S_IFMT) === KINDS.f && own.size === 0;
          const names = list(sys, path);
          return typeof names !== "number" && names.length === 0;
        };
      case "-perm":
        return permTest(this, word);
      case "-newer":
      case "-anewer":
      case "-cnewer":
      case "-newermt":
        return newerTest(this, word);
      case "-samefile": {
        const path = this.argument(word);
        const other = stat(sys, path, this.#follow);
        if (typeof other === "number") throw new Failure(`${quote(path)}: ${strerror(other)}`);
        return ({ stat: own }) => own.ino === other.ino && own.dev === other.dev;
      }
      case "-mtime":
      case "-atime":
      case "-ctime":
      case "-mmin":
      case "-amin":
      case "-cmin": {
        const field = ({ m: "mtimeSec", a: "atimeSec", c: "ctimeSec" } as const)[word[1] as "m"];
        const unit = word.endsWith("min") ? 60 : 86400;
        const matches = this.number(word);
        const text = this.words[this.at - 1];
        // Days count whole; minutes are compared as they are but for an exact N.
        return ({ stat: own }) => {
          const age = (this.now - own[field]) / unit;
          return matches(unit === 60 && /^[-+]/.test(text) ? age : unit === 60 ? Math.ceil(age) : Math.floor(age));
        };
      }
      case "-uid": {
        const matches = this.number(word);
        return ({ stat: own }) => matches(own.uid);
      }
      case "-gid": {
        const matches = this.number(word);
        return ({ stat: own }) => matches(own.gid);
      }
      case "-links": {
        const matches = this.number(word);
        return ({ stat: own }) => matches(own.nlink);
      }
      case "-inum": {
        const matches = this.number(word);
        return ({ stat: own }) => matches(own.ino);
      }
      case "-user":
      case "-group": {
        const name = this.argument(word);
        const id = word === "-user" ? readAccounts(sys).uidOf(name) : readAccounts(sys).gidOf(name);
        if (id < 0)
          throw new Failure(
            `${quote(name)} is not the name of ${word === "-user" ? "a known user" : "an existing group"}`,
          );
        return ({ stat: own }) => (word === "-user" ? own.uid : own.gid) === id;
      }
      case "-readable":
        return ({ stat: own }) => (own.mode & 0o444) !== 0;
      case "-writable":
        return ({ stat: own }) => (own.mode & 0o222) !== 0;
      case "-executable":
        return ({ stat: own }) => (own.mode & 0o111) !== 0;
      case "-print":
        this.#hasAction = true;
        return this.#print("\n");
      case "-print0":
        this.#hasAction = true;
        return this.#print("\0");
      case "-printf": {
        this.#hasAction = true;
        const format = this.argument(word);
        const accounts = readAccounts(sys);
        return async (entry) => {
          await this.invocation.stdout.write(formatFound(format, entry, sys, accounts));
          return true;
        };
      }
      case "-ls":
        this.#hasAction = true;
        return lsAction(this);
      case "-prune":
        return () => (context.prune = true);
      case "-quit":
        this.#hasAction = true;
        return () => {
          context.quit = true;
          return true;
        };
      case "-delete": {
        this.#hasAction = true;
        context.depthFirst = true;
        return ({ path, stat: own }) => {
          if (path === ".") return true;
          const result = isDir(own) ? sys.rmdir(AT_FDCWD, encode(path)) : sys.unlink(AT_FDCWD, encode(path));
          if (result < 0) this.invocation.warn(`cannot delete ${quote(path)}: ${strerror(result)}`);
          return result >= 0;
        };
      }
      case "-exec":
      case "-execdir":
      case "-ok":
      case "-okdir":
        this.#hasAction = true;
        return execAction(this, word);
    }
    if (word === ")") throw new Failure("invalid expression; you have too many ')'");
    if (!word.startsWith("-")) throw new Failure(`paths must precede expression: \`${word}'`);
    throw new Failure(`unknown predicate \`${word}'`);
  }

  #print(end: string): Test {
    return ({ path }) => {
      const waiting = this.invocation.stdout.write(path + end);
      return waiting ? waiting.then(() => true) : true;
    };
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

/** Emacs's patterns are basic ones where + and ? are operators without a backslash. */
const swapOperator = (text: string): string => (text.length === 1 ? `\\${text}` : text[1]);
