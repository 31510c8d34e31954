// Hunks and the lines they fit: turned round, found at their place or near it (offsets), with some of their context given up (fuzz).
// Pure.

import type { Hunk } from "./patch-parse.ts";

export function flip(hunk: Hunk): Hunk {
  // Deletions stand before insertions, as they did.
  const lines: string[] = [];
  let held: string[] = [];
  for (const line of hunk.lines) {
    if (line[0] === "-") held.push(`+${line.slice(1)}`);
    else if (line[0] === "+") lines.push(`-${line.slice(1)}`);
    else {
      for (const one of held) lines.push(one);
      lines.push(line);
      held = [];
    }
  }
  return { ...hunk, oldStart: hunk.newStart, newStart: hunk.oldStart, lines: [...lines, ...held] };
}

interface Place {
  /** Index of the first line that is compared, behind `lead` lines of context given up. */
  at: number;
  fuzz: number;
  lead: number;
  trail: number;
}

export const applies = (lines: string[], hunk: Hunk, fuzz: number, loose: boolean) =>
  locate(lines, hunk, fuzz, loose, 0, 0) !== null;

/** Where a hunk's old lines stand: near the expected place, first exactly, then with the outer lines of context given up one by one. */
export function locate(
  lines: string[],
  hunk: Hunk,
  most: number,
  loose: boolean,
  offset: number,
  least: number,
): Place | null {
  const old = hunk.lines.filter((line) => line[0] !== "+").map((line) => line.slice(1));
  const isContext = (line: string) => line[0] === " ";
  const changed = hunk.lines.findIndex((line) => !isContext(line));
  const leading = changed < 0 ? hunk.lines.length : changed;
  const trailing = hunk.lines.length - 1 - hunk.lines.findLastIndex((line) => !isContext(line));
  const context = Math.max(leading, trailing);
  const expected = (old.length === 0 ? hunk.oldStart : hunk.oldStart - 1) + offset;
  if (old.length === 0) {
    if (hunk.oldStart === 0 && lines.length > 0) return null;
    const at = Math.min(Math.max(expected, least), lines.length);
    return { at, fuzz: 0, lead: 0, trail: 0 };
  }
  for (let fuzz = 0; fuzz <= Math.min(most, context); fuzz++) {
    const lead = Math.max(0, fuzz + leading - context);
    const trail = Math.max(0, fuzz + trailing - context);
    const wanted = old.slice(lead, old.length - trail);
    const fits = (at: number) =>
      at >= least &&
      at + wanted.length <= lines.length &&
      wanted.every((line, i) => line === lines[at + i] || (loose && squeeze(line) === squeeze(lines[at + i])));
    const home = Math.max(0, expected) + lead;
    // Less context in front than behind: the beginning of the file; the other way: its end.
    if (fuzz + leading < context && hunk.oldStart <= 1) {
      if (fits(0)) return { at: 0, fuzz, lead, trail };
      continue;
    }
    if (fuzz + trailing < context) {
      const end = lines.length - wanted.length;
      if (fits(end)) return { at: end, fuzz, lead, trail };
      continue;
    }
    for (let distance = 0; distance <= lines.length; distance++) {
      if (fits(home + distance)) return { at: home + distance, fuzz, lead, trail };
      if (distance > 0 && fits(home - distance)) return { at: home - distance, fuzz, lead, trail };
    }
  }
  return null;
}

const squeeze = (line: string) => line.replace(/[ \t]+/g, " ").replace(/ ?\n?$/, "");
