// find's tests: predicates on an entry's name, type, times, owner and so on. Each takes its own words from the parser.

import { S_IFMT, strerror } from "@vibengine/system";
import { textToBinary } from "../stdio.ts";
import { readAccounts } from "./accounts.ts";
import { Failure } from "./define.ts";
import { isDir, list, readLink, stat } from "./files.ts";
import type { Parser, Test } from "./find-expression.ts";
import { FILE_SYSTEM } from "./find-printf.ts";
import { globToRegExp } from "./glob.ts";
import { parseMode } from "./mode.ts";
import { quote } from "./quote.ts";
import { compileRegex, emacsPattern } from "./regex.ts";
import { parseMoment } from "./time.ts";
import { zoneOf } from "./zone.ts";

const KINDS: Record<string, number> = {
  f: 0o100000,
  d: 0o040000,
  l: 0o120000,
  p: 0o010000,
  c: 0o020000,
  b: 0o060000,
  s: 0o140000,
};

/** A test by its name, with its words; null when there is none of that name. */
export function parseTest(parser: Parser, word: string): Test | null {
  const { sys } = parser.invocation;
  switch (word) {
    case "-true":
      return () => true;
    case "-false":
      return () => false;
    case "-name":
    case "-iname": {
      const pattern = globToRegExp(parser.argument(word), word === "-iname");
      return ({ name }) => pattern.test(name);
    }
    case "-path":
    case "-wholename":
    case "-ipath":
    case "-iwholename": {
      const pattern = globToRegExp(parser.argument(word), word.startsWith("-i"));
      return ({ path }) => pattern.test(path);
    }
    case "-lname":
    case "-ilname": {
      const pattern = globToRegExp(parser.argument(word), word === "-ilname");
      return ({ path }) => {
        const target = readLink(sys, path);
        return typeof target === "string" && pattern.test(target);
      };
    }
    case "-regex":
    case "-iregex": {
      const type = parser.regexType;
      const emacs = /^(emacs|findutils-default)$/.test(type);
      const pattern = parser.argument(word);
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
      const letters = parser.argument(word);
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
      return sizeTest(parser, word);
    case "-empty":
      return ({ path, stat: own }) => {
        if (!isDir(own)) return (own.mode & S_IFMT) === KINDS.f && own.size === 0;
        const names = list(sys, path);
        return typeof names !== "number" && names.length === 0;
      };
    case "-perm":
      return permTest(parser, word);
    case "-newer":
    case "-anewer":
    case "-cnewer":
      return newerTest(parser, word);
    case "-samefile": {
      const path = parser.argument(word);
      const other = stat(sys, path, parser.follow);
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
      const days = parser.daystart ? (age: number) => Math.ceil(age) - 1 : Math.floor;
      const matches = parser.number(word);
      const text = parser.words[parser.at - 1];
      // Days count whole; minutes are compared as they are but for an exact N.
      return ({ stat: own }) => {
        const age = (parser.now - own[field]) / unit;
        return matches(unit === 60 && /^[-+]/.test(text) ? age : unit === 60 ? Math.ceil(age) : days(age));
      };
    }
    case "-uid": {
      const matches = parser.number(word);
      return ({ stat: own }) => matches(own.uid);
    }
    case "-gid": {
      const matches = parser.number(word);
      return ({ stat: own }) => matches(own.gid);
    }
    case "-links": {
      const matches = parser.number(word);
      return ({ stat: own }) => matches(own.nlink);
    }
    case "-inum": {
      const matches = parser.number(word);
      return ({ stat: own }) => matches(own.ino);
    }
    case "-user":
    case "-group": {
      const name = parser.argument(word);
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
      const wanted = parser.argument(word);
      return () => wanted === FILE_SYSTEM;
    }
    case "-used": {
      const matches = parser.number(word);
      return ({ stat: own }) => matches(Math.floor((own.atimeSec - own.ctimeSec) / 86400));
    }
    case "-readable":
      return ({ stat: own }) => (own.mode & 0o444) !== 0;
    case "-writable":
      return ({ stat: own }) => (own.mode & 0o222) !== 0;
    case "-executable":
      return ({ stat: own }) => (own.mode & 0o111) !== 0;
  }
  if (/^-newer[aBcm][aBcmt]$/.test(word)) return newerTest(parser, word);
  return null;
}

function sizeTest(parser: Parser, word: string): Test {
  const text = parser.argument(word);
  const match = /^([-+]?\d+)([bcwkMG]?)$/.exec(text);
  if (text === "") throw new Failure("invalid null argument to -size");
  if (!match) {
    if (/^[-+]?\d+.$/.test(text)) throw new Failure(`invalid -size type \`${text.slice(-1)}'`);
    throw new Failure(`Invalid argument \`${text}' to -size`);
  }
  const unit = { b: 512, c: 1, w: 2, k: 1024, M: 1048576, G: 1073741824 }[(match[2] || "b") as "b"];
  parser.words[--parser.at] = match[1];
  const matches = parser.number(word);
  return ({ stat: own }) => matches(Math.ceil(own.size / unit));
}

function permTest(parser: Parser, word: string): Test {
  const text = parser.argument(word);
  const kind = /^[-/]/.test(text) ? text[0] : "";
  const change = parseMode(text.slice(kind.length));
  if (!change || /^\+\d/.test(text)) throw new Failure(`invalid mode ${quote(text)}`);
  const wanted = change(0, false, 0);
  return ({ stat: { mode } }) =>
    kind === "-"
      ? (mode & wanted) === wanted
      : kind === "/"
        ? wanted === 0 || (mode & wanted) !== 0
        : (mode & 0o7777) === wanted;
}

type TimeField = "mtimeSec" | "atimeSec" | "ctimeSec";
/** There is no birth time: the change of the inode comes nearest. */
const TIMES: Record<string, TimeField> = { m: "mtimeSec", a: "atimeSec", c: "ctimeSec", B: "ctimeSec" };
const nanoseconds = (field: TimeField) => field.replace("Sec", "Nsec") as "mtimeNsec";

/** -newer, -anewer, -cnewer and -newerXY: the entry's time X against the file's time Y, or the moment in words. */
function newerTest(parser: Parser, word: string): Test {
  const { sys, env } = parser.invocation;
  const text = parser.argument(word);
  const [, own = word[1], reference = "m"] = /^-newer(.)(.)$/.exec(word) ?? [];
  let limit: { sec: number; nsec: number };
  if (reference === "t") {
    const moment = parseMoment(text, parser.now, zoneOf(env.get("TZ")));
    if (!moment) throw new Failure(`I cannot figure out how to interpret ${quote(text)} as a date or time`);
    limit = moment;
  } else {
    const other = stat(sys, text);
    if (typeof other === "number") throw new Failure(`${quote(text)}: ${strerror(other)}`);
    const field = TIMES[reference];
    limit = { sec: other[field], nsec: other[nanoseconds(field)] };
  }
  const field = TIMES[own] ?? "mtimeSec";
  return ({ stat: found }) => {
    const sec = found[field];
    return sec > limit.sec || (sec === limit.sec && found[nanoseconds(field)] > limit.nsec);
  };
}
