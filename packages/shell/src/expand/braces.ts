// Brace expansion: a{b,c}d and {1..9..2}, on a word's unquoted text before any other expansion.

import type { Part, Word } from "../ast.ts";
import { ShellFault } from "../execute/control.ts";
import { isNameStart, simpleParameter } from "../parser/dollar.ts";
import { makeWord } from "../parser/words.ts";

/** A character of a word, or an atom (quoted text, expansion) that braces pass over. */
type Atom = string | Part;

/** Of a sequence of letters: with text behind it, it opens a substitution that nothing closes. */
const BACKQUOTE: Part = { kind: "quoted", text: "`" };

/** More words than this are not made: the word stays as it is. */
const WORDS_MAX = 10_000_000;

/** The words that a word's braces stand for; null if it has none that expand. */
export function expandBraces(word: Word): Word[] | null {
  const atoms: Atom[] = [];
  for (const part of word.parts) {
    if (part.kind === "text") atoms.push(...part.text);
    else atoms.push(part);
  }
  const results = expand(atoms, 0);
  if (results.length === 1 && results[0] === atoms) return null;
  return results.map(toWord);
}

function toWord(atoms: Atom[]): Word {
  const parts: Part[] = [];
  let text = "";
  for (const atom of atoms) {
    if (typeof atom === "string") text += atom;
    else {
      if (text) parts.push({ kind: "text", text });
      text = "";
      parts.push(atom);
    }
  }
  if (text) parts.push({ kind: "text", text });
  joinNames(parts);
  return makeWord(parts);
}

/** Braces come first, as text: what they put behind `$name` may go on with the name, and `~` may now begin the word. */
function joinNames(parts: Part[]): void {
  for (let i = 0; i + 1 < parts.length; i++) {
    const part = parts[i];
    const next = parts[i + 1];
    if (part.kind !== "parameter" || next.kind !== "text" || !isNameStart(part.source.charCodeAt(0))) continue;
    const more = /^\w*/.exec(next.text)![0];
    if (more === "") continue;
    parts[i] = simpleParameter(part.name + more);
    parts[i + 1] = { kind: "text", text: next.text.slice(more.length) };
  }
  const first = parts[0];
  const tilde = first?.kind === "text" ? /^~([\w.+-]*)(\/|$)/.exec(first.text) : null;
  if (first?.kind !== "text" || !tilde || (tilde[2] === "" && parts.length > 1)) return;
  const user = tilde[1];
  parts.splice(0, 1, { kind: "tilde", user, soft: false }, { kind: "text", text: first.text.slice(user.length + 1) });
}

function expand(atoms: Atom[], depth: number): Atom[][] {
  if (depth > 200) return [atoms];
  for (let open = atoms.indexOf("{"); open >= 0; open = atoms.indexOf("{", open + 1)) {
    const found = choices(atoms, open);
    if (!found) continue;
    const { alternatives, end } = found;
    if (end + 1 < atoms.length && alternatives.some(([first]) => first === BACKQUOTE))
      throw new ShellFault('bad substitution: no closing "`" in `');
    const before = atoms.slice(0, open);
    const rests = expand(atoms.slice(end + 1), depth + 1);
    const results: Atom[][] = [];
    for (const alternative of alternatives) {
      for (const middle of expand(alternative, depth + 1)) {
        for (const rest of rests) {
          results.push([...before, ...middle, ...rest]);
          if (results.length > WORDS_MAX) return [atoms];
        }
      }
    }
    return results;
  }
  return [atoms];
}

/** What stands between `{` at `open` and its `}`: a list or a sequence. */
function choices(atoms: Atom[], open: number): { alternatives: Atom[][]; end: number } | null {
  let depth = 0;
  let start = open + 1;
  const alternatives: Atom[][] = [];
  for (let at = open + 1; at < atoms.length; at++) {
    const atom = atoms[at];
    if (atom === "{") depth++;
    else if (atom === "}" && depth-- === 0) {
      if (alternatives.length > 0) {
        alternatives.push(atoms.slice(start, at));
        return { alternatives, end: at };
      }
      const inner = atoms.slice(open + 1, at);
      if (inner.every((each) => typeof each === "string")) {
        const sequence = range(inner.join(""));
        if (sequence) return { alternatives: sequence, end: at };
      }
      return null;
    } else if (atom === "," && depth === 0) {
      alternatives.push(atoms.slice(start, at));
      start = at + 1;
    }
  }
  return null;
}

function range(text: string): Atom[][] | null {
  const numbers = /^(-?[0-9]+)\.\.(-?[0-9]+)(?:\.\.(-?[0-9]+))?$/.exec(text);
  const letters = numbers ? null : /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?[0-9]+))?$/.exec(text);
  const match = numbers ?? letters;
  if (!match) return null;
  const first = numbers ? Number(match[1]) : match[1].charCodeAt(0);
  const last = numbers ? Number(match[2]) : match[2].charCodeAt(0);
  const step = Math.max(1, Math.abs(Number(match[3] ?? 1)));
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || Math.abs(last - first) / step > WORDS_MAX)
    return null;
  const padded = numbers && (/^-?0[0-9]/.test(match[1]) || /^-?0[0-9]/.test(match[2]));
  const width = padded ? Math.max(match[1].length, match[2].length) : 0;
  const results: Atom[][] = [];
  for (let value = first; first <= last ? value <= last : value >= last; value += first <= last ? step : -step) {
    if (!numbers) {
      const character = String.fromCharCode(value);
      // Between Z and a lie characters that are special again.
      const text = character === "\\" ? "" : character;
      results.push([/\w/.test(character) ? character : text === "`" ? BACKQUOTE : { kind: "quoted", text }]);
    } else {
      const digits = String(Math.abs(value)).padStart(width - (value < 0 ? 1 : 0), "0");
      results.push([(value < 0 ? "-" : "") + digits]);
    }
  }
  return results;
}
