// find's actions: -print, -printf, -ls, the -exec family and their kin. Each takes its own words from the parser.

import { AT_FDCWD, encode, O_RDONLY, strerror } from "@vibengine/system";
import type { Writer } from "../stdio.ts";
import { readAccounts } from "./accounts.ts";
import { plainBlocks } from "./block-size.ts";
import { Failure } from "./define.ts";
import { dirName, isDir, readLink } from "./files.ts";
import type { Parser, Test } from "./find-expression.ts";
import { printfAction } from "./find-printf.ts";
import { formatEntries } from "./ls-format.ts";
import { findProgram } from "./programs.ts";
import { quote } from "./quote.ts";
import { zoneOf } from "./zone.ts";

/** An action by its name, with its words; null when there is none of that name. What is printed by itself, when there is no other, is `-print`. */
export function parseAction(parser: Parser, word: string): Test | null {
  const { sys } = parser.invocation;
  switch (word) {
    case "-print":
    case "-print0":
    case "-fprint":
    case "-fprint0":
      parser.hasAction = true;
      return printAction(
        word.endsWith("0") ? "\0" : "\n",
        word[1] === "f" ? parser.output(word) : parser.invocation.stdout,
      );
    case "-printf":
    case "-fprintf": {
      parser.hasAction = true;
      const out = word === "-fprintf" ? parser.output(word) : parser.invocation.stdout;
      return printfAction(parser, word, out);
    }
    case "-ls":
    case "-fls":
      parser.hasAction = true;
      return lsAction(parser, word === "-fls" ? parser.output(word) : parser.invocation.stdout);
    case "-prune":
      return () => (parser.context.prune = true);
    case "-quit":
      parser.hasAction = true;
      return () => {
        parser.context.quit = true;
        return true;
      };
    case "-delete": {
      parser.hasAction = true;
      parser.context.depthFirst = true;
      return ({ path, stat: own }) => {
        if (path === ".") return true;
        const result = isDir(own) ? sys.rmdir(AT_FDCWD, encode(path)) : sys.unlink(AT_FDCWD, encode(path));
        if (result < 0) parser.invocation.warn(`cannot delete ${quote(path)}: ${strerror(result)}`);
        return result >= 0;
      };
    }
    case "-exec":
    case "-execdir":
    case "-ok":
    case "-okdir":
      parser.hasAction = true;
      return execAction(parser, word);
  }
  return null;
}

export function printAction(end: string, out: Writer): Test {
  return ({ path }) => {
    const waiting = out.write(path + end);
    return waiting ? waiting.then(() => true) : true;
  };
}

function lsAction(parser: Parser, out: Writer): Test {
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

function execAction(parser: Parser, word: string): Test {
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
