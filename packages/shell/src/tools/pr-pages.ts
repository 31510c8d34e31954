// Pages as pr lays them out: header, lines in columns, trailer. One page is in memory at a time.

import { textToBinary } from "../stdio.ts";
import { Failure, type Invocation } from "./define.ts";

interface Tab {
  char: string;
  width: number;
}

export interface Layout {
  columns: number;
  merge: boolean;
  across: boolean;
  /** More than one column, be it of several files. */
  several: boolean;
  double: boolean;
  feed: boolean;
  /** Lines between header and trailer. */
  body: number;
  /** No header and trailer. */
  bare: boolean;
  /** No pages either. */
  endless: boolean;
  width: number;
  cut: boolean;
  joined: boolean;
  separator: string;
  /** The separator was asked for. */
  given: boolean;
  margin: number;
  numbering: Tab | null;
  first: number;
  counted: boolean;
  expand: Tab | null;
  squeeze: Tab | null;
  visible: boolean;
  from: number;
  to: number;
}

interface Cell {
  text: string;
  number: number;
}

interface Source {
  lines: AsyncGenerator<string>;
  ended: boolean;
  /** A form feed stopped this page's column. */
  stopped: boolean;
}

export class Pages {
  #invocation: Invocation;
  #layout: Layout;
  #header: { date: string; title: string };
  #sources: Source[];
  #held: (string | undefined)[];
  #number: number;

  constructor(
    invocation: Invocation,
    layout: Layout,
    header: { date: string; title: string },
    lines: AsyncGenerator<string>[],
  ) {
    const room = layout.width - (layout.columns - 1) * layout.separator.length;
    if (layout.cut && room < layout.columns) throw new Failure("page width too narrow");
    this.#invocation = invocation;
    this.#layout = layout;
    this.#header = header;
    this.#sources = lines.map((one) => ({ lines: one, ended: false, stopped: false }));
    this.#held = lines.map(() => undefined);
    this.#number = layout.first;
  }

  async print(): Promise<void> {
    const { from, to, counted, first } = this.#layout;
    for (let page = 1; page <= to; page++) {
      if (page === from && counted) this.#number = first;
      const rows = await this.#page();
      if (rows === null) {
        if (page <= from && page > 1)
          this.#invocation.warn(`starting page number ${from} exceeds page count ${page - 1}`, 0);
        return;
      }
      if (page < from) continue;
      await this.#write(rows, page);
      await this.#invocation.yield();
    }
  }

  async #next(i: number): Promise<string | null> {
    const source = this.#sources[i];
    const held = this.#held[i];
    if (held !== undefined) {
      this.#held[i] = undefined;
      return held;
    }
    if (source.ended) return null;
    const next = await source.lines.next();
    if (next.done) source.ended = true;
    return next.done ? null : next.value;
  }

  /** The cells of the next page by rows; null when nothing is left. */
  async #page(): Promise<(Cell | null)[][] | null> {
    const layout = this.#layout;
    const height = Math.max(1, layout.double ? Math.floor(layout.body / 2) : layout.body);
    for (const source of this.#sources) source.stopped = false;
    if (layout.merge) return this.#merged(height);
    const cells: Cell[] = [];
    for (const room = height * layout.columns; cells.length < room; ) {
      const line = await this.#next(0);
      if (line === null) break;
      if (line === "\f") {
        if (layout.endless) continue;
        this.#sources[0].stopped = true;
        break;
      }
      cells.push({ text: line, number: this.#number++ });
    }
    if (cells.length === 0 && !this.#sources[0].stopped) return null;
    if (layout.columns === 1) return cells.map((cell) => [cell]);
    const rows: (Cell | null)[][] = [];
    if (layout.across) {
      for (let at = 0; at < cells.length; at += layout.columns) rows.push(cells.slice(at, at + layout.columns));
      return rows;
    }
    // Columns of the last page are made as even as they get, the first ones longer.
    const full = cells.length === height * layout.columns;
    const base = full ? height : Math.floor(cells.length / layout.columns);
    const more = full ? 0 : cells.length % layout.columns;
    for (let row = 0; row < base + (more > 0 ? 1 : 0); row++) {
      const line: (Cell | null)[] = [];
      for (let column = 0; column < layout.columns; column++) {
        const start = column * base + Math.min(column, more);
        const size = base + (column < more ? 1 : 0);
        if (row < size) line.push(cells[start + row]);
      }
      rows.push(line);
    }
    return rows;
  }

  async #merged(height: number): Promise<(Cell | null)[][] | null> {
    const rows: (Cell | null)[][] = [];
    while (rows.length < height) {
      const row: (Cell | null)[] = [];
      for (const [i, source] of this.#sources.entries()) {
        const line = source.stopped ? null : await this.#next(i);
        if (line === "\f" && !this.#layout.endless) source.stopped = true;
        row.push(line === "\f" || line === null ? null : { text: line, number: 0 });
      }
      if (row.every((cell) => cell === null)) break;
      rows.push(row);
    }
    return rows.length > 0 || this.#sources.some(({ stopped }) => stopped) ? rows : null;
  }

  async #write(rows: (Cell | null)[][], page: number): Promise<void> {
    const layout = this.#layout;
    const margin = " ".repeat(layout.margin);
    // Columns are always set with tabs where they fit.
    const squeeze = layout.squeeze ?? (layout.several ? { char: "\t", width: 8 } : null);
    let out = "";
    if (!layout.bare) {
      const { date, title } = this.#header;
      const text = `Page ${page}`;
      const room = Math.max(0, layout.width - date.length - title.length - text.length);
      const left = Math.floor(room / 2);
      const blank = (count: number) => " ".repeat(Math.max(1, count));
      const line = textToBinary(`${date}${blank(left)}${title}${blank(room - left)}${text}`);
      out += `${margin}\n\n${margin}${line}\n\n\n`;
    }
    let lines = 0;
    for (const row of rows) {
      const line = this.#row(row, this.#number);
      if (layout.merge) this.#number++;
      const whole = margin + line;
      out += `${squeeze ? tabbed(whole, squeeze) : whole}\n`;
      lines++;
      if (layout.double && lines < layout.body) {
        out += "\n";
        lines++;
      }
    }
    if (!layout.bare) {
      if (layout.feed) out += "\f";
      else out += "\n".repeat(Math.max(0, layout.body - lines) + 5);
    } else if (this.#sources.some(({ stopped }) => stopped)) out += "\f";
    await this.#invocation.stdout.writeBinary(out);
  }

  /** A line of the page, with blanks for all gaps; `number` is what -m counts. */
  #row(row: (Cell | null)[], number: number): string {
    const layout = this.#layout;
    const { numbering, separator } = layout;
    const own = layout.merge ? 0 : numberWidth(numbering);
    const shared = layout.merge ? numberWidth(numbering) : 0;
    const width = Math.max(
      1,
      Math.floor((layout.width - shared - (layout.columns - 1) * separator.length) / layout.columns),
    );
    let out = layout.merge && numbering ? this.#numbered(numbering, number) : "";
    for (const [i, cell] of row.entries()) {
      if (i > 0) {
        const start = shared + i * (width + separator.length) - separator.length;
        out += (layout.cut ? " ".repeat(Math.max(0, start - out.length)) : "") + separator;
      }
      if (cell === null) continue;
      if (numbering && !layout.merge) out += this.#numbered(numbering, cell.number);
      const line = this.#text(cell.text);
      out += layout.cut ? line.slice(0, Math.max(0, width - own)) : line;
    }
    return out;
  }

  #numbered({ char, width }: Tab, number: number): string {
    const digits = String(number);
    const shown = digits.length > width ? digits.slice(-width) : digits.padStart(width);
    // Behind the number a tab stands as the blanks it is worth where columns follow.
    if (char !== "\t" || !this.#layout.several) return shown + char;
    return shown + " ".repeat(8 - (width % 8));
  }

  #text(line: string): string {
    const { expand, several, visible } = this.#layout;
    let text = line;
    if (expand || several) text = untabbed(text, expand ?? { char: "\t", width: 8 });
    if (visible)
      text = text.replace(
        /[\0-\x08\x0b-\x1f\x7f-\xff]/g,
        (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, "0")}`,
      );
    return text;
  }
}

const numberWidth = (numbering: Tab | null): number =>
  numbering ? numbering.width + (numbering.char === "\t" ? 8 - (numbering.width % 8) : 1) : 0;

function untabbed(line: string, { char, width }: Tab): string {
  if (!line.includes(char)) return line;
  let out = "";
  for (const one of line) out += one === char ? " ".repeat(width - (out.length % width)) : one;
  return out;
}

/** Runs of blanks as tabs, where one is worth more than a blank. */
function tabbed(line: string, { char, width }: Tab): string {
  let out = "";
  let column = 0;
  for (const [part] of line.matchAll(/ +|[^ ]/g)) {
    if (part[0] !== " ") {
      out += part;
      // A separator that is a tab counts as one column, as in GNU's.
      column++;
      continue;
    }
    const end = column + part.length;
    for (let stop = column + width - (column % width); stop <= end && end - column > 1; stop += width) {
      out += char;
      column = stop;
    }
    out += " ".repeat(end - column);
    column = end;
  }
  return out;
}
