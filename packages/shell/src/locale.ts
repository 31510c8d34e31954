// Which characters a program counts in: code points of UTF-8, or in the C locale bytes. For the shell and for its tools.

import { decode, encode } from "@vibengine/system";

/** True where LC_ALL, LC_CTYPE and LANG, the first that is set of them, name no locale of UTF-8. */
export function isBytewise(get: (name: string) => string | undefined): boolean {
  return !/utf-?8/i.test(get("LC_ALL") || get("LC_CTYPE") || get("LANG") || "");
}

/** One byte as text: beyond ASCII the lone surrogate that stands for it (see `encode`). */
export const textOfByte = (byte: number): string => String.fromCharCode(byte < 128 ? byte : 0xdc00 + byte);

/** `text` with each byte beyond ASCII as the lone surrogate that stands for it (see `encode`): a text of the same bytes. */
export function byteText(text: string): string {
  return Array.from(encode(text), textOfByte).join("");
}

/** Puts together what was taken apart. */
export function whole(text: string): string {
  return /[\udc80-\udcff]/.test(text) ? decode(encode(text)) : text;
}
