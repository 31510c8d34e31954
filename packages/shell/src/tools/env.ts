// env: runs a program in a changed environment, or prints it.

import { encode, strerror } from "@vibengine/system";
import { define, Failure, UsageError } from "./define.ts";
import { runProgram } from "./programs.ts";
import { quote, quotePlain } from "./quote.ts";

export const env = define(
  {
    name: "env",
    usage: "[OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]",
    failure: 125,
    help: `Set each NAME to VALUE in the environment and run COMMAND. With no COMMAND, print the resulting environment.

  -i, --ignore-environment  start with an empty environment
  -0, --null                end each output line with NUL, not newline
  -u, --unset=NAME          remove variable from the environment
  -C, --chdir=DIR           change working directory to DIR
  -S, --split-string=S      process and split S into separate arguments; used to pass multiple arguments on shebang lines
  -v, --debug               (ignored)

A mere - implies -i.`,
    inOrder: true,
    rewrite: splitStrings,
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    const variables = invocation.env;
    let words = operands;
    const bare = words[0] === "-";
    if (bare) words = words.slice(1);
    if (options.has("i") || bare) variables.clear();
    for (const name of options.values("u")) {
      if (name === "" || name.includes("=")) throw new Failure(`cannot unset ${quotePlain(name)}: Invalid argument`);
      variables.delete(name);
    }
    let at = 0;
    for (; at < words.length && words[at].includes("="); at++) {
      const equals = words[at].indexOf("=");
      variables.set(words[at].slice(0, equals), words[at].slice(equals + 1));
    }
    const command = words.slice(at);
    const directory = options.value("C");
    if (command.length === 0) {
      if (directory !== undefined) throw new UsageError("must specify command with --chdir (-C)");
      const end = options.has("0") ? "\0" : "\n";
      for (const [name, value] of variables) await stdout.write(`${name}=${value}${end}`);
      return 0;
    }
    if (options.has("0")) throw new UsageError("cannot specify --null (-0) with command");
    if (directory !== undefined) {
      const result = sys.chdir(encode(directory));
      if (result < 0) throw new Failure(`cannot change directory to ${quote(directory)}: ${strerror(result)}`);
    }
    return runProgram(invocation, command, "");
  },
);

/** -S 'perl -w' becomes words. */
function splitStrings(words: string[]): string[] {
  const [first, ...rest] = words;
  const match = /^(?:-S|--split-string=)(.+)$/s.exec(first ?? "");
  if (match) return [...split(match[1]), ...rest];
  if (first === "-S" || first === "--split-string") return [...split(rest[0] ?? ""), ...rest.slice(1)];
  return words;
}

function split(text: string): string[] {
  const words: string[] = [];
  for (const match of text.matchAll(/(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|((?:[^\s"'\\]|\\.)+))/gs)) {
    words.push(
      match[2] ?? (match[1] ?? match[3]).replace(/\\(.)/gs, (_, c) => ({ n: "\n", t: "\t", _: " " })[c as string] ?? c),
    );
  }
  return words;
}
