// Shell patterns: * ? [classes] and the extended ?(a|b) *(…) +(…) @(…) !(…). A pattern is text in which a backslash quotes the
// next character. What the rest of the shell asks of patterns is here; pattern/ has the parts.

import { Codes } from "./pattern/codes.ts";
import { compile, type Pattern } from "./pattern/compile.ts";
import { GroupMatcher, matchSimple, simplePrefixes } from "./pattern/match.ts";

export type { Pattern } from "./pattern/compile.ts";

const cache = new Map<string, Pattern>();

/** @param extended whether ?( *( +( @( !( are special */
export function compilePattern(source: string, extended = false, fold = false): Pattern {
  const key = (extended ? "x" : "-") + (fold ? "i" : "-") + source;
  let pattern = cache.get(key);
  if (pattern === undefined) {
    pattern = compile(fold ? source.toLowerCase() : source, extended, 0);
    if (cache.size > 1000) cache.clear();
    cache.set(key, pattern);
  }
  return pattern;
}

/** True if the whole text matches. */
export function matches(pattern: Pattern, text: string): boolean {
  if (pattern.literal !== null) return pattern.literal === text;
  const codes = new Codes(text);
  return pattern.extended
    ? new GroupMatcher(codes).whole(pattern, 0, codes.length)
    : matchSimple(pattern.elements, codes, 0, codes.length);
}

/**
 * Length (in UTF-16 units) of the shortest or longest prefix (or suffix) of `text` that matches, -1 if none does.
 */
export function matchPrefix(pattern: Pattern, text: string, longest: boolean): number {
  if (pattern.literal !== null) return text.startsWith(pattern.literal) ? pattern.literal.length : -1;
  const codes = new Codes(text);
  const matcher = pattern.extended ? new GroupMatcher(codes) : null;
  const ends = matcher
    ? [...matcher.ends(pattern, 0)].sort((a, b) => a - b)
    : simplePrefixes(pattern.elements, codes, 0, longest);
  if (ends.length === 0) return -1;
  return codes.units(0, longest ? ends[ends.length - 1] : ends[0]);
}

export function matchSuffix(pattern: Pattern, text: string, longest: boolean): number {
  if (pattern.literal !== null) return text.endsWith(pattern.literal) ? pattern.literal.length : -1;
  const codes = new Codes(text);
  const count = codes.length;
  const matcher = pattern.extended ? new GroupMatcher(codes) : null;
  for (let i = 0; i <= count; i++) {
    const start = longest ? i : count - i;
    if (matcher ? matcher.whole(pattern, start, count) : matchSimple(pattern.elements, codes, start, count))
      return codes.units(start, count);
  }
  return -1;
}

/** Replaces matches (the longest at each place) by what `replacement` makes of each. */
export function replaceMatches(
  pattern: Pattern,
  text: string,
  all: boolean,
  replacement: (match: string) => string,
): string {
  if (pattern.literal !== null) {
    const literal = pattern.literal;
    if (literal === "" || !text.includes(literal)) return text;
    if (all) return text.split(literal).join(replacement(literal));
    const at = text.indexOf(literal);
    return text.slice(0, at) + replacement(literal) + text.slice(at + literal.length);
  }
  // An empty text is matched once by what matches nothing.
  if (text === "") return matches(pattern, text) ? replacement(text) : text;
  const codes = new Codes(text);
  const matcher = pattern.extended ? new GroupMatcher(codes) : null;
  let result = "";
  for (let at = 0; at < codes.length; ) {
    const ends = matcher ? [...matcher.ends(pattern, at)] : simplePrefixes(pattern.elements, codes, at, true);
    const end = ends.length > 0 ? Math.max(...ends) : at;
    if (end > at) {
      result += replacement(codes.slice(at, end));
      at = end;
      if (!all) return result + codes.slice(at, codes.length);
    } else result += codes.slice(at, ++at);
  }
  return result;
}
