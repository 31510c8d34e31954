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
  S_IFMT,
  type Stat,
  strerror,
} from "@vibengine/system";
import { textToBinary, Writer } from "../stdio.ts";
import { readAccounts } from "./accounts.ts";
import { Failure, type Invocation } from "./define.ts";
import { isDir, list, readLink, stat } from "./files.ts";
import { execAction, lsAction, newerTest, permTest, sizeTest } from "./find-actions.ts";
import { FILE_SYSTEM, printfAction } from "./find-printf.ts";
import { globToRegExp } from "./glob.ts";
import { quote } from "./quote.ts";
import { compileRegex, emacsPattern } from "./regex.ts";
import { parseMoment } from "./time.ts";
import { zoneOf } from "./zone.ts";

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

const REGEX_TYPES =
  "findutils-default ed emacs gnu-awk grep posix-awk awk posix-basic posix-egrep egrep posix-extended posix-minimal-basic sed".split(
    " ",
  );

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
  #files = new Map<string, { fd: number; writer: Writer }>();
  #answers: string[] = [];
  /** -daystart: days are counted to the end of today. */
  #daystart = false;
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
    if (this.at < this.words.length) throw new Failure("invalid expression; you have too many ')'");
    return this.#hasAction ? test : both(test, this.#print("\n", this.invocation.stdout));
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
  #output(primary: string): Writer {
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
      case "-daystart": {
        this.#daystart = true;
        const zone = zoneOf(this.invocation.env.get("TZ"));
        this.now = parseMoment("tomorrow 00:00", this.now, zone)?.sec ?? this.now;
        return () => true;
      }
      case "-noleaf":
      case "-warn":
      case "-nowarn":
      case "-ignore_readdir_race":
        return () => true;
      case "-regextype":
        this.#regexType = this.argument(word);
        if (!REGEX_TYPES.includes(this.#regexType))
          throw new Failure(
            `Unknown regular expression type ${quote(this.#regexType)}; valid types are ${REGEX_TYPES.map((type) => quote(type)).join(", ")}.`,
          );
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
        const regex = compileRegex(emacs ? emacsPattern(pattern) : pattern, {
          syntax: emacs || /^(posix-basic|posix-minimal-basic|ed|sed|grep)$/.test(type) ? "basic" : "extended",
          whole: "line",
          ignoreCase: word === "-iregex",
        });
        return ({ path }) => {
          const text = textToBinary(path);
          return regex.test(text);
        };
      }
      case "-type":
      case "-xtype": {
        const letters = this.argument(word);
        if (letters === "") throw new Failure(`Arguments to ${word} should contain at least one letter`);
        const kinds = letters.split(",").map((letter) => {
          if (letter.length > 1 && letter[0] in KINDS)
            throw new Failure(`Must separate multiple arguments to ${word} using: ','`);
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
        const days = this.#daystart ? (age: number) => Math.ceil(age) - 1 : Math.floor;
        const matches = this.number(word);
        const text = this.words[this.at - 1];
        // Days count whole; minutes are compared as they are but for an exact N.
        return ({ stat: own }) => {
          const age = (this.now - own[field]) / unit;
          return matches(unit === 60 && /^[-+]/.test(text) ? age : unit === 60 ? Math.ceil(age) : days(age));
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
      case "-nouser":
        return ({ stat: own }) => readAccounts(sys).user(own.uid) === String(own.uid);
      case "-nogroup":
        return ({ stat: own }) => readAccounts(sys).group(own.gid) === String(own.gid);
      case "-fstype": {
        const wanted = this.argument(word);
        return () => wanted === FILE_SYSTEM;
      }
      case "-used": {
        const matches = this.number(word);
        return ({ stat: own }) => matches(Math.floor((own.atimeSec - own.ctimeSec) / 86400));
      }
      case "-readable":
        return ({ stat: own }) => (own.mode & 0o444) !== 0;
      case "-writable":
        return ({ stat: own }) => (own.mode & 0o222) !== 0;
      case "-executable":
        return ({ stat: own }) => (own.mode & 0o111) !== 0;
      case "-print":
      case "-print0":
      case "-fprint":
      case "-fprint0":
        this.#hasAction = true;
        return this.#print(
          word.endsWith("0") ? "\0" : "\n",
          word[1] === "f" ? this.#output(word) : this.invocation.stdout,
        );
      case "-printf":
      case "-fprintf": {
        this.#hasAction = true;
        const out = word === "-fprintf" ? this.#output(word) : this.invocation.stdout;
        return printfAction(this, word, out);
      }
      case "-ls":
      case "-fls":
        this.#hasAction = true;
        return lsAction(this, word === "-fls" ? this.#output(word) : this.invocation.stdout);
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
    if (/^-newer[aBcm][aBcmt]$/.test(word)) return newerTest(this, word);
    if (/^-newer..$/.test(word)) throw new Failure(`invalid predicate \`${word}'`);
    if (!word.startsWith("-"))
      throw new Failure(
        `paths must precede expression: \`${word}'${
          stat(sys, word) !== -ENOENT && /^-(i?name|i?path|i?wholename|i?lname)$/.test(this.words[this.at - 3] ?? "")
            ? `\n${this.invocation.name}: possible unquoted pattern after predicate \`${this.words[this.at - 3]}'?`
            : ""
        }`,
      );
    throw new Failure(`unknown predicate \`${word}'`);
  }

  #print(end: string, out: Writer): Test {
    return ({ path }) => {
      const waiting = out.write(path + end);
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
