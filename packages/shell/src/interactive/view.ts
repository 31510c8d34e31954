// Draws a line being edited: given prompt, text and cursor, the terminal output that replaces what stood there before.
// Pure: strings in, strings out. The same cell widths as xterm.js (its Unicode 6 table), or the cursor would drift. What
// stands between \x01 and \x02 in a prompt takes no cell.

/** A place, counted from where the prompt starts: that is not the left edge when output before it did not end its line. */
export interface Cell {
  row: number;
  column: number;
}

export interface LineView {
  /** What to write to the terminal. */
  output: string;
  /** Where that leaves the cursor: the next drawing goes back from there. */
  at: Cell;
}

export const START: Cell = { row: 0, column: 0 };

/**
 * @param from where the cursor stands now
 * @param cols the terminal's width in cells
 */
export function drawLine(prompt: string, text: string, cursor: number, cols: number, from: Cell): LineView {
  const start = place(START, prompt.replace(UNSEEN, ""), cols);
  const target = place(start, text.slice(0, cursor), cols);
  const end = place(target, text.slice(cursor), cols);

  let output = `${back(from, START)}\x1b[J${prompt.replace(MARKS, "")}${shown(text)}`;
  // A full last row leaves the terminal's cursor on its last cell, waiting; go on to the next row as `place` does.
  if (end.column === 0 && end.row > 0 && !text.endsWith("\n")) output += "\r\n";
  return { output: output + back(end, target), at: target };
}

/** In the first row by as many cells as there are between, as the edge may be further away. */
function back(from: Cell, to: Cell): string {
  const cells = from.column - to.column;
  if (from.row === 0) return cells > 0 ? `\x1b[${cells}D` : "";
  return `${up(from.row - to.row)}\r${to.column > 0 ? `\x1b[${to.column}C` : ""}`;
}

/** What takes no cell: what says so, colours and the like, and titles. */
const UNSEEN = /\x01[^\x02]*\x02|\x1b\[[\d;?]*[A-Za-z]|\x1b\][^\x07]*\x07/g;
const MARKS = /[\x01\x02]/g;
const TAB = "    ";

/** Where the cursor stands after `text` is written from `from` on. */
function place(from: Cell, text: string, cols: number): Cell {
  let { row, column } = from;
  for (const character of visible(text)) {
    const width = character === "\n" ? 0 : cells(character.codePointAt(0) as number);
    if (character === "\n" || column + width > cols) {
      row++;
      column = 0;
    }
    column += width;
    if (column === cols) {
      row++;
      column = 0;
    }
  }
  return { row, column };
}

function shown(text: string): string {
  return visible(text).replaceAll("\n", "\r\n");
}

/** Tabs as spaces, other control characters as ^X. */
function visible(text: string): string {
  const caret = (character: string) => `^${String.fromCharCode(character.charCodeAt(0) ^ 0x40)}`;
  return text.replaceAll("\t", TAB).replace(/[\x00-\x09\x0b-\x1f\x7f]/g, caret);
}

function up(rows: number): string {
  return rows > 0 ? `\x1b[${rows}A` : "";
}

/** Cells of one character: 0 for combining marks, 2 for East Asian wide, else 1. */
export function cells(code: number): number {
  if (code < 0x300) return 1;
  if (
    code <= 0x36f ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x20d0 && code <= 0x20ef) ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    (code >= 0xfe20 && code <= 0xfe2f)
  ) {
    return 0;
  }
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf && code !== 0x303f) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x20000 && code <= 0x3fffd);
  return wide ? 2 : 1;
}
