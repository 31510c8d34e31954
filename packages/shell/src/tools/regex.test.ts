import { encode } from "@vibengine/system";
import { expect, test } from "vitest";
import { bytesToBinary } from "../stdio.ts";
import { compileRegex, type RegexRules } from "./regex.ts";

const binary = (text: string) => bytesToBinary(encode(text));

/** The first match as text, or null. */
function first(pattern: string, subject: string, rules: Partial<RegexRules> = {}): string | null {
  const text = binary(subject);
  const match = compileRegex(pattern, { syntax: "basic", ...rules })
    .for(text)
    .exec(text);
  return match && new TextDecoder().decode(Uint8Array.from(match[0], (character) => character.charCodeAt(0)));
}
const extended: Partial<RegexRules> = { syntax: "extended" };

test("basic syntax: operators need a backslash, a star at the start is a star", () => {
  expect(first("a\\{2\\}b\\?", "xaab")).toBe("aab");
  expect(first("a+", "aa+")).toBe("a+");
  expect(first("\\(a\\|b\\)\\1", "abb")).toBe("bb");
  expect(first("*a", "x*a")).toBe("*a");
  expect(first("\\(*a\\)", "x*a")).toBe("*a");
  expect(first("^*a", "*a")).toBe("*a");
  expect(first("a^b$c", "a^b$c")).toBe("a^b$c");
});

test("extended syntax", () => {
  expect(first("(ab){1,2}c?", "ababc", extended)).toBe("ababc");
  expect(first("a{,2}", "aaa", extended)).toBe("aa");
  expect(first("a{x", "a{x", extended)).toBe("a{x");
  expect(first("a+?b", "aab", extended)).toBe("aab");
  expect(first("a**", "aa", extended)).toBe("aa");
  expect(first("x)", "x)", extended)).toBe("x)");
});

test("brackets and classes", () => {
  expect(first("[]a]*", "]a]b")).toBe("]a]");
  expect(first("[^]a]", "]ab")).toBe("b");
  expect(first("[[:alpha:]_-]*", "a_-1")).toBe("a_-");
  expect(first("[\\n]", "n")).toBe("n");
  expect(first("[[.-.]x]*", "-x")).toBe("-x");
});

test("characters outside ASCII are one each", () => {
  expect(first(".", "é")).toBe("é");
  expect(first("^.....$", "héllo")).toBe("héllo");
  expect(first("[é-ü]", "añb")).toBe("ñ");
  expect(first("[^a]", "aé")).toBe("é");
  expect(first("é*", "ééa")).toBe("éé");
  expect(first("[一-龥]*", "日本x")).toBe("日本");
  expect(first("É", "é", { ignoreCase: true })).toBe(null);
  expect(first("[a-c]É", "BÉ", { ignoreCase: true })).toBe("BÉ");
});

test("bytes that are no UTF-8 match no character, but the ones around them do", () => {
  const text = "a\xffb";
  expect(compileRegex("a.b", { syntax: "basic" }).for(text).test(text)).toBe(false);
  expect(compileRegex("^a", { syntax: "basic" }).for(text).test(text)).toBe(true);
});

test("many lines at once: anchors at each, nothing matches a newline", () => {
  const lines: Partial<RegexRules> = { lines: true };
  expect(first("^b.*", "a\nbc\r\nd", lines)).toBe("bc\r");
  expect(first("a[^x]*", "ab\nc", lines)).toBe("ab");
  expect(first("b[[:space:]]*", "b \nc", lines)).toBe("b ");
  expect(first("b\\s*c", "b\nc", lines)).toBe(null);
});

test("whole words and lines", () => {
  expect(first("foo", "foobar foo", { whole: "word" })).toBe("foo");
  expect(first("a|ab", "ab", { ...extended, whole: "line" })).toBe("ab");
  expect(first("\\<o", "foo or")).toBe("o");
});

test("errors in GNU's words", () => {
  const error =
    (pattern: string, rules: Partial<RegexRules> = {}) =>
    () =>
      first(pattern, "", rules);
  expect(error("[a")).toThrow("Unmatched [, [^, [:, [., or [=");
  expect(error("\\(a")).toThrow("Unmatched ( or \\(");
  expect(error("a\\)")).toThrow("Unmatched ) or \\)");
  expect(error("a\\{1")).toThrow("Unmatched \\{");
  expect(error("a\\{2,1\\}")).toThrow("Invalid content of \\{\\}");
  expect(error("\\(a\\)\\2")).toThrow("Invalid back reference");
  expect(error("a\\")).toThrow("Trailing backslash");
  expect(error("[[:nope:]]")).toThrow("Invalid character class name");
  expect(error("[b-a]")).toThrow("Invalid range end");
});
