// The longer of find's tests and actions: -size, -perm, -newer, -ls and the -exec family. Each takes its own words from the parser.

import { AT_FDCWD, encode, O_RDONLY, strerror } from "@vibengine/system";
import type { Writer } from "../stdio.ts";
import { readAccounts } from "./accounts.ts";
import { plainBlocks } from "./block-size.ts";
import { Failure } from "./define.ts";
import { dirName, readLink, stat } from "./files.ts";
import type { Parser, Test } from "./find-expression.ts";
import { formatEntries } from "./ls-format.ts";
import { parseMode } from "./mode.ts";
import { findProgram } from "./programs.ts";
import { quote } from "./quote.ts";
import { parseMoment } from "./time.ts";
import { zoneOf } from "./zone.ts";

export function sizeTest(parser: Parser, word: string): Test {
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

export function permTest(parser: Parser, word: string): Test {
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
export function newerTest(parser: Parser, word: string): Test {
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

export function lsAction(parser: Parser, out: Writer): Test {
  const { sys, env } = parser.invocation;
  const zone = zoneOf(env.get("TZ"));
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
        sizes: plainBlocks(1),
        blockSizes: plainBlocks(1024),
        time: "mtimeSec",
        timeStyle: "locale",
        marks: "none",
        colors: null,
        quoting: "escape",
        tabSize: 8,
        zone,
        hideControls: false,
        width: 80,
        end: "\n",
        now: parser.now,
      },
      accounts,
    );
    await out.write(line);
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
  const { sys } = invocation;
  const asks = word === "-ok" || word === "-okdir";
  const inDirectory = word === "-execdir" || word === "-okdir";
  const run = async (argv: string[], directory: string): Promise<number> => {
    const { paths, errno } = findProgram(sys, argv[0], invocation.env.get("PATH"));
    if (paths.length === 0) {
      invocation.warn(`${quote(argv[0])}: ${strerror(errno)}`, 0);
      return 127;
    }
    await parser.flush();
    const child = sys.fork();
    if (typeof child === "number") throw new Failure(`cannot fork: ${strerror(child)}`);
    if (inDirectory) child.chdir(encode(directory));
    if (asks) {
      // The answers are not the command's to read.
      const fd = child.open(AT_FDCWD, encode("/dev/null"), O_RDONLY, 0);
      child.dup2(fd, 0);
      child.close(fd);
    }
    return invocation.run(argv, child);
  };
  if (parser.words[end] === "+" && !asks) {
    const head = command.slice(0, -1);
    let batch: string[] = [];
    let bytes = 0;
    let directory = "";
    const flush = async () => {
      if (batch.length === 0) return;
      const argv = [...head, ...batch];
      batch = [];
      bytes = 0;
      if ((await run(argv, directory)) !== 0) invocation.status = 1;
    };
    parser.batches.push(flush);
    return async ({ path, name }) => {
      if (inDirectory && directory !== dirName(path)) {
        await flush();
        directory = dirName(path);
      }
      const shown = inDirectory ? `./${name}` : path;
      batch.push(shown);
      bytes += shown.length + 1;
      if (bytes > 100000) await flush();
      return true;
    };
  }
  return async ({ path, name }) => {
    const shown = inDirectory ? `./${name}` : path;
    if (asks) {
      await parser.flush();
      await invocation.stderr.write(`< ${command[0]} ... ${path} > ? `);
      await invocation.stderr.flush();
      if (!/^[yY]/.test(await parser.answer())) return false;
    }
    const argv = command.map((part) => part.replaceAll("{}", () => shown));
    return (await run(argv, dirName(path))) === 0;
  };
}
