// Reading a patch: unified, context, normal and ed-less diffs, with whatever stands between them. Pure; lines are binary strings.

import { binaryToText } from "../../stdio.ts";

export interface Hunk {
  /** Where it was in the old file, counted from 1; 0 when the old file has no lines. */
  oldStart: number;
  newStart: number;
  /** " ", "-" or "+" and the line, with its newline unless the file's last line has none. */
  lines: string[];
  /** Line of the patch it begins on. */
  at: number;
}

export interface FilePatch {
  kind: "unified" | "context" | "normal";
  oldName: string | null;
  newName: string | null;
  indexName: string | null;
  oldTime: string;
  newTime: string;
  hunks: Hunk[];
  /** The lines before it that say what it is about: what is shown when no file is found. */
  leading: string[];
  at: number;
  newMode: number | null;
  /** git's renames and copies. */
  renameFrom: string | null;
  renameTo: string | null;
}

export class PatchError extends Error {}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const NORMAL = /^(\d+)(?:,(\d+))?([acd])(\d+)(?:,(\d+))?$/;

export function parsePatch(text: string): FilePatch[] {
  const lines = text.split(/(?<=\n)/);
  if (lines[0] === "") lines.pop();
  const patches: FilePatch[] = [];
  let leading: string[] = [];
  let indexName: string | null = null;
  let git: Partial<FilePatch> = {};
  const begin = (kind: FilePatch["kind"], at: number): FilePatch => {
    const patch: FilePatch = {
      kind,
      oldName: null,
      newName: null,
      indexName,
      oldTime: "",
      newTime: "",
      hunks: [],
      leading,
      at,
      newMode: null,
      renameFrom: null,
      renameTo: null,
      ...git,
    };
    [leading, indexName, git] = [[], null, {}];
    patches.push(patch);
    return patch;
  };
  for (let i = 0; i < lines.length; ) {
    const line = lines[i].replace(/\r?\n$/, "");
    const next = lines[i + 1]?.replace(/\r?\n$/, "") ?? "";
    if (line.startsWith("--- ") && next.startsWith("+++ ") && HUNK.test(lines[i + 2] ?? "")) {
      leading.push(lines[i], lines[i + 1]);
      const patch = begin("unified", i + 1);
      [patch.oldName, patch.oldTime] = fileName(line.slice(4));
      [patch.newName, patch.newTime] = fileName(next.slice(4));
      i += 2;
      while (i < lines.length && HUNK.test(lines[i])) i = readUnified(lines, i, patch);
      continue;
    }
    if (HUNK.test(line)) {
      const patch = begin("unified", i + 1);
      while (i < lines.length && HUNK.test(lines[i])) i = readUnified(lines, i, patch);
      continue;
    }
    if (line.startsWith("*** ") && next.startsWith("--- ") && /^\*{15}/.test(lines[i + 2] ?? "")) {
      leading.push(lines[i], lines[i + 1]);
      const patch = begin("context", i + 1);
      [patch.oldName, patch.oldTime] = fileName(line.slice(4));
      [patch.newName, patch.newTime] = fileName(next.slice(4));
      i += 2;
      while (i < lines.length && /^\*{15}/.test(lines[i])) i = readContext(lines, i, patch);
      continue;
    }
    const normal = NORMAL.exec(line);
    if (normal && /^[<>] /.test(next)) {
      const patch = begin("normal", i + 1);
      while (i < lines.length && NORMAL.test(lines[i].trimEnd())) i = readNormal(lines, i, patch);
      continue;
    }
    const index = /^Index: (\S+)/.exec(line);
    if (index) indexName = binaryToText(index[1]);
    const header = /^diff --git a\/(\S+) b\/(\S+)$/.exec(line);
    if (header) {
      // A header of its own: a rename, or a change of mode, needs no hunks.
      if (git.renameFrom && git.renameTo) begin("unified", i + 1);
      git = { newMode: null };
    }
    const mode = /^(?:new|new file) mode \d*(\d{3})$/.exec(line);
    if (mode) git.newMode = Number.parseInt(mode[1], 8);
    const rename = /^rename (from|to) (.+)$/.exec(line);
    if (rename) git[rename[1] === "from" ? "renameFrom" : "renameTo"] = binaryToText(rename[2]);
    leading.push(lines[i++]);
  }
  if (git.renameFrom && git.renameTo) begin("unified", lines.length);
  return patches;
}

/** A header's name, as text, and what follows the tab. */
function fileName(header: string): [string, string] {
  const [name, time] = splitHeader(header);
  return [binaryToText(name), time];
}

function splitHeader(text: string): [string, string] {
  if (text.startsWith('"')) {
    const match = /^"((?:[^"\\]|\\.)*)"\t?(.*)$/.exec(text);
    if (match)
      return [
        match[1].replace(
          /\\([0-7]{3}|.)/g,
          (_, e: string) => ESCAPES[e] ?? (/^\d/.test(e) ? String.fromCharCode(Number.parseInt(e, 8) & 255) : e),
        ),
        match[2],
      ];
  }
  const tab = text.indexOf("\t");
  if (tab >= 0) return [text.slice(0, tab), text.slice(tab + 1)];
  const [name, ...time] = text.split(" ");
  return [name, time.join(" ")];
}

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v" };

const stripNewline = (hunk: string[]) => {
  hunk[hunk.length - 1] = hunk[hunk.length - 1].replace(/\n$/, "");
};

function readUnified(lines: string[], start: number, patch: FilePatch): number {
  const [, oldStart, oldCount = "1", newStart, newCount = "1"] = HUNK.exec(lines[start])!;
  const hunk: Hunk = { oldStart: Number(oldStart), newStart: Number(newStart), lines: [], at: start + 1 };
  let [a, b] = [Number(oldCount), Number(newCount)];
  let i = start + 1;
  while (i < lines.length && (a > 0 || b > 0 || lines[i].startsWith("\\"))) {
    const line = lines[i];
    if (line.startsWith("\\")) {
      if (hunk.lines.length > 0) stripNewline(hunk.lines);
      i++;
      continue;
    }
    // Mailers cut trailing blanks: an empty line is a line of context.
    const sign = line === "\n" || line === "\r\n" ? " " : line[0];
    const rest = line === "\n" || line === "\r\n" ? line : line.slice(1);
    if (sign === " " || sign === "\t") {
      hunk.lines.push(` ${sign === "\t" ? line : rest}`);
      a--;
      b--;
    } else if (sign === "-") {
      hunk.lines.push(`-${rest}`);
      a--;
    } else if (sign === "+") {
      hunk.lines.push(`+${rest}`);
      b--;
    } else throw new PatchError(`malformed patch at line ${i + 1}: ${line.replace(/\n?$/, "\n")}`);
    i++;
  }
  if (a > 0 || b > 0) {
    // The end of the patch may lack the last blank lines of context.
    if (a === b && a <= 2) for (; a > 0; a--) hunk.lines.push(" \n");
    else throw new PatchError(`unexpected end of file in patch at line ${i}`);
  }
  patch.hunks.push(hunk);
  return i;
}

function readContext(lines: string[], start: number, patch: FilePatch): number {
  let i = start + 1;
  const head = /^\*\*\* (\d+)(?:,(\d+))? \*\*\*\*/.exec(lines[i] ?? "");
  if (!head) throw new PatchError(`malformed patch at line ${i + 1}: ${lines[i] ?? "\n"}`);
  i++;
  const section = (): string[] => {
    const found: string[] = [];
    for (; i < lines.length; i++) {
      if (lines[i].startsWith("\\")) stripNewline(found);
      else if (/^[ !+-][ \t]/.test(lines[i])) found.push(lines[i][0] + lines[i].slice(2));
      else if (lines[i] === "\n") found.push(" \n");
      else break;
      if (/^--- \d+(,\d+)? ----/.test(lines[i + 1] ?? "")) {
        i++;
        break;
      }
    }
    return found;
  };
  let old = /^--- \d+(,\d+)? ----/.test(lines[i] ?? "") ? [] : section();
  const tail = /^--- (\d+)(?:,(\d+))? ----/.exec(lines[i] ?? "");
  if (!tail) throw new PatchError(`malformed patch at line ${i + 1}: ${lines[i] ?? "\n"}`);
  i++;
  const expected = tail[2] === undefined ? (tail[1] === "0" ? 0 : 1) : Number(tail[2]) - Number(tail[1]) + 1;
  let fresh: string[] = [];
  while (i < lines.length && (fresh.length < expected || lines[i].startsWith("\\")) && !/^\*{3}/.test(lines[i])) {
    const line = lines[i];
    if (line.startsWith("\\")) stripNewline(fresh.length > 0 ? fresh : old);
    else if (/^[ !+-][ \t]/.test(line)) fresh.push(line[0] + line.slice(2));
    else if (line === "\n") fresh.push(" \n");
    else break;
    i++;
  }
  // A side without changes may be left out: it is the other one's context.
  if (old.length === 0) old = fresh.filter((line) => line[0] === " ");
  if (fresh.length === 0) fresh = old.filter((line) => line[0] === " ");
  const merged: string[] = [];
  let [x, y] = [0, 0];
  while (x < old.length || y < fresh.length) {
    if (x < old.length && old[x][0] !== " ") merged.push(`-${old[x++].slice(1)}`);
    else if (y < fresh.length && fresh[y][0] !== " ") merged.push(`+${fresh[y++].slice(1)}`);
    else {
      merged.push(old[x] ?? fresh[y]);
      x++;
      y++;
    }
  }
  patch.hunks.push({ oldStart: Number(head[1]), newStart: Number(tail[1]), lines: merged, at: start + 1 });
  return i;
}

function readNormal(lines: string[], start: number, patch: FilePatch): number {
  const [, a, aEnd = a, kind, b] = NORMAL.exec(lines[start].trimEnd())!;
  const hunk: Hunk = {
    oldStart: kind === "a" ? Number(a) : Number(a),
    newStart: Number(b),
    lines: [],
    at: start + 1,
  };
  let i = start + 1;
  const take = (mark: string, sign: string) => {
    while (i < lines.length && (lines[i].startsWith(`${mark} `) || lines[i].startsWith("\\"))) {
      if (lines[i].startsWith("\\")) stripNewline(hunk.lines);
      else hunk.lines.push(sign + lines[i].slice(2));
      i++;
    }
  };
  if (kind !== "a") take("<", "-");
  if (kind === "c") {
    if (lines[i] !== "---\n") throw new PatchError(`'---' expected at line ${i + 1} of patch`);
    i++;
  }
  if (kind !== "d") take(">", "+");
  if (kind !== "a" && hunk.lines.filter((line) => line[0] === "-").length !== Number(aEnd) - Number(a) + 1)
    throw new PatchError(`malformed patch at line ${start + 1}: ${lines[start]}`);
  patch.hunks.push(hunk);
  return i;
}
