// diff of two texts: their lines compared, and the differences written. Which files they are, diff.ts knows.

import { newStat, type Stat } from "@vibengine/system";
import { textToBinary } from "../../stdio.ts";
import { formatTime } from "../../strftime.ts";
import type { Invocation } from "../define.ts";
import { quoteInHeader } from "../quote.ts";
import {
  type Change,
  contextDiff,
  edScript,
  normalDiff,
  rcsScript,
  type Side,
  sideBySide,
  unifiedDiff,
} from "./diff-format.ts";
import type { Settings } from "./diff-options.ts";
import { compareSequences } from "./myers.ts";

export interface File {
  name: string;
  stat: Stat | null;
  lines: string[];
}

export async function compareLines(
  invocation: Invocation,
  settings: Settings,
  left: File,
  right: File,
  inTree: boolean,
): Promise<number> {
  const { options, stdout } = invocation;
  const brief = options.has("q");
  const same = left.lines.length === right.lines.length && left.lines.every((line, i) => line === right.lines[i]);
  if (same && settings.format !== "y") return 0;
  // A NUL in the first block tells a binary file, as in grep.
  const binary = (file: File) => {
    let seen = 0;
    for (const line of file.lines) {
      if (line.includes("\0")) return true;
      seen += line.length;
      if (seen > 65536) return false;
    }
    return false;
  };
  if (!options.has("a") && !same && (binary(left) || binary(right))) {
    await stdout.write(`${brief ? "Files" : "Binary files"} ${left.name} and ${right.name} differ\n`);
    return 1;
  }
  const changes = await findChanges(invocation, settings, left.lines, right.lines);
  const real =
    settings.ignored === null ? changes : changes.filter((change) => !isIgnored(change, settings, left, right));
  if (real.length === 0 && settings.format !== "y") return 0;
  if (brief) {
    if (real.length === 0) return 0;
    await stdout.write(`Files ${left.name} and ${right.name} differ\n`);
    return 1;
  }
  if (inTree && settings.format !== "y")
    await stdout.write(`diff${settings.words} ${quoteInHeader(left.name)} ${quoteInHeader(right.name)}\n`);
  const titles = [left, right].map((file, i) => textToBinary(settings.labels[i] ?? titleOf(file)));
  const sides: [Side, Side] = [
    { lines: left.lines, title: titles[0] },
    { lines: right.lines, title: titles[1] },
  ];
  const { layout, format } = settings;
  // Ignored changes are shown where they fall into the context of others.
  const visible = settings.ignored === null ? changes : keepNear(changes, real, layout.context);
  const text =
    format === "u"
      ? unifiedDiff(...sides, visible, layout)
      : format === "c"
        ? contextDiff(...sides, visible, layout)
        : format === "e"
          ? edScript(sides[1], real)
          : format === "n"
            ? rcsScript(sides[1], real)
            : format === "y"
              ? sideBySide(...sides, changes, layout)
              : normalDiff(...sides, real, layout);
  let pending = "";
  for (const piece of text) {
    pending += piece;
    if (pending.length < 32768) continue;
    await stdout.writeBinary(pending);
    pending = "";
    await invocation.yield();
  }
  await stdout.writeBinary(pending);
  if (format === "e")
    for (const { name, lines } of [left, right])
      if (lines.length > 0 && !lines[lines.length - 1].endsWith("\n"))
        invocation.warn(`${name}: No newline at end of file\n`, 0);
  return real.length > 0 ? 1 : 0;
}

function keepNear(changes: Change[], real: Change[], context: number): Change[] {
  const kept = new Set(real);
  const near = (one: Change, other: Change) => one.a <= other.aEnd + context && other.a <= one.aEnd + context;
  return changes.filter((change) => kept.has(change) || real.some((other) => near(change, other)));
}

function isIgnored({ a, aEnd, b, bEnd }: Change, { ignored }: Settings, left: File, right: File): boolean {
  return left.lines.slice(a, aEnd).every(ignored!) && right.lines.slice(b, bEnd).every(ignored!);
}

async function findChanges(
  invocation: Invocation,
  { key }: Settings,
  left: string[],
  right: string[],
): Promise<Change[]> {
  const ids = new Map<string, number>();
  const number = (lines: string[]) =>
    Int32Array.from(lines, (line) => {
      const text = key ? key(line) : line;
      let id = ids.get(text);
      if (id === undefined) {
        id = ids.size;
        ids.set(text, id);
      }
      return id;
    });
  const changed = await compareSequences(number(left), number(right), () => invocation.yield());
  const changes: Change[] = [];
  for (let a = 0, b = 0; a < left.length || b < right.length; a++, b++) {
    if (changed.a[a] === 0 && changed.b[b] === 0) continue;
    const start = { a, b };
    while (changed.a[a] !== 0) a++;
    while (changed.b[b] !== 0) b++;
    changes.push({ ...start, aEnd: a, bEnd: b });
    if (a >= left.length && b >= right.length) break;
  }
  return changes;
}

function titleOf({ name, stat: found }: File): string {
  const time = found ?? newStat();
  return `${quoteInHeader(name)}\t${formatTime("%Y-%m-%d %H:%M:%S.%N %z", time.mtimeSec, time.mtimeNsec)}`;
}
