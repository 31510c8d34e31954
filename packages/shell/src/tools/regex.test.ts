import { decode, encode } from "@vibengine/system";
import { expect, test } from "vitest";
import { binaryToBytes, bytesToBinary } from "../stdio.ts";
import { compileRegex, type RegexRules } from "./regex.ts";

const binary = (text: string) => bytesToBinary(encode(text));

/** The first match as text, or null. */
function first(pattern: string, subject: string, rules: Partial<RegexRules> = {}): string | null {
  const text = binary(subject);
  const regex = compileRegex(pattern, { syntax: "basic", ...rules });
  return regex.find(text, 0) ? decode(binaryToBytes(text.slice(regex.spans[0], regex.spans[1]))) : null;
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
  expect(first("É", "é", { ignoreCase: true })).toBe("é");
  expect(first("[a-c]É", "BÉ", { ignoreCase: true })).toBe("BÉ");
});

test("bytes that are no UTF-8 match no character, but the ones around them do", () => {
  const text = "a\xffb";
  expect(compileRegex("a.b", { syntax: "basic" }).test(text)).toBe(false);
  expect(compileRegex("^a", { syntax: "basic" }).test(text)).toBe(true);
});

test("many lines at once: anchors at each, nothing matches a newline", () => {
  const lines: Partial<RegexRules> = { lines: true };
  expect(first("^b.*", "a\nbc\r\nd", lines)).toBe("bc\r");
  expect(first("a[^x]*", "ab\nc", lines)).toBe("ab");
  expect(first("b[[:space:]]*", "b \nc", lines)).toBe("b ");
  expect(first("b\\s*c", "b\nc", lines)).toBe(null);
});

test("the longest of the leftmost matches, and glibc's parts of it", () => {
  expect(first("foo|foobar", "xfoobar", extended)).toBe("foobar");
  const spans = (pattern: string, text: string) => {
    const regex = compileRegex(pattern, { syntax: "extended" });
    return regex.find(text, 0) && [...regex.capture(text)];
  };
  expect(spans("(a|ab)(c|bcd)(d*)", "abcd")).toEqual([0, 4, 0, 1, 1, 4, 4, 4]);
  expect(spans("(|a)(b|ab)", "ab")).toEqual([0, 2, 0, 1, 1, 2]);
  expect(spans("(|a)+", "aaa")).toEqual([0, 3, 2, 3]);
  expect(spans("(a|ab)*", "abab")).toEqual([0, 4, 2, 4]);
  expect(spans("(a*)(ab)*(b*)", "abb")).toEqual([0, 3, 0, 1, -1, -1, 1, 3]);
  expect(spans("(b|a{2,3})*$", "caaaab")).toEqual([1, 6, 5, 6]);
  expect(spans("(a*)*", "b")).toEqual([0, 0, 0, 0]);
  expect(spans("(.)(.)\\2\\1", "xabba")).toEqual([1, 5, 1, 2, 2, 3]);
});

test("patterns that would take a backtracking matcher for ever", () => {
  const many = "a".repeat(10000);
  expect(first("(a*)*b", many, extended)).toBe(null);
  expect(first("(a|aa)+$", `${many}c`, extended)).toBe(null);
  expect(first("(a|aa)+$", many, extended)).toBe(many);
  expect(first("(x+x+)+y", many.replaceAll("a", "x"), extended)).toBe(null);
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
