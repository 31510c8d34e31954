// How differences are shown: normal, unified, context, ed and side by side. Text in, text out; lines are binary strings that keep their newline.

export interface Side {
  lines: string[];
  /** What the header says of the file, behind "--- ". */
  title: string;
}

/** Lines [a, aEnd) of the first became [b, bEnd) of the second. */
export interface Change {
  a: number;
  aEnd: number;
  b: number;
  bEnd: number;
}

export interface Matcher {
  test(line: string): boolean;
}

export interface Layout {
  context: number;
  /** Finds the line that heads a hunk (-p, -F). */
  heading: Matcher | null;
  expandTabs: boolean;
  initialTab: boolean;
  width: number;
  suppressCommon: boolean;
  leftColumn: boolean;
}

const NO_NEWLINE = "\n\\ No newline at end of file\n";
const shown = (line: string) => (line.endsWith("\n") ? line : line + NO_NEWLINE);

function expand(line: string, layout: Layout): string {
  if (!layout.expandTabs) return line;
  let column = 0;
  return line.replace(/\t|[^\t]+/g, (part) => {
    const text = part === "\t" ? " ".repeat(8 - (column % 8)) : part;
    column += text.length;
    return text;
  });
}

const range = (from: number, to: number) => (to - from <= 1 ? `${to}` : `${from + 1},${to}`);

export function* normalDiff(left: Side, right: Side, changes: Change[], layout: Layout): Generator<string> {
  const tab = layout.initialTab ? "\t" : " ";
  for (const { a, aEnd, b, bEnd } of changes) {
    const kind = a === aEnd ? "a" : b === bEnd ? "d" : "c";
    yield `${range(a, aEnd)}${kind}${range(b, bEnd)}\n`;
    for (let i = a; i < aEnd; i++) yield `<${tab}${shown(expand(left.lines[i], layout))}`;
    if (kind === "c") yield "---\n";
    for (let i = b; i < bEnd; i++) yield `>${tab}${shown(expand(right.lines[i], layout))}`;
  }
}

/** Changes that are shown together: no more than twice the context apart. */
function* hunks(changes: Change[], context: number): Generator<Change[]> {
  let hunk: Change[] = [];
  for (const change of changes) {
    if (hunk.length > 0 && change.a - hunk[hunk.length - 1].aEnd > context * 2) {
      yield hunk;
      hunk = [];
    }
    hunk.push(change);
  }
  if (hunk.length > 0) yield hunk;
}

function heading(lines: string[], before: number, { heading: pattern }: Layout): string {
  if (!pattern) return "";
  for (let i = before - 1; i >= 0; i--)
    if (pattern.test(lines[i])) return ` ${lines[i].trimEnd().slice(0, 40).trimEnd()}`;
  return "";
}

export function* unifiedDiff(left: Side, right: Side, changes: Change[], layout: Layout): Generator<string> {
  const count = (from: number, to: number) =>
    to - from === 1 ? `${to}` : to === from ? `${from},0` : `${from + 1},${to - from}`;
  const tab = layout.initialTab ? "\t" : "";
  yield `--- ${left.title}\n+++ ${right.title}\n`;
  for (const hunk of hunks(changes, layout.context)) {
    const [first, last] = [hunk[0], hunk[hunk.length - 1]];
    const lead = Math.min(layout.context, first.a);
    const trail = Math.min(layout.context, left.lines.length - last.aEnd);
    const [from, to] = [first.a - lead, last.aEnd + trail];
    yield `@@ -${count(from, to)} +${count(first.b - lead, last.bEnd + trail)} @@${heading(left.lines, from, layout)}\n`;
    let at = from;
    const same = function* (end: number) {
      for (; at < end; at++) yield `${layout.initialTab ? "\t" : " "}${shown(expand(left.lines[at], layout))}`;
    };
    for (const { a, aEnd, b, bEnd } of hunk) {
      yield* same(a);
      for (; at < aEnd; at++) yield `-${tab}${shown(expand(left.lines[at], layout))}`;
      for (let i = b; i < bEnd; i++) yield `+${tab}${shown(expand(right.lines[i], layout))}`;
    }
    yield* same(to);
  }
}

export function* contextDiff(left: Side, right: Side, changes: Change[], layout: Layout): Generator<string> {
  const span = (from: number, to: number) => (to - from <= 1 ? `${to}` : `${from + 1},${to}`);
  const tab = layout.initialTab ? "\t" : " ";
  yield `*** ${left.title}\n--- ${right.title}\n`;
  for (const hunk of hunks(changes, layout.context)) {
    const [first, last] = [hunk[0], hunk[hunk.length - 1]];
    const lead = Math.min(layout.context, first.a);
    const trail = Math.min(layout.context, left.lines.length - last.aEnd);
    const part = function* (lines: string[], from: number, to: number, sides: [number, number][], mark: string) {
      let at = from;
      for (const [i, [start, end]] of sides.entries()) {
        for (; at < start; at++) yield ` ${tab}${shown(expand(lines[at], layout))}`;
        const { a, aEnd, b, bEnd } = hunk[i];
        const sign = a < aEnd && b < bEnd ? "!" : mark;
        for (; at < end; at++) yield `${sign}${tab}${shown(expand(lines[at], layout))}`;
      }
      for (; at < to; at++) yield ` ${tab}${shown(expand(lines[at], layout))}`;
    };
    yield `***************${heading(left.lines, first.a - lead, layout)}\n`;
    yield `*** ${span(first.a - lead, last.aEnd + trail)} ****\n`;
    const old = hunk.map(({ a, aEnd }): [number, number] => [a, aEnd]);
    if (old.some(([start, end]) => start < end)) yield* part(left.lines, first.a - lead, last.aEnd + trail, old, "-");
    yield `--- ${span(first.b - lead, last.bEnd + trail)} ----\n`;
    const fresh = hunk.map(({ b, bEnd }): [number, number] => [b, bEnd]);
    if (fresh.some(([start, end]) => start < end))
      yield* part(right.lines, first.b - lead, last.bEnd + trail, fresh, "+");
  }
}

export function* edScript(right: Side, changes: Change[]): Generator<string> {
  for (const { a, aEnd, b, bEnd } of [...changes].reverse()) {
    const kind = a === aEnd ? "a" : b === bEnd ? "d" : "c";
    yield `${range(a, aEnd)}${kind}\n`;
    if (kind === "d") continue;
    let open = true;
    for (let i = b; i < bEnd; i++) {
      const line = right.lines[i].endsWith("\n") ? right.lines[i] : `${right.lines[i]}\n`;
      if (!open) yield "a\n";
      open = true;
      if (line === ".\n") {
        yield "..\n.\ns/.//\n";
        open = false;
      } else yield line;
    }
    if (open) yield ".\n";
  }
}

export function* rcsScript(right: Side, changes: Change[]): Generator<string> {
  for (const { a, aEnd, b, bEnd } of changes) {
    if (a < aEnd) yield `d${a + 1} ${aEnd - a}\n`;
    if (b < bEnd) yield `a${aEnd} ${bEnd - b}\n${right.lines.slice(b, bEnd).join("")}`;
  }
}

/** -y: both files in columns; a tab stop apart, as diff lays them out. */
export function* sideBySide(left: Side, right: Side, changes: Change[], layout: Layout): Generator<string> {
  const step = layout.expandTabs ? 1 : 8;
  const offset = Math.floor((layout.width + step + 3) / (2 * step)) * step;
  const half = Math.max(0, Math.min(offset - 3, layout.width - offset));
  const second = half > 0 ? offset : layout.width;
  const tabTo = (from: number, to: number) => {
    if (layout.expandTabs) return " ".repeat(Math.max(0, to - from));
    let text = "";
    for (let at = from; at < to; ) {
      const next = at - (at % 8) + 8;
      if (next <= to) {
        text += "\t";
        at = next;
      } else {
        text += " ";
        at++;
      }
    }
    return text;
  };
  const cell = (line: string, limit: number): [string, number] => {
    let text = "";
    let column = 0;
    for (const character of line.replace(/\n$/, "")) {
      if (character === "\t") {
        const next = column - (column % 8) + 8;
        if (next > limit) break;
        text += layout.expandTabs ? " ".repeat(next - column) : "\t";
        column = next;
      } else {
        if (column + 1 > limit) break;
        text += character;
        column++;
      }
    }
    return [text, column];
  };
  const row = (a: string | null, sign: string, b: string | null) => {
    const [text, width] = a === null ? ["", 0] : cell(a, half);
    let out = text;
    let column = width;
    if (sign !== " ") {
      const middle = Math.floor((half + second - 1) / 2);
      out += `${tabTo(column, middle)}${sign}`;
      column = middle + 1;
    }
    if (b !== null) {
      const [right] = cell(b, half);
      if (right !== "") out += tabTo(column, second) + right;
    }
    return `${out}\n`;
  };
  let [i, j] = [0, 0];
  const common = function* (end: number) {
    for (; i < end; i++, j++) {
      if (layout.suppressCommon) continue;
      yield layout.leftColumn ? row(left.lines[i], "(", null) : row(left.lines[i], " ", right.lines[j]);
    }
  };
  for (const { a, aEnd, b, bEnd } of changes) {
    yield* common(a);
    j = b;
    while (i < aEnd || j < bEnd) {
      if (i < aEnd && j < bEnd) yield row(left.lines[i++], "|", right.lines[j++]);
      else if (i < aEnd) yield row(left.lines[i++], "<", null);
      else yield row(null, ">", right.lines[j++]);
    }
  }
  yield* common(left.lines.length);
}
