// Draws a line being edited: given prompt, text and cursor, the terminal output that replaces what stood there before.
// Pure: strings in, strings out. The same cell widths as xterm.js (its Unicode 6 table), or the cursor would drift.

export interface LineView {
  /** What to write to the terminal. */
  output: string;
  /** The row of the cursor, counted from the prompt's first row: what the next drawing has to go up. */
  cursorRow: number;
}

/**
 * @param fromRow the row, below the prompt's first, on which the cursor stands now
 * @param cols the terminal's width in cells
 */
export function drawLine(prompt: string, text: string, cursor: number, cols: number, fromRow: number): LineView {
  const start = place({ row: 0, column: 0 }, prompt.replace(SGR, ""), cols);
  const target = place(start, text.slice(0, cursor), cols);
  const end = place(target, text.slice(cursor), cols);

  let output = `${up(fromRow)}\r\x1b[J${prompt}${shown(text)}`;
  // A full last row leaves the terminal's cursor on its last cell, waiting; go on to the next row as `place` does.
  if (end.column === 0 && end.row > 0 && !text.endsWith("\n")) output += "\r\n";
  output += `${up(end.row - target.row)}\r${target.column > 0 ? `\x1b[${target.column}C` : ""}`;
  return { output, cursorRow: target.row };
}

interface Cell {
  row: number;
  column: number;
}

/** Colours: they take no cell. */
const SGR = /\x1b\[[\d;]*m/g;
const TAB = "    ";

/** Where the cursor stands after `text` is written from `from` on. */
function place(from: Cell, text: string, cols: number): Cell {
  let { row, column } = from;
  for (const character of text.replaceAll("\t", TAB)) {
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
  return text.replaceAll("\t", TAB).replaceAll("\n", "\r\n");
}

function up(rows: number): string {
  return rows > 0 ? `\x1b[${rows}A` : "";
}

/** Cells of one character: 0 for combining marks, 2 for East Asian wide, else 1. */
function cells(code: number): number {
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
