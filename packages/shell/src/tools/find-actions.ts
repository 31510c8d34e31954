// The longer of find's tests and actions: -size, -perm, -newer, -ls and the -exec family. Each takes its own words from the parser.

import { encode, strerror } from "@vibengine/system";
import { readAccounts } from "./accounts.ts";
import { Failure } from "./define.ts";
import { dirName, readLink, stat } from "./files.ts";
import type { Parser, Test } from "./find-expression.ts";
import { formatEntries } from "./ls-format.ts";
import { parseMode } from "./mode.ts";
import { findProgram } from "./programs.ts";
import { quote } from "./quote.ts";

export function sizeTest(parser: Parser, word: string): Test {
  const text = parser.argument(word);
  const match = /^([-+]?\d+)([bcwkMG]?)$/.exec(text);
  if (!match) throw new Failure(`Invalid argument \`${text}' to -size`);
  const unit = { b: 512, c: 1, w: 2, k: 1024, M: 1048576, G: 1073741824 }[(match[2] || "b") as "b"];
  parser.words[--parser.at] = match[1];
  const matches = parser.number(word);
  return ({ stat: own }) => matches(Math.ceil(own.size / unit));
}

export function permTest(parser: Parser, word: string): Test {
  const text = parser.argument(word);
  const kind = /^[-/]/.test(text) ? text[0] : "";
  const change = parseMode(text.slice(kind.length));
  if (!change) throw new Failure(`invalid mode ${quote(text)}`);
  const wanted = change(0, false, 0);
  return ({ stat: { mode } }) =>
    kind === "-"
      ? (mode & wanted) === wanted
      : kind === "/"
        ? wanted === 0 || (mode & wanted) !== 0
        : (mode & 0o7777) === wanted;
}

export function newerTest(parser: Parser, word: string): Test {
  const path = parser.argument(word);
  let [sec, nsec] = [0, 0];
  if (word === "-newermt") {
    sec = Date.parse(path) / 1000;
    if (Number.isNaN(sec)) throw new Failure(`I cannot figure out how to interpret ${quote(path)} as a date or time`);
  } else {
    const other = stat(parser.invocation.sys, path);
    if (typeof other === "number") throw new Failure(`${quote(path)}: ${strerror(other)}`);
    [sec, nsec] = [other.mtimeSec, other.mtimeNsec];
  }
  return ({ stat: own }) => {
    const [s, n] =
      word === "-anewer"
        ? [own.atimeSec, own.atimeNsec]
        : word === "-cnewer"
          ? [own.ctimeSec, own.ctimeNsec]
          : [own.mtimeSec, own.mtimeNsec];
    return s > sec || (s === sec && n > nsec);
  };
}

export function lsAction(parser: Parser): Test {
  const { sys, stdout } = parser.invocation;
  const accounts = readAccounts(sys);
  return async ({ path, stat: own }) => {
    const target = readLink(sys, path);
    const line = formatEntries(
      [{ name: path, stat: own, target: typeof target === "string" ? target : undefined }],
      {
        format: "long",
        owner: true,
        group: true,
        author: false,
        numericIds: false,
        inodes: true,
        blocks: true,
        human: 0,
        blockSize: 1024,
        time: "mtimeSec",
        timeStyle: "locale",
        marks: "none",
        color: false,
        quoting: "literal",
        hideControls: false,
        width: 80,
        end: "\n",
        now: parser.now,
      },
      accounts,
    );
    await stdout.write(line);
    return true;
  };
}

export function execAction(parser: Parser, word: string): Test {
  const begin = parser.at;
  let end = begin;
  while (
    end < parser.words.length &&
    parser.words[end] !== ";" &&
    !(parser.words[end] === "+" && parser.words[end - 1] === "{}")
  )
    end++;
  if (end >= parser.words.length || end === begin) throw new Failure(`missing argument to \`${word}'`);
  const command = parser.words.slice(begin, end);
  parser.at = end + 1;
  const invocation = parser.invocation;
  const run = async (argv: string[]): Promise<number> => {
    const { paths, errno } = findProgram(invocation.sys, argv[0], invocation.env.get("PATH"));
    if (paths.length === 0) {
      invocation.warn(`${quote(argv[0])}: ${strerror(errno)}`, 0);
      return 127;
    }
    await invocation.stdout.flush();
    return invocation.run(argv);
  };
  if (parser.words[end] === "+") {
    const head = command.slice(0, -1);
    let batch: string[] = [];
    let bytes = 0;
    const flush = async () => {
      if (batch.length === 0) return;
      const argv = [...head, ...batch];
      batch = [];
      bytes = 0;
      if ((await run(argv)) !== 0) invocation.status = 1;
    };
    parser.batches.push(flush);
    return async ({ path }) => {
      batch.push(path);
      bytes += path.length + 1;
      if (bytes > 100000) await flush();
      return true;
    };
  }
  return async ({ path, name }) => {
    const inDirectory = word === "-execdir" || word === "-okdir";
    const shown = inDirectory ? `./${name}` : path;
    const argv = command.map((part) => part.replaceAll("{}", () => shown));
    if (!inDirectory) return (await run(argv)) === 0;
    const { sys } = invocation;
    const here = sys.getcwd();
    sys.chdir(encode(dirName(path)));
    const status = await run(argv);
    sys.chdir(here);
    return status === 0;
  };
}
