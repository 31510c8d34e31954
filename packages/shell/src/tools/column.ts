// column: a list in columns, or lines as a table.

import { decode } from "@vibengine/system";
import { define, eachInput } from "./define.ts";
import { widthOf } from "./width.ts";

export const column = define(
  {
    name: "column",
    usage: "[OPTION]... [FILE]...",
    help: `Columnate lists.

  -t, --table              create a table
  -c, --output-width=WIDTH  width of output in number of characters
  -s, --separator=STRING   possible table delimiters
  -o, --output-separator=STRING  columns separator for table output (default is two spaces)
  -x, --fillrows           fill rows before columns
  -N, --table-columns=NAMES  comma separated columns names
  -R, --table-right=COLUMNS  right align text in these columns
  -l, --table-columns-limit=NUM  maximal number of input columns
  -H, --table-hide=COLUMNS  don't print the columns
  -L, --keep-empty-lines   don't ignore empty lines
  -n, --table-name=NAME    (ignored)`,
  },
  async (invocation) => {
    const { options, operands, stdout, env } = invocation;
    let text = "";
    await eachInput(
      invocation,
      operands,
      async (reader) => {
        text += decode(await reader.readAll());
      },
      { open: (name) => name },
    );
    const keepEmpty = options.has("L");
    const lines = text
      .replace(/\n$/, "")
      .split("\n")
      .filter((line) => keepEmpty || line.trim() !== "");
    if (text === "") return;
    if (options.has("t")) {
      const separator = options.value("s");
      const limit = Number(options.value("l") ?? Number.POSITIVE_INFINITY);
      const rows = lines.map((line) => {
        let cells: string[];
        if (separator === undefined) cells = line.trim() === "" ? [] : line.trim().split(/[ \t]+/);
        else {
          cells = [""];
          for (const character of line) {
            if (separator.includes(character)) cells.push("");
            else cells[cells.length - 1] += character;
          }
        }
        if (cells.length > limit) {
          const glue = separator?.[0] ?? " ";
          cells = [...cells.slice(0, limit - 1), cells.slice(limit - 1).join(glue)];
        }
        return cells;
      });
      const names = options.value("N")?.split(",") ?? [];
      if (names.length > 0) rows.unshift(names);
      await stdout.write(
        table(
          rows,
          options.value("o") ?? "  ",
          choose(options.value("R"), names, rows),
          choose(options.value("H"), names, rows),
        ),
      );
      return;
    }
    const width = Number(options.value("c") ?? env.get("COLUMNS") ?? 80);
    await stdout.write(inColumns(lines, width, options.has("x")));
  },
);

/** Numbers of columns that are named, by number or name. */
function choose(text: string | undefined, names: string[], rows: string[][]): Set<number> {
  const last = rows.reduce((most, row) => Math.max(most, row.length), 0) - 1;
  const one = (name: string) => (name === "-1" ? last : /^\d+$/.test(name) ? Number(name) - 1 : names.indexOf(name));
  if (text === "0") return new Set(Array.from({ length: last + 1 }, (_, i) => i));
  return new Set((text ?? "").split(",").filter(Boolean).map(one));
}

function table(rows: string[][], separator: string, right: Set<number>, hidden: Set<number>): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
  }
  let out = "";
  for (const row of rows) {
    const cells = widths.map((width, i) => {
      const cell = row[i] ?? "";
      const missing = " ".repeat(width - widthOf(cell));
      return right.has(i) ? missing + cell : cell + missing;
    });
    const shown = cells.filter((_, i) => !hidden.has(i));
    const line = shown.join(separator);
    out += `${right.has(widths.length - 1) ? line : line.slice(0, line.length - trailing(row, widths, hidden))}\n`;
  }
  return out;
}

/** The last column is not padded. */
function trailing(row: string[], widths: number[], hidden: Set<number>): number {
  let last = widths.length - 1;
  while (last >= 0 && hidden.has(last)) last--;
  return last < 0 ? 0 : widths[last] - widthOf(row[last] ?? "");
}

function inColumns(lines: string[], width: number, byRows: boolean): string {
  // Columns are multiples of a tab apart.
  const widest = lines.reduce((most, line) => Math.max(most, widthOf(line)), 0);
  const size = (Math.floor(widest / 8) + 1) * 8;
  const columns = Math.max(1, Math.floor(width / size));
  if (widest >= width) return lines.map((line) => `${line}\n`).join("");
  const rows = Math.ceil(lines.length / columns);
  let out = "";
  for (let row = 0; row < rows; row++) {
    let line = "";
    let at = 0;
    for (let column = 0; column < columns; column++) {
      const index = byRows ? row * columns + column : column * rows + row;
      if (index >= lines.length) break;
      for (; at < column * size; at = (Math.floor(at / 8) + 1) * 8) line += "\t";
      line += lines[index];
      at += widthOf(lines[index]);
    }
    out += `${line}\n`;
  }
  return out;
}
