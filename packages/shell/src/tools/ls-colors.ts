// The colours of ls: GNU's own, and what LS_COLORS changes of them. Pure.

import { S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, type Stat } from "@vibengine/system";

export interface Colors {
  /** By the two letters of LS_COLORS. */
  codes: Record<string, string>;
  /** By the ends of names, the last one given first. */
  ends: [end: string, code: string][];
}

const OWN =
  "rs=0:di=01;34:ln=01;36:pi=33:so=01;35:bd=01;33:cd=01;33:ex=01;32:do=01;35:su=37;41:sg=30;43:st=37;44:ow=34;42:tw=30;42:lc=\x1b[:rc=m";

export function readColors(text: string | undefined): Colors {
  const colors: Colors = { codes: {}, ends: [] };
  for (const entry of `${OWN}:${text ?? ""}`.split(":")) {
    const equals = entry.indexOf("=");
    const [key, code] = [entry.slice(0, equals), entry.slice(equals + 1)];
    if (equals < 0) continue;
    if (key.startsWith("*")) colors.ends.unshift([key.slice(1), code]);
    else colors.codes[key] = code.replace(/\\e/g, "\x1b");
  }
  return colors;
}

/** Whether something is done about it: "0" and nothing are no colours. */
export const isColored = ({ codes }: Colors, key: string): boolean => !/^(?:00?)?$/.test(codes[key] ?? "");

/** Whether links must be followed to know their colour. */
export const looksBehindLinks = (colors: Colors): boolean =>
  isColored(colors, "or") || isColored(colors, "mi") || colors.codes.ln === "target";

/**
 * The code for a name; "" for none.
 * @param behind what a link leads to; null if nothing is there, undefined if nobody looked
 */
export function colorOf(name: string, { mode, nlink }: Stat, behind: Stat | null | undefined, colors: Colors): string {
  const { codes } = colors;
  const named = (key: string) => (isColored(colors, key) ? codes[key] : "");
  switch (mode & S_IFMT) {
    case S_IFDIR: {
      const special = (mode & 0o1002) === 0o1002 ? "tw" : mode & 0o2 ? "ow" : mode & 0o1000 ? "st" : "";
      return (special && named(special)) || named("di");
    }
    case S_IFLNK:
      if (behind === null && isColored(colors, "or")) return codes.or;
      if (codes.ln === "target") return behind ? colorOf(name, behind, behind, colors) : named("or");
      return named("ln");
    case S_IFIFO:
      return named("pi");
    case S_IFCHR:
      return named("cd");
  }
  if (mode & 0o4000 && isColored(colors, "su")) return codes.su;
  if (mode & 0o2000 && isColored(colors, "sg")) return codes.sg;
  if (mode & 0o111 && isColored(colors, "ex")) return codes.ex;
  if (nlink > 1 && isColored(colors, "mh")) return codes.mh;
  const end = colors.ends.find(([tail]) => name.endsWith(tail));
  return end ? end[1] : named("fi");
}
