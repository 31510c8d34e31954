// The parser: trees for what the fixtures cannot show, and where errors are found.

import { expect, test } from "vitest";
import type { Command, Simple } from "../ast.ts";
import { NeedInput, SyntaxFault } from "./errors.ts";
import { openScript, parse, readCommandLine } from "./parser.ts";

function only(text: string): Command {
  const list = parse(text);
  expect(list.items).toHaveLength(1);
  return list.items[0].command;
}

test("a simple command keeps assignments, words and redirections apart", () => {
  const node = only("a=1 b+=2 >out cmd x 2>&1 y=3") as Simple;
  expect(node.kind).toBe("simple");
  expect(node.assignments.map(({ name, append }) => [name, append])).toEqual([
    ["a", false],
    ["b", true],
  ]);
  expect(node.words.map((word) => word.literal)).toEqual(["cmd", "x", "y=3"]);
  expect(node.redirections.map(({ operator, fd }) => [operator, fd])).toEqual([
    [">", 1],
    [">&", 2],
  ]);
});

test("a word without expansions is one literal; one with a substitution is not pure", () => {
  const node = only(`a'b c'"d"\\e $x $(y) \${z:-$(w)} *`) as Simple;
  expect(node.words.map((word) => word.literal)).toEqual(["ab cde", null, null, null, null]);
  expect(node.words.map((word) => word.pure)).toEqual([true, true, false, false, true]);
});

test("commands carry their lines, through here-documents and continued lines", () => {
  const list = parse("one\ncat <<E\nx\nE\ntwo \\\n three\nfour '\n'\nfive");
  expect(list.items.map((item) => (item.command as Simple).line)).toEqual([1, 2, 5, 7, 9]);
});

test("a substitution that begins with two parentheses may be a subshell", () => {
  const node = only("echo $((1+2)) $((echo a); echo b)") as Simple;
  expect(node.words.map((word) => word.parts[0].kind)).toEqual(["text", "arithmetic", "command"]);
});

test("an incomplete command asks for more, and is parsed once that is there", () => {
  const lines = ["if true\n", "then echo x\n", "fi\n"];
  let ready = 1;
  let given = 0;
  const lexer = openScript("", {
    more: () => {
      if (given === lines.length) return null;
      if (given === ready) throw new NeedInput();
      return lines[given++];
    },
  });
  for (; ready < 3; ready++) {
    expect(() => readCommandLine(lexer)).toThrow(NeedInput);
    lexer.restart(0, 1);
  }
  expect(readCommandLine(lexer)?.items[0].command.kind).toBe("if");
  expect(readCommandLine(lexer)).toBeNull();
});

test("aliases are expanded where a command begins, once each", () => {
  const aliases = new Map([
    ["ls", "ls -l"],
    ["two", "echo "],
    ["loop", "loop2"],
    ["loop2", "loop"],
    ["open", "for i in"],
  ]);
  const words = (text: string) =>
    (parse(text, { aliases: (name) => aliases.get(name) }).items[0].command as Simple).words.map(
      (word) => word.literal,
    );
  expect(words("ls x")).toEqual(["ls", "-l", "x"]);
  expect(words("two ls ls")).toEqual(["echo", "ls", "-l", "ls"]);
  expect(words("loop")).toEqual(["loop"]);
  expect(words("'ls' x")).toEqual(["ls", "x"]);
  expect(parse("open 1; do :; done", { aliases: (name) => aliases.get(name) }).items[0].command.kind).toBe("for");
});

test.each([
  ["fi", "syntax error near unexpected token `fi'", 1],
  ["\n\necho )", "syntax error near unexpected token `)'", 3],
  ["if true", "syntax error: unexpected end of file", 2],
  ["a && ;", "syntax error near unexpected token `;'", 1],
  ["case x in\n(", "syntax error: unexpected end of file", 3],
  ["echo 'x\ny", "unexpected EOF while looking for matching `''", 1],
  ["f() echo", "syntax error near unexpected token `echo'", 1],
  ["while true; done", "syntax error near unexpected token `done'", 1],
  ["a | | b", "syntax error near unexpected token `|'", 1],
  ["( )", "syntax error near unexpected token `)'", 1],
  ["{ }", "syntax error near unexpected token `}'", 1],
])("%j is refused", (text, message, line) => {
  let fault: unknown;
  try {
    parse(text);
  } catch (error) {
    fault = error;
  }
  expect(fault).toBeInstanceOf(SyntaxFault);
  expect((fault as SyntaxFault).message).toBe(message);
  expect((fault as SyntaxFault).line).toBe(line);
});
