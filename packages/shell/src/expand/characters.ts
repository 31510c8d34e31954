// What a character is: a code point of UTF-8 or, in the C locale, a byte. LC_ALL, LC_CTYPE and LANG say which, at every use.

import type { Shell } from "../execute/shell.ts";
import { byteText, isBytewise } from "../locale.ts";
import { compilePattern, matches } from "../pattern.ts";

/**
 * `text` with one UTF-16 unit (or pair) for each character. In the C locale these are the lone surrogates that stand for bytes
 * which are no UTF-8 (see `encode`): all that works on characters works on bytes then, and what comes of it is the same bytes.
 */
export function characters(shell: Shell, text: string): string {
  return /[^\0-\x7f]/.test(text) && isBytewise((name) => shell.vars.get(name)) ? byteText(text) : text;
}

/** Whether a text is what a pattern says. */
export function isMatch(shell: Shell, text: string, pattern: string, extended: boolean): boolean {
  const fold = shell.shopt.nocasematch;
  const subject = characters(shell, text);
  return matches(compilePattern(characters(shell, pattern), extended, fold), fold ? subject.toLowerCase() : subject);
}
