// Pattern matching: classes, extended patterns, and time on hostile patterns.

import { expect, test } from "vitest";
import { compilePattern, matches, matchPrefix, matchSuffix, replaceMatches } from "./pattern.ts";

test.each([
  ["*", "", true],
  ["a*c", "abbbc", true],
  ["a*c", "abbb", false],
  ["?", "é", true],
  ["?", "😀", true],
  ["?", "\udcff", true],
  ["[a-c]x", "bx", true],
  ["[!a-c]", "b", false],
  ["[]a]", "]", true],
  ["[[:digit:][:upper:]]", "Q", true],
  ["[a", "[a", true],
  ["[a\\]b]", "]", true],
  ["\\*", "*", true],
  ["\\*", "x", false],
  ["[a\\-z]", "-", true],
  ["[a\\-z]", "m", false],
])("%s against %s", (pattern, text, expected) => {
  expect(matches(compilePattern(pattern), text)).toBe(expected);
});

test.each([
  ["@(a|b)c", "bc", true],
  ["+(ab)", "ababab", true],
  ["+(ab)", "aba", false],
  ["*(a|bc)d", "abcad", true],
  ["!(x*)", "abc", true],
  ["!(x*)", "xbc", false],
  ["a?(b)c", "ac", true],
  ["@(@(a|b)|c)+", "b+", true],
])("extended %s against %s", (pattern, text, expected) => {
  expect(matches(compilePattern(pattern, true), text)).toBe(expected);
});

test("prefixes and suffixes, shortest and longest", () => {
  const pattern = compilePattern("*x");
  expect(matchPrefix(pattern, "axbxc", false)).toBe(2);
  expect(matchPrefix(pattern, "axbxc", true)).toBe(4);
  expect(matchPrefix(pattern, "abc", true)).toBe(-1);
  expect(matchSuffix(compilePattern("x*"), "axbxc", false)).toBe(2);
  expect(matchSuffix(compilePattern("x*"), "axbxc", true)).toBe(4);
  expect(matchSuffix(compilePattern("?"), "a😀", false)).toBe(2);
});

test("replacing takes the longest match at each place", () => {
  expect(replaceMatches(compilePattern("a*"), "baac", false, () => "-")).toBe("b-");
  expect(replaceMatches(compilePattern("[ab]"), "abc", true, (match) => `<${match}>`)).toBe("<a><b>c");
});

test("hostile patterns take time in proportion, not more", () => {
  const start = performance.now();
  const text = "a".repeat(20_000);
  expect(matches(compilePattern(`${"*a".repeat(50)}b`), text)).toBe(false);
  expect(matches(compilePattern("+(a|aa|aaa)b", true), "a".repeat(500))).toBe(false);
  expect(matchPrefix(compilePattern(`${"*a".repeat(20)}b`), text, true)).toBe(-1);
  expect(performance.now() - start).toBeLessThan(3000);
});
