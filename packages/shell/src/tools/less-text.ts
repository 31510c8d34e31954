// The text that less shows: read as far as it is looked at, and its lines as a terminal takes them.

import { decode } from "@vibengine/system";
import { cells } from "../interactive/view.ts";
import type { Reader } from "../stdio.ts";

/** A text of which only what was asked for has been read. */
export class Text {
  readonly lines: string[] = [];
  readonly #readers: (() => Promise<Reader | null>)[];
  readonly #squeezes: boolean;
  #reader: Reader | null = null;

  constructor(readers: (() => Promise<Reader | null>)[], squeezes: boolean) {
    this.#readers = readers;
    this.#squeezes = squeezes;
  }

  /** Reads until line `count` - 1 is there; false when there are fewer. */
  async has(count: number): Promise<boolean> {
    while (this.lines.length < count) {
      if (this.#reader === null) {
        const next = this.#readers.shift();
        if (next === undefined) return false;
        this.#reader = await next();
        if (this.#reader === null) continue;
      }
      const block = await this.#reader.lines();
      if (!block) {
        this.#reader = null;
        continue;
      }
      for (const line of decode(block.slice()).replace(/\n$/, "").split("\n")) {
        if (this.#squeezes && line === "" && this.lines.at(-1) === "") continue;
        this.lines.push(line);
      }
    }
    return true;
  }
}

/** Control characters as ^X, backspaced bold and underline taken away. */
export function plain(line: string): string {
  return line
    .replace(/.\x08/gu, "")
    .replace(/\x1b\[[\d;]*m/g, "")
    .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, (character) => `^${String.fromCharCode(character.charCodeAt(0) ^ 0x40)}`);
}

/** Cuts a line into rows of `width` cells; escape sequences take none, tabs go to the next multiple of 8. */
export function split(line: string, width: number): string[] {
  const rows: string[] = [];
  let row = "";
  let column = 0;
  for (const piece of line.match(/\x1b\[[\d;]*m|[^]/gu) ?? []) {
    if (piece.length > 1 && piece[0] === "\x1b") {
      row += piece;
      continue;
    }
    const text = piece === "\t" ? " ".repeat(8 - (column % 8)) : piece;
    const size = piece === "\t" ? text.length : cells(piece.codePointAt(0)!);
    if (column + size > width) {
      rows.push(row);
      row = "";
      column = 0;
    }
    row += text;
    column += size;
  }
  rows.push(row);
  return rows;
}
