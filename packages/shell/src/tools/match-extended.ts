// `[[ text =~ expression ]]`: the shell's way to the regular expressions of ../regex, which match binary strings.

import { Regex, RegexError } from "../regex/regex.ts";
import { binaryToText, textToBinary } from "../stdio.ts";

const KEPT = 200;
const cache = new Map<string, Regex | null>();

/** The match and its groups, "" for those that took no part; null without a match, undefined for a bad expression. */
export function matchExtended(
  source: string,
  ignoreCase: boolean,
  text: string,
  bytes: boolean,
): string[] | null | undefined {
  try {
    const regex = compiled(source, ignoreCase, bytes);
    return regex === null ? undefined : groupsOf(regex, text);
  } catch (error) {
    // Too big a pattern is found out as it is matched, too deep a nesting by the stack.
    if (error instanceof RegexError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function groupsOf(regex: Regex, text: string): string[] | null {
  const isWide = /[^\x00-\x7f]/.test(text);
  const subject = isWide ? textToBinary(text) : text;
  if (!regex.find(subject, 0)) return null;
  const spans = regex.capture(subject);
  const found: string[] = [];
  for (let i = 0; i <= regex.groups; i++) {
    const part = spans[2 * i] < 0 ? "" : subject.slice(spans[2 * i], spans[2 * i + 1]);
    found.push(isWide ? binaryToText(part) : part);
  }
  return found;
}

function compiled(source: string, ignoreCase: boolean, bytes: boolean): Regex | null {
  const key = (ignoreCase ? "i" : "-") + (bytes ? "b" : "-") + source;
  let regex = cache.get(key);
  if (regex === undefined) {
    try {
      regex = new Regex([textToBinary(source)], {
        syntax: "extended",
        posix: true,
        closing: true,
        ignoreCase,
        bytes,
      });
    } catch (error) {
      if (!(error instanceof RegexError)) throw error;
      regex = null;
    }
    if (cache.size >= KEPT) cache.clear();
    cache.set(key, regex);
  }
  return regex;
}
