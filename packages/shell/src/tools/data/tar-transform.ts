// tar --transform: sed's s commands over names, with flags for whose names they change. Pure.

import { Failure } from "../define.ts";

/** "r" a member's name, "s" what a symbolic link points to, "h" what a hard link does. */
export type NameKind = "r" | "s" | "h";
export type Transform = (name: string, kind: NameKind) => string;

/** Commands one behind another with semicolons; flags=… sets what those behind it apply to. */
export function parseTransforms(expression: string): Transform[] {
  const wrong = () => new Failure("Invalid transform expression");
  const found: Transform[] = [];
  let scope = new Set(["r", "s", "h"]);
  for (let rest = expression; rest !== ""; ) {
    const flags = /^flags=([rRsShH]*)(?:;|$)/.exec(rest);
    if (flags) {
      scope = new Set([...flags[1]].filter((flag) => /[rsh]/.test(flag)));
      for (const flag of flags[1].match(/[RSH]/g) ?? []) {
        if (!/[rsh]/.test(flags[1])) scope = new Set(["r", "s", "h"].filter((one) => one !== flag.toLowerCase()));
        else scope.delete(flag.toLowerCase());
      }
      rest = rest.slice(flags[0].length);
      continue;
    }
    const match = /^s([^])((?:(?!\1)[^\\]|\\[^])*)\1((?:(?!\1)[^\\]|\\[^])*)\1([gixrshRSH\d]*)(?:;|$)/.exec(rest);
    if (!match) throw wrong();
    const [whole, , from, to, letters] = match;
    rest = rest.slice(whole.length);
    const own = new Set(scope);
    for (const letter of letters.match(/[rshRSH]/g) ?? []) {
      if (letter === letter.toLowerCase()) own.add(letter);
      else own.delete(letter.toLowerCase());
    }
    const change = substitution(from, to, letters);
    found.push((name, kind) => (own.has(kind) ? change(name) : name));
  }
  return found;
}

/** The rules of basic expressions near enough: groups are \( \). */
function substitution(from: string, to: string, flags: string): (name: string) => string {
  const source = flags.includes("x")
    ? from
    : from.replace(/\\([(){}+?|])|([(){}+?|])/g, (_, escaped, plain) => escaped ?? `\\${plain}`);
  const pattern = new RegExp(source, `ug${flags.includes("i") ? "i" : ""}`);
  const first = Number(/\d+/.exec(flags)?.[0] ?? 1);
  return (name) => {
    let count = 0;
    return name.replace(pattern, (...found: string[]) => {
      count++;
      return count === first || (count > first && flags.includes("g")) ? replacement(to, found) : found[0];
    });
  };
}

/** The replacement with its groups put in; \U, \L and \E, \u and \l change the case of what follows. */
function replacement(to: string, found: string[]): string {
  let out = "";
  let [mode, once] = ["", ""];
  for (const [part] of to.matchAll(/\\[^]|&|[^\\&]+/g)) {
    if (/^\\[ULE]$/.test(part)) {
      mode = part[1] === "E" ? "" : part[1];
      continue;
    }
    if (/^\\[ul]$/.test(part)) {
      once = part[1];
      continue;
    }
    const group = /^\\(\d)$/.exec(part);
    let text = part === "&" ? found[0] : group ? (found[Number(group[1])] ?? "") : part[0] === "\\" ? part[1] : part;
    if (mode) text = mode === "U" ? text.toUpperCase() : text.toLowerCase();
    if (once && text) {
      text = (once === "u" ? text[0].toUpperCase() : text[0].toLowerCase()) + text.slice(1);
      once = "";
    }
    out += text;
  }
  return out;
}
