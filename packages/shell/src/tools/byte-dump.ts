// What od and hexdump share: control characters by their names in ASCII or as C escapes them, and a star for what repeats.

import { bytesToBinary, type Writer } from "../stdio.ts";

/** ASCII's control characters, from 0 to 31. */
export const CONTROL_NAMES =
  "nul soh stx etx eot enq ack bel bs ht lf vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us".split(
    " ",
  );

const ESCAPES: Record<number, string> = {
  0: "\\0",
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
};

/** A byte as C shows it: printable as it is, with a backslash and a letter, or as three octal digits. */
export const escapedByte = (byte: number): string =>
  ESCAPES[byte] ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, "0"));

/**
 * For lines of `size` bytes: tells whether one is the same as the line before, which is then not to be shown. The first such line
 * writes a `*` in the place of all of them.
 */
export function squeezer(stdout: Writer, size: number, isVerbose: boolean): (bytes: Uint8Array) => Promise<boolean> {
  let before: string | null = null;
  let isStarred = false;
  return async (bytes) => {
    const line = bytesToBinary(bytes);
    const isSame = line === before && bytes.length === size && !isVerbose;
    if (isSame && !isStarred) await stdout.write("*\n");
    isStarred = isSame;
    before = line;
    return isSame;
  };
}
