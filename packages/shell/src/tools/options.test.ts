import { expect, test } from "vitest";
import { chooseWord, optionTable, parseOptions } from "./options.ts";

const table = optionTable(`Prose, and -x in it.

  -a, --all              everything
  -n, --lines=[-]NUM     a number
      --color[=WHEN]     with an optional argument
      --columns
  -i[SUF], --in-place[=SUF]  optional in both
  -c, --check[=HOW]      optional in the long spelling only
  -R, -r, --recursive    two letters`);

const parse = (line: string, rules = {}) => {
  const { list, operands } = parseOptions(line.split(" "), table, rules);
  return [list.map(({ key, value }) => (value === undefined ? key : `${key}=${value}`)).join(" "), operands.join(" ")];
};
const error = (line: string) => {
  try {
    parse(line);
  } catch (problem) {
    return (problem as Error).message;
  }
  return null;
};

test("bundles, arguments attached or apart, operands anywhere", () => {
  expect(parse("-ar x -n5 y -an 7")).toEqual(["a R n=5 a n=7", "x y"]);
  expect(parse("--lines=3 --lines 4 --color --color=always x")).toEqual(["n=3 n=4 color color=always", "x"]);
  expect(parse("-ibak -i x")).toEqual(["i=bak i", "x"]);
  expect(parse("-ca --check=quiet")).toEqual(["c a c=quiet", ""]);
});

test("-- ends the options, - is an operand, and inOrder stops at the first operand", () => {
  expect(parse("-a - -- -n --all")).toEqual(["a", "- -n --all"]);
  expect(parse("-a x -n", { inOrder: true })).toEqual(["a", "x -n"]);
  expect(parse("-a -5 -r", { operandLike: /^-\d/ })).toEqual(["a R", "-5"]);
});

test("long options may be abbreviated as far as they are unique", () => {
  expect(parse("--rec --al --li=2")).toEqual(["R a n=2", ""]);
  expect(error("--co")).toBe("option '--co' is ambiguous; possibilities: '--color' '--columns'");
});

test("errors in getopt's words", () => {
  expect(error("-Q")).toBe("invalid option -- 'Q'");
  expect(error("-n")).toBe("option requires an argument -- 'n'");
  expect(error("--lines")).toBe("option '--lines' requires an argument");
  expect(error("--all=x")).toBe("option '--all' doesn't allow an argument");
  expect(error("--nope=x")).toBe("unrecognized option '--nope'");
});

test("--help answers at once, whatever follows", () => {
  const help = optionTable("      --help  help\n  -a  all");
  expect(parseOptions(["--help", "--nope"], help).has("help")).toBe(true);
});

test("words of a list, with synonyms and abbreviations", () => {
  const groups = ["always,yes,force", "never,no,none"];
  expect(chooseWord("yes", "--color", groups)).toBe("always");
  expect(chooseWord("alw", "--color", groups)).toBe("always");
  expect(chooseWord("n", "--color", groups)).toBe("never");
  expect(() => chooseWord("x", "--color", groups)).toThrow(
    "invalid argument 'x' for '--color'\nValid arguments are:\n  - 'always', 'yes', 'force'",
  );
});
