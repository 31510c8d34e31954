// Backslash escapes of `$'…'`, shared with `echo -e` and `printf %b` in their dialects. Bytes that are not text become
// decode's lone surrogates; consecutive bytes that form UTF-8 become the character.

import { decode } from "@vibengine/system";

/** The text of a `$'…'` string's inside. A NUL ends it. */
export function unescapeAnsi(source: string): string {
  const text = unescape(source, "ansi").text;
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

/**
 * Resolves escapes. ansi: `$'…'`; echo: `\0nnn` octal; printf: a format's (`\nnn`); b: `%b` (both octals), whose quotes
 * keep their backslash; tool: /usr/bin/printf's `%b`.
 * `stopped` is true if `\c` ended the output (not for ansi, where `\cx` is a control character).
 */
export function unescape(
  source: string,
  dialect: "ansi" | "echo" | "printf" | "b" | "tool",
): { text: string; stopped: boolean } {
  if (!source.includes("\\")) return { text: source, stopped: false };
  let text = "";
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length > 0) text += decode(Uint8Array.from(bytes));
    bytes = [];
  };
  const put = (part: string) => {
    flush();
    text += part;
  };
  const byte = (value: number) => {
    if (value < 0x80) put(String.fromCharCode(value));
    else bytes.push(value & 0xff);
  };
  for (let at = 0; at < source.length; at++) {
    if (source[at] !== "\\" || at + 1 === source.length) {
      put(source[at]);
      continue;
    }
    const character = source[++at];
    const simple = SIMPLE[character];
    if (simple !== undefined) put(simple);
    else if (character === "x") {
      const digits = /^[0-9A-Fa-f]{1,2}/.exec(source.slice(at + 1, at + 3))?.[0];
      if (digits === undefined) put("\\x");
      else {
        byte(Number.parseInt(digits, 16));
        at += digits.length;
      }
    } else if (character === "u" || character === "U") {
      const most = character === "u" ? 4 : 8;
      const digits = new RegExp(`^[0-9A-Fa-f]{1,${most}}`).exec(source.slice(at + 1, at + 1 + most))?.[0];
      const code = digits === undefined ? -1 : Number.parseInt(digits, 16);
      if (digits === undefined) put(`\\${character}`);
      else {
        put(code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd");
        at += digits.length;
      }
    } else if (character >= "0" && character <= "7") {
      const withZero = character === "0" && dialect !== "ansi" && dialect !== "printf";
      if (dialect === "echo" && character !== "0") {
        put(`\\${character}`);
        continue;
      }
      const digits = (withZero ? /^0[0-7]{0,3}/ : /^[0-7]{1,3}/).exec(source.slice(at, at + 4))![0];
      byte(Number.parseInt(digits, 8) & 0xff);
      at += digits.length - 1;
    } else if (character === "c" && dialect === "ansi") {
      const next = source[++at];
      if (next === "\\" && source[at + 1] === "\\") at++;
      if (next !== undefined) byte(next === "?" ? 127 : next.charCodeAt(0) & 0x1f);
    } else if (character === "c" && dialect !== "printf") {
      flush();
      return { text, stopped: true };
    } else if (
      (character === "'" || character === '"' || character === "?") &&
      dialect !== "echo" &&
      dialect !== "b" &&
      (dialect !== "tool" || character !== "?")
    )
      put(character);
    else put(`\\${character}`);
  }
  flush();
  return { text, stopped: false };
}

const SIMPLE: Record<string, string> = {
  a: "\x07",
  b: "\b",
  e: "\x1b",
  E: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};
