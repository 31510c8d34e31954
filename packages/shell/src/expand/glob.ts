// Pathname expansion: patterns against the disk's directories, sorted by bytes' order as in the C locale.
// Reads directories through System; synchronous.

import {
  AT_FDCWD,
  decode,
  encode,
  newDirent,
  newStat,
  O_DIRECTORY,
  O_RDONLY,
  S_IFDIR,
  S_IFMT,
} from "@vibengine/system";
import { ShellFault } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { compilePattern, matches, type Pattern } from "../pattern.ts";
import { toLocale } from "./locale.ts";

/** Appends the names that match a field's pattern, or its plain text if there are none. */
export function globFields(shell: Shell, pattern: string, text: string, fields: string[]): void {
  const { extglob, nullglob, failglob } = shell.shopt;
  let names = hasSpecial(pattern, extglob) ? glob(shell, pattern) : null;
  if (names !== null && shell.globIgnore.length > 0)
    names = names.filter((name) => !shell.globIgnore.some((ignored) => matchesPath(shell, ignored, name)));
  if (names === null) fields.push(text);
  else if (names.length > 0) for (const name of names) fields.push(name);
  else if (failglob) throw new ShellFault(`no match: ${text}`);
  else if (!nullglob) fields.push(text);
}

/** The patterns of GLOBIGNORE: between colons, but for those that are quoted or in brackets. */
export function ignoredPatterns(value: string | undefined): string[] {
  return value?.match(/(?:\\[^]|\[(?:\[:\w+:\]|[^\]])*\]|[^:])+/g) ?? [];
}

/** A pattern against a whole path, in which no star reaches over a slash. */
function matchesPath(shell: Shell, pattern: string, path: string): boolean {
  const patterns = pattern.split("/");
  const names = path.split("/");
  return (
    patterns.length === names.length &&
    patterns.every((each, i) => matches(compilePattern(each, shell.shopt.extglob), names[i]))
  );
}

/** True if some component has unquoted special characters. */
function hasSpecial(pattern: string, extglob: boolean): boolean {
  return pattern.split("/").some((component) => compilePattern(component, extglob).literal === null);
}

/** The paths that match a pattern, sorted. */
export function glob(shell: Shell, pattern: string): string[] {
  const components = splitPath(pattern);
  let found: string[] = [pattern.startsWith("/") ? "/" : ""];
  for (let i = 0; i < components.length && found.length > 0; i++) {
    const component = components[i];
    const isLast = i === components.length - 1;
    if (component === "") {
      // A slash at the end: directories only.
      found = found.filter((base) => base !== "").map((base) => (base.endsWith("/") ? base : `${base}/`));
      continue;
    }
    const next: string[] = [];
    if (component === "**" && shell.shopt.globstar) {
      if (components[i + 1] === "**") continue;
      for (const base of found) descend(shell, base, isLast, next);
      found = next;
      continue;
    }
    const compiled = compilePattern(toLocale(shell, component), shell.shopt.extglob, shell.shopt.nocaseglob);
    for (const base of found) step(shell, base, compiled, component, isLast, next);
    found = next;
  }
  if (found.length > 0 && found[0] === "") found.shift();
  return found.sort(compareNames);
}

/** Components between slashes (which may be many); the last is "" if the pattern ends in one. */
function splitPath(pattern: string): string[] {
  const components = pattern.split("/");
  const last = components.length - 1;
  return components.filter(
    (component, i) => component !== "" || (i === last && last > 0 && components.some((each) => each !== "")),
  );
}

function join(base: string, name: string): string {
  return base === "" || base.endsWith("/") ? base + name : `${base}/${name}`;
}

/** A dot at the name's start must be matched by one in the pattern, which may stand in an alternative. */
const LEADING_DOT = /^(?:[*?]\([^()]*\))?(?:[@+*?]\((?:[^()]*\|)?)?\\?\./;

function step(shell: Shell, base: string, pattern: Pattern, source: string, isLast: boolean, into: string[]): void {
  if (pattern.literal !== null && !shell.shopt.nocaseglob) {
    const path = join(base, pattern.literal);
    if (exists(shell, path, !isLast)) into.push(path);
    return;
  }
  const ignoring = shell.globIgnore.length > 0;
  const dotglob = shell.shopt.dotglob || ignoring;
  const dots = LEADING_DOT.test(source);
  for (const { name, type } of list(shell, base)) {
    if (name.startsWith(".") && !dots && (!dotglob || name === "." || name === "..")) continue;
    if (dots && (name === "." || name === "..") && (shell.shopt.globskipdots || ignoring)) continue;
    if (!matches(pattern, toLocale(shell, shell.shopt.nocaseglob ? name.toLowerCase() : name))) continue;
    const path = join(base, name);
    if (isLast || type === 4 || (type === 10 && exists(shell, path, true))) into.push(path);
  }
}

/** `**`: a directory and everything below it, not through symbolic links. */
function descend(shell: Shell, base: string, isLast: boolean, into: string[]): void {
  if (!isLast || base !== "") into.push(isLast && base !== "" && !base.endsWith("/") ? `${base}/` : base);
  const visit = (directory: string) => {
    for (const { name, type } of list(shell, directory).sort((a, b) => compareNames(a.name, b.name))) {
      if (name.startsWith(".") && (!shell.shopt.dotglob || name === "." || name === "..")) continue;
      const path = join(directory, name);
      if (type === 4) {
        into.push(path);
        visit(path);
      } else if (isLast) into.push(path);
    }
  };
  visit(base);
}

const stat = newStat();

export function exists(shell: Shell, path: string, directory: boolean): boolean {
  if (shell.sys.stat(AT_FDCWD, encode(path), directory, stat) < 0) return false;
  return !directory || (stat.mode & S_IFMT) === S_IFDIR;
}

/** The names in a directory, with their types as readdir gives them. */
export function list(shell: Shell, directory: string): { name: string; type: number }[] {
  const fd = shell.sys.open(AT_FDCWD, encode(directory || "."), O_RDONLY | O_DIRECTORY, 0);
  if (fd < 0) return [];
  const names: { name: string; type: number }[] = [];
  const entry = newDirent();
  for (let cookie = 0; shell.sys.readdir(fd, cookie, entry) > 0; cookie = entry.cookie)
    names.push({ name: decode(entry.name), type: entry.type });
  shell.sys.close(fd);
  return names;
}

/** By code points, which is the order of UTF-8's bytes; an escaped byte sorts by its value. */
export function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      // Surrogates stand for code points above the rest of the plane, escaped bytes (lone low surrogates) for bytes.
      if (x >= 0xd800 !== y >= 0xd800 && (x > 127 || y > 127))
        return (a.codePointAt(i) as number) - (b.codePointAt(i) as number);
      return x - y;
    }
  }
  return a.length - b.length;
}
