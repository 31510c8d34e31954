// Modes as text: "-rwxr-xr-x", and chmod's symbolic language. Pure.

import { S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, type Stat } from "@vibengine/system";

export function modeString(mode: number): string {
  const kinds: Record<number, string> = {
    [S_IFDIR]: "d",
    [S_IFLNK]: "l",
    [S_IFCHR]: "c",
    [S_IFIFO]: "p",
    [S_IFREG]: "-",
    14406: "b",
    26411: "s",
  };
  const triple = (bits: number, special: boolean, letter: string) =>
    (bits & 4 ? "r" : "-") +
    (bits & 2 ? "w" : "-") +
    (special ? (bits & 1 ? letter : letter.toUpperCase()) : bits & 1 ? "x" : "-");
  return (
    (kinds[mode & S_IFMT] ?? "?") +
    triple(mode >> 6, (mode & 0o4000) !== 0, "s") +
    triple(mode >> 3, (mode & 0o2000) !== 0, "s") +
    triple(mode, (mode & 0o1000) !== 0, "t")
  );
}

/** What a file is, in GNU's words. */
export function kindOf({ mode, size }: Stat): string {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return "directory";
    case S_IFLNK:
      return "symbolic link";
    case S_IFCHR:
      return "character special file";
    case S_IFIFO:
      return "fifo";
    case S_IFREG:
      return size === 0 ? "regular empty file" : "regular file";
  }
  return "weird file";
}

/** A change of mode: (old mode, is it a directory, umask) => new mode. */
export type ModeChange = (mode: number, directory: boolean, umask: number) => number;

/** Octal, or symbolic such as `u+rw,go-w,a=rX`; null when it is neither. */
export function parseMode(text: string): ModeChange | null {
  if (/^[0-7]{1,5}$/.test(text)) {
    const bits = Number.parseInt(text, 8);
    if (bits > 0o7777) return null;
    // A directory keeps its set-id bits unless five digits are given.
    return (mode, directory) => (directory && text.length < 5 ? bits | (mode & 0o6000) : bits);
  }
  const clauses = text.split(",").map((clause) => /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]|[0-7]+))+)$/.exec(clause));
  if (clauses.some((clause) => clause === null)) return null;
  return (mode, directory, umask) => {
    for (const clause of clauses) {
      const [, who, actions] = clause!;
      for (const [, operator, what] of actions.matchAll(/([-+=])([rwxXst]+|[ugo]|[0-7]*)/g)) {
        mode = applyAction(mode, who, operator, what, directory, umask);
      }
    }
    return mode;
  };
}

function applyAction(
  mode: number,
  who: string,
  operator: string,
  what: string,
  directory: boolean,
  umask: number,
): number {
  if (/^[0-7]+$/.test(what)) {
    const bits = Number.parseInt(what, 8) & 0o7777;
    return operator === "+" ? mode | bits : operator === "-" ? mode & ~bits : bits;
  }
  const all = who === "" || who.includes("a");
  const places = [
    { shift: 6, letter: "u", special: 0o4000 },
    { shift: 3, letter: "g", special: 0o2000 },
    { shift: 0, letter: "o", special: 0 },
  ];
  let permissions = 0;
  if (/^[ugo]$/.test(what)) permissions = (mode >> { u: 6, g: 3, o: 0 }[what as "u"]) & 7;
  else {
    if (what.includes("r")) permissions |= 4;
    if (what.includes("w")) permissions |= 2;
    if (what.includes("x") || (what.includes("X") && (directory || (mode & 0o111) !== 0))) permissions |= 1;
  }
  let bits = 0;
  let field = 0;
  for (const { shift, letter, special } of places) {
    if (!all && !who.includes(letter)) continue;
    bits |= permissions << shift;
    field |= 7 << shift;
    if (what.includes("s")) bits |= special;
    if (!directory) field |= special;
  }
  if (what.includes("t") && (all || who.includes("o") || who === "")) bits |= 0o1000;
  if (all && !directory) field |= 0o1000;
  if (who === "") bits &= ~umask;
  if (operator === "+") return mode | bits;
  if (operator === "-") return mode & ~bits;
  return (mode & ~(who === "" ? field & ~(umask & 0o777 & 0) : field)) | bits;
}
