// How ls arranges what it found: long lines, columns, one per line, commas; colours and type marks.

import { S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, type Stat } from "@vibengine/system";
import type { Accounts } from "./accounts.ts";
import { type BlockSize, scaled } from "./block-size.ts";
import { type Colors, colorOf, isColored, looksBehindLinks } from "./ls-colors.ts";
import { modeString } from "./mode.ts";
import { quote, quoteIfNeeded, quotePlain } from "./quote.ts";
import { formatInZone, type Zone } from "./zone.ts";

export interface Entry {
  name: string;
  stat: Stat | null;
  /** What a link points to, and what is there. */
  target?: string;
  targetStat?: Stat | null;
}

export const QUOTINGS = [
  "literal",
  "shell",
  "shell-always",
  "shell-escape",
  "shell-escape-always",
  "c",
  "c-maybe",
  "escape",
  "locale",
  "clocale",
] as const;
export type Quoting = (typeof QUOTINGS)[number];

export interface Layout {
  format: "long" | "columns" | "across" | "single" | "commas";
  owner: boolean;
  group: boolean;
  author: boolean;
  numericIds: boolean;
  inodes: boolean;
  blocks: boolean;
  /** How sizes of files are written, and how numbers of blocks. */
  sizes: BlockSize;
  blockSizes: BlockSize;
  time: "mtimeSec" | "atimeSec" | "ctimeSec";
  timeStyle: string;
  marks: "none" | "slash" | "file-type" | "classify";
  colors: Colors | null;
  /** Set once something was coloured. */
  painted?: boolean;
  quoting: Quoting;
  tabSize: number;
  zone: Zone;
  hideControls: boolean;
  width: number;
  end: string;
  now: number;
}

export function formatEntries(entries: Entry[], layout: Layout, accounts: Accounts): string {
  if (entries.length === 0) return "";
  const { end } = layout;
  if (layout.format === "long") return longLines(entries, layout, accounts);
  const cells = entries.map((entry) => prefix(entry, entries, layout) + decorated(entry, layout));
  const widths = entries.map(
    (entry) =>
      prefix(entry, entries, layout).length + displayWidth(shownName(entry.name, layout) + mark(entry.stat, layout)),
  );
  switch (layout.format) {
    case "single":
      return cells.map((cell) => cell + end).join("");
    case "commas":
      return commas(cells, widths, layout);
    default:
      return columns(cells, widths, layout);
  }
}

const displayWidth = (text: string) => [...text].length;

export function blockCount(stat: Stat | null, layout: Layout): string {
  const bytes = (stat?.blocks ?? 0) * 512;
  return scaled(bytes, layout.blockSizes);
}

function prefix(entry: Entry, all: Entry[], layout: Layout): string {
  let text = "";
  if (layout.inodes)
    text += `${String(entry.stat?.ino ?? "?").padStart(widest(all, (one) => String(one.stat?.ino ?? "?"), layout))} `;
  if (layout.blocks)
    text += `${blockCount(entry.stat, layout).padStart(widest(all, (one) => blockCount(one.stat, layout), layout))} `;
  return text;
}

const widest = (all: Entry[], text: (entry: Entry) => string, layout: Layout) =>
  layout.format === "commas" ? 0 : all.reduce((width, one) => Math.max(width, text(one).length), 0);

function longLines(entries: Entry[], layout: Layout, accounts: Accounts): string {
  const user = (stat: Stat) => (layout.numericIds ? String(stat.uid) : accounts.user(stat.uid));
  const group = (stat: Stat) => (layout.numericIds ? String(stat.gid) : accounts.group(stat.gid));
  const size = (stat: Stat) => scaled(stat.size, layout.sizes);
  const rows = entries.map(({ stat }) => {
    if (!stat) return null;
    const ids = [
      ...(layout.owner ? [user(stat)] : []),
      ...(layout.group ? [group(stat)] : []),
      ...(layout.author ? [user(stat)] : []),
    ];
    return {
      links: String(stat.nlink),
      ids,
      size: (stat.mode & S_IFMT) === S_IFCHR ? deviceNumbers(stat) : size(stat),
      date: date(stat, layout),
    };
  });
  const width = (cell: (row: NonNullable<(typeof rows)[0]>) => string) =>
    rows.reduce((most, row) => (row ? Math.max(most, cell(row).length) : most), 0);
  const linksWidth = width((row) => row.links);
  const sizeWidth = width((row) => row.size);
  const dateWidth = width((row) => row.date);
  const idWidths = (rows.find((row) => row)?.ids ?? []).map((_, i) => width((row) => row.ids[i]));
  return entries
    .map((entry, i) => {
      const row = rows[i];
      const lead = prefix(entry, entries, layout);
      const name = decorated(entry, layout) + linkTarget(entry, layout);
      if (!row) return `${lead}?????????? ? ? ? ?            ? ${name}${layout.end}`;
      const ids = row.ids
        .map((id, column) =>
          layout.numericIds ? `${id.padStart(idWidths[column])} ` : `${id.padEnd(idWidths[column])} `,
        )
        .join("");
      return `${lead}${modeString(entry.stat!.mode)} ${row.links.padStart(linksWidth)} ${ids}${row.size.padStart(sizeWidth)} ${row.date.padStart(dateWidth)} ${name}${layout.end}`;
    })
    .join("");
}

/** The null device is 1, 3 everywhere; the System has no device numbers, so the inode's own are not shown. */
const deviceNumbers = (stat: Stat) => String(stat.size);

function date(stat: Stat, layout: Layout): string {
  const seconds = stat[layout.time];
  const nanoseconds = stat[layout.time.replace("Sec", "Nsec") as "mtimeNsec"];
  // "Recent" is the last half of a mean Gregorian year, and nothing from the future.
  const recent = seconds <= layout.now && seconds > layout.now - 31556952 / 2;
  switch (layout.timeStyle) {
    case "full-iso":
      return formatInZone(layout.zone, "%Y-%m-%d %H:%M:%S.%N %z", seconds, nanoseconds);
    case "long-iso":
      return formatInZone(layout.zone, "%Y-%m-%d %H:%M", seconds, nanoseconds);
    case "iso":
      return formatInZone(layout.zone, recent ? "%m-%d %H:%M" : "%Y-%m-%d ", seconds, nanoseconds);
  }
  if (layout.timeStyle.startsWith("+")) {
    const [old, fresh] = layout.timeStyle.slice(1).split("\n");
    return formatInZone(layout.zone, recent ? (fresh ?? old) : old, seconds, nanoseconds);
  }
  return formatInZone(layout.zone, recent ? "%b %e %H:%M" : "%b %e  %Y", seconds, nanoseconds);
}

function shownName(name: string, layout: Layout): string {
  const hidden = layout.hideControls ? name.replace(/[\0-\x1f\x7f\udc80-\udcff]/g, "?") : name;
  switch (layout.quoting) {
    case "shell-escape":
      return quoteIfNeeded(name);
    case "shell-escape-always":
      return quote(name);
    case "shell":
      return quoteIfNeeded(name) === name ? name : quoteRaw(hidden);
    case "shell-always":
      return quoteRaw(hidden);
    case "c":
      return `"${escaped(name).replace(/"/g, '\\"')}"`;
    case "c-maybe":
      return escaped(name).replace(/"/g, '\\"') === name ? name : `"${escaped(name).replace(/"/g, '\\"')}"`;
    case "locale":
    case "clocale":
      return quotePlain(name);
    case "escape":
      return escaped(name).replace(/ /g, "\\ ");
  }
  return hidden;
}

/** In quotes that the shell takes away, with control characters as they are. */
const quoteRaw = (name: string): string =>
  name.includes("'") && !/["$`\\!]/.test(name) ? `"${name}"` : `'${name.replace(/'/g, "'\\''")}'`;

/** What quote() does to control characters, without the quotes. */
const escaped = (name: string) =>
  name
    .replace(/\\/g, "\\\\")
    .replace(/[\0-\x1f\x7f\udc80-\udcff]/g, (character) => quote(character).replace(/^''\$'|''$|'$/g, ""));

function mark(stat: Stat | null, { marks }: Layout): string {
  if (marks === "none" || !stat) return "";
  const kind = stat.mode & S_IFMT;
  if (kind === S_IFDIR) return "/";
  if (marks === "slash") return "";
  if (kind === S_IFLNK) return "@";
  if (kind === S_IFIFO) return "|";
  return marks === "classify" && kind !== S_IFCHR && (stat.mode & 0o111) !== 0 ? "*" : "";
}

function decorated(entry: Entry, layout: Layout): string {
  const behind = entry.target === undefined ? entry.stat : (entry.targetStat ?? null);
  const shown = shownName(entry.name, layout);
  const name = entry.stat ? paint(shown, entry.name, entry.stat, layout, behind) : shown;
  // In the long format the mark of a link is that of what it points to, behind the target.
  return layout.format === "long" && entry.target !== undefined ? name : name + mark(entry.stat, layout);
}

function linkTarget(entry: Entry, layout: Layout): string {
  if (entry.target === undefined) return "";
  const { colors } = layout;
  // What a link leads to is only looked at if a mark or a colour asks for it.
  const looked = colors && (looksBehindLinks(colors) || !/none|slash/.test(layout.marks));
  const missing = colors && !entry.targetStat && isColored(colors, "mi") ? colors.codes.mi : undefined;
  const shown = shownName(entry.target, layout);
  const target = missing
    ? dye(shown, missing, layout)
    : looked
      ? paint(shown, entry.target, entry.targetStat, layout)
      : shown;
  return ` -> ${target}${mark(entry.targetStat ?? null, layout)}`;
}

function paint(text: string, name: string, stat: Stat | null | undefined, layout: Layout, behind = stat): string {
  const { colors } = layout;
  if (!colors) return text;
  return dye(text, stat ? colorOf(name, stat, behind, colors) : (colors.codes.or ?? ""), layout);
}

function dye(text: string, code: string, layout: Layout): string {
  const { lc, rc, rs } = layout.colors!.codes;
  if (code === "") return text;
  // The first coloured name resets whatever was set before.
  const reset = layout.painted ? "" : `${lc}${rs}${rc}`;
  layout.painted = true;
  return `${reset}${lc}${code}${rc}${text}${lc}${rs}${rc}`;
}

function commas(cells: string[], widths: number[], layout: Layout): string {
  let out = "";
  let column = 0;
  cells.forEach((cell, i) => {
    if (i > 0) {
      const fits = column + 2 + widths[i] < layout.width;
      out += fits ? ", " : ",\n";
      column = fits ? column + 2 : 0;
    }
    out += cell;
    column += widths[i];
  });
  return `${out}\n`;
}

/** As many columns as fit, filled downwards (or across with -x), two blanks apart. */
function columns(cells: string[], widths: number[], layout: Layout): string {
  const count = cells.length;
  const across = layout.format === "across";
  let rows = 1;
  let columnWidths: number[] = [];
  for (let tried = Math.min(count, Math.max(1, Math.floor(layout.width / 3))); tried >= 1; tried--) {
    rows = Math.ceil(count / tried);
    columnWidths = [];
    for (let i = 0; i < count; i++) {
      const column = across ? i % tried : Math.floor(i / rows);
      columnWidths[column] = Math.max(columnWidths[column] ?? 0, widths[i]);
    }
    const total = columnWidths.reduce((sum, width) => sum + width + 2, -2);
    // GNU counts the gap behind the last column too, but lets the last cell touch the edge.
    if (total < layout.width || tried === 1) {
      rows = Math.ceil(count / tried);
      break;
    }
  }
  const used = columnWidths.length;
  let out = "";
  for (let row = 0; row < rows; row++) {
    let line = "";
    let position = 0;
    let wanted = 0;
    for (let column = 0; column < used; column++) {
      const i = across ? row * used + column : column * rows + row;
      if (i >= count) break;
      line += padTo(position, wanted, layout.tabSize) + cells[i];
      position = wanted + widths[i];
      wanted += columnWidths[column] + 2;
    }
    out += `${line}\n`;
  }
  return out;
}

/** GNU indents with tabs where it can. */
function padTo(from: number, to: number, tab: number): string {
  let out = "";
  while (from < to) {
    if (tab > 0 && Math.floor(to / tab) > Math.floor((from + 1) / tab)) {
      out += "\t";
      from += tab - (from % tab);
    } else {
      out += " ";
      from++;
    }
  }
  return out;
}
