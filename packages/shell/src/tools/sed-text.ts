// Text as sed sees it: escapes and replacements of scripts, and what s, y and l make of the pattern space. Pure; texts are binary strings.

import type { Regex } from "./regex.ts";
import type { Substitution } from "./sed-script.ts";

/** \t, \f, \v, \a, \dNNN, \oNNN, \xHH as the characters they stand for; one that would be special in a regex stays escaped. */
export function unescapeControls(text: string, isRegex: boolean): string {
  return text.replace(
    /\\(?:([afrtv])|d(\d{3})|o([0-7]{3})|x([0-9a-fA-F]{1,2})|c([^])|([^]))/g,
    (whole, letter, decimal, octal, hex, control) => {
      if (letter) return { a: "\x07", f: "\f", r: "\r", t: "\t", v: "\v" }[letter as "a"]!;
      if (control) return String.fromCharCode(control.toUpperCase().charCodeAt(0) ^ 64);
      const code = decimal ? Number(decimal) : octal ? Number.parseInt(octal, 8) : hex ? Number.parseInt(hex, 16) : -1;
      if (code < 0) return whole;
      const character = String.fromCharCode(code & 255);
      return isRegex && /[*.^$[\]\\]/.test(character) ? `\\${character}` : character;
    },
  );
}

export function parseReplacement(text: string): Substitution["replacement"] {
  const parts: Substitution["replacement"] = [];
  let plain = "";
  const push = (part: Substitution["replacement"][number]) => {
    if (plain) parts.push(plain);
    plain = "";
    parts.push(part);
  };
  const source = unescapeControls(text, false);
  for (let i = 0; i < source.length; i++) {
    const character = source[i];
    if (character === "&") push({ group: 0 });
    else if (character !== "\\") plain += character;
    else {
      const next = source[++i];
      if (next >= "0" && next <= "9") push({ group: Number(next) });
      else if (next !== undefined && "ULulE".includes(next)) push({ change: next as "U" });
      else plain += next === "n" ? "\n" : (next ?? "\\");
    }
  }
  if (plain) parts.push(plain);
  return parts;
}

/** The pattern space after s, or null when nothing matched. */
export function substitute(subject: string, regex: Regex, command: Substitution): string | null {
  const { replacement, nth, global } = command;
  const plain =
    replacement.length === 0
      ? ""
      : replacement.length === 1 && typeof replacement[0] === "string"
        ? replacement[0]
        : null;
  let out = "";
  let at = 0;
  let count = 0;
  let changed = false;
  let before = -1;
  const { spans } = regex;
  for (let from = 0; from <= subject.length && regex.find(subject, from); ) {
    const [start, end] = spans;
    from = end > start ? end : end + 1;
    // An empty match right behind the last match does not count.
    if (start === end && start === before) continue;
    before = end;
    if (++count < nth) continue;
    out += subject.slice(at, start) + (plain ?? expand(replacement, subject, regex.capture(subject)));
    at = end;
    changed = true;
    if (!global) break;
  }
  return changed ? out + subject.slice(at) : null;
}

function expand(replacement: Substitution["replacement"], subject: string, spans: number[]): string {
  let out = "";
  let mode: "U" | "L" | "E" = "E";
  let next: "u" | "l" | null = null;
  for (const part of replacement) {
    if (typeof part === "object" && "change" in part) {
      if (part.change === "u" || part.change === "l") next = part.change;
      else {
        mode = part.change;
        next = null;
      }
      continue;
    }
    let text = part as string;
    if (typeof part === "object") {
      const start = spans[2 * part.group];
      text = start >= 0 ? subject.slice(start, spans[2 * part.group + 1]) : "";
    }
    if (mode !== "E") text = changeCase(text, mode);
    if (next !== null && text !== "") {
      text = changeCase(text[0], next === "u" ? "U" : "L") + text.slice(1);
      next = null;
    }
    out += text;
  }
  return out;
}

/** ASCII only: the text is bytes. */
function changeCase(text: string, to: "U" | "L"): string {
  return to === "U"
    ? text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())
    : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

export function transliterate(text: string, table: Record<string, string>): string {
  const characters = /[\x80-\xff]/.test(text) ? (text.match(/[\xc2-\xf4][\x80-\xbf]+|[^]/g) ?? []) : text.split("");
  return characters.map((character) => table[character] ?? character).join("");
}

/** What `l` prints: escapes for what can't be seen, folded lines, $ at the end. */
export function visible(text: string, width: number): string {
  const named: Record<string, string> = {
    "\\": "\\\\",
    "\x07": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
  };
  let out = "";
  let column = 0;
  for (const character of text) {
    const shown =
      named[character] ??
      (character < " " || character > "~" ? `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}` : character);
    if (width > 1 && column + shown.length > width - 1) {
      out += "\\\n";
      column = 0;
    }
    out += shown;
    column += shown.length;
  }
  return `${out}$\n`;
}
