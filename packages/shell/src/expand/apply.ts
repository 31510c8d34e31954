// Operators on one value: trimming, substrings, case, replacement.

import { evaluateText } from "../arithmetic/evaluate.ts";
import { ArithmeticFault } from "../arithmetic/parse.ts";
import type { ParameterPart, Word } from "../ast.ts";
import { ShellFault } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { whole } from "../locale.ts";
import { compilePattern, matches, matchPrefix, matchSuffix, replaceMatches } from "../pattern.ts";
import { characters } from "./characters.ts";
import { effect } from "./replay.ts";
import { expandPattern, expandText } from "./words.ts";

/** One value through the part's operator. */
export function apply(shell: Shell, part: ParameterPart, value: string): string {
  const { operator } = part;
  if (/^[-=?]?$/.test(operator)) return value;
  return whole(operate(shell, part, characters(shell, value)));
}

function operate(shell: Shell, part: ParameterPart, value: string): string {
  const { operator } = part;
  switch (operator) {
    case ":":
      return substring(shell, part, value);
    case "#":
    case "##": {
      const length = matchPrefix(compile(shell, part.word as Word), value, operator === "##");
      return length > 0 ? value.slice(length) : value;
    }
    case "%":
    case "%%": {
      const length = matchSuffix(compile(shell, part.word as Word), value, operator === "%%");
      return length > 0 ? value.slice(0, value.length - length) : value;
    }
    case "^":
    case "^^":
    case ",":
    case ",,":
    case "~":
    case "~~":
      return changeCase(shell, part, value);
    default:
      return replace(shell, part, value);
  }
}

function compile(shell: Shell, word: Word) {
  return compilePattern(characters(shell, expandPattern(shell, word)), shell.shopt.extglob);
}

function substring(shell: Shell, part: ParameterPart, value: string): string {
  const characters = countCharacters(value) === value.length ? null : Array.from(value);
  const count = characters ? characters.length : value.length;
  let start = number(shell, part, part.word as Word);
  if (start < 0) start += count;
  if (start < 0 || start > count) return "";
  let end = count;
  if (part.word2 !== null) {
    const length = number(shell, part, part.word2);
    end = length < 0 ? count + length : Math.min(count, start + length);
    if (end < start) {
      if (length < 0) throw new ShellFault(`${expandText(shell, part.word2)}: substring expression < 0`);
      end = start;
    }
  }
  return characters ? characters.slice(start, end).join("") : value.slice(start, end);
}

function changeCase(shell: Shell, part: ParameterPart, value: string): string {
  const pattern = part.word && part.word.parts.length > 0 ? compile(shell, part.word) : null;
  const change = (character: string) => {
    if (pattern && !matches(pattern, character)) return character;
    const up = part.operator[0] === "^" || (part.operator[0] === "~" && character === character.toLowerCase());
    const changed = up ? character.toUpperCase() : character.toLowerCase();
    return changed.length === character.length ? changed : character;
  };
  const characters = Array.from(value);
  if (part.operator.length === 1)
    return characters.length === 0 ? "" : change(characters[0]) + characters.slice(1).join("");
  return characters.map(change).join("");
}

function replace(shell: Shell, part: ParameterPart, value: string): string {
  const source = characters(shell, expandPattern(shell, part.word as Word));
  // An empty pattern matches only where it is anchored. One with `[^]…]` bash takes for longer than it is.
  if (source === "" ? !/[#%]/.test(part.operator) : /\[[!^]\]/.test(source) && !source.includes("*")) return value;
  const pattern = compilePattern(source, shell.shopt.extglob, shell.shopt.nocasematch);
  // In the replacement an unquoted & stands for the match; quoting shows as backslashes in a pattern.
  const template = part.word2 ? expandPattern(shell, part.word2, "template") : "";
  const replacement = (match: string) => {
    if (!/[\\&]/.test(template)) return template;
    return template.replace(/\\([\\&])|&/g, (whole, quoted) =>
      whole === "&" ? (shell.shopt.patsub_replacement ? match : "&") : quoted,
    );
  };
  if (part.operator === "/#" || part.operator === "/%") {
    const atStart = part.operator === "/#";
    const length = atStart ? matchPrefix(pattern, value, true) : matchSuffix(pattern, value, true);
    if (length < 0) return value;
    const match = atStart ? value.slice(0, length) : value.slice(value.length - length);
    return atStart
      ? replacement(match) + value.slice(length)
      : value.slice(0, value.length - length) + replacement(match);
  }
  return replaceMatches(pattern, value, part.operator === "//", replacement);
}

/** The value of an arithmetic word: an offset or a length. */
export function number(shell: Shell, part: ParameterPart, word: Word): number {
  const text = expandText(shell, word);
  const value = () => {
    try {
      return Number(evaluateText(text, shell.arithmetic));
    } catch (error) {
      throw error instanceof ArithmeticFault ? new ArithmeticFault(`${part.name}: ${error.message}`) : error;
    }
  };
  return shell.replayLog ? effect(shell, value) : value();
}

/** Characters of a text, not UTF-16 units. */
export function countCharacters(text: string): number {
  let count = text.length;
  for (let i = 0; i + 1 < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      count--;
      i++;
    }
  }
  return count;
}
