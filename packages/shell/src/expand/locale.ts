// What a character is: in the C locale a byte, else a character of UTF-8. Layer: expansion; reads the shell's variables' locale.

import { decode, encode } from "@vibengine/system";
import type { Shell } from "../execute/shell.ts";

/** Text as the locale's characters: in C each byte that is not ASCII is one, as decode has bytes that are no text. */
export function toLocale(shell: Shell, text: string): string {
  if (!shell.countsBytes || !/[^\0-\x7f]/.test(text)) return text;
  return Array.from(encode(text), (byte) => String.fromCharCode(byte < 128 ? byte : 0xdc00 + byte)).join("");
}

/** What toLocale's text stands for. */
export function fromLocale(shell: Shell, text: string): string {
  return shell.countsBytes ? decode(encode(text)) : text;
}
