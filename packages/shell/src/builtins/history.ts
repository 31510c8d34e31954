// The command history: recording lines, and the file they are kept in. `history` and `fc` come with the tools.

import { AT_FDCWD, encode, O_APPEND, O_CREAT, O_TRUNC, O_WRONLY, strerror } from "@vibengine/system";
import type { Shell } from "../execute/shell.ts";
import { compilePattern, matches } from "../pattern.ts";
import { readFile } from "./commands.ts";

/** Lines kept when HISTSIZE says nothing. */
const SIZE = 500;

/** Appends a command that was read to the history, as HISTCONTROL allows. */
export function record(shell: Shell, text: string): void {
  const line = text.replace(/^\n+|\n+$/g, "");
  if (line.trim() === "") return;
  const { history } = shell;
  history.isTyped = false;
  const control = (shell.vars.get("HISTCONTROL") ?? "").split(":");
  const has = (word: string) => control.includes(word) || control.includes("ignoreboth");
  if (has("ignorespace") && line.startsWith(" ")) return;
  if (has("ignoredups") && history.lines[history.lines.length - 1] === line) return;
  const ignored = (shell.vars.get("HISTIGNORE") || null)?.split(/(?<!\\):/) ?? [];
  const last = history.lines.at(-1) ?? "";
  if (
    ignored.some((pattern) =>
      matches(
        compilePattern(
          pattern.replace(/\\?&/g, (it) => (it === "&" ? last : "&")),
          true,
        ),
        line,
      ),
    )
  )
    return;
  if (control.includes("erasedups")) history.lines = history.lines.filter((each) => each !== line);
  history.lines.push(line);
  history.times[history.lines.length - 1] = Math.floor(Date.now() / 1000);
  history.added++;
  history.isTyped = true;
  trimHistory(shell);
}

/** Forgets the oldest lines beyond HISTSIZE. */
export function trimHistory(shell: Shell): void {
  const { history } = shell;
  const size = Number(shell.vars.get("HISTSIZE") ?? SIZE);
  const excess = size >= 0 ? history.lines.length - size : 0;
  if (excess <= 0) return;
  history.lines.splice(0, excess);
  history.times.splice(0, excess);
  history.base += excess;
}

/** Cuts the history file to HISTFILESIZE lines. */
export function trimHistoryFile(shell: Shell): void {
  const path = shell.vars.get("HISTFILE");
  const size = Number(shell.vars.get("HISTFILESIZE") || Number.NaN);
  const text = path && size >= 0 ? readFile(shell, path) : 0;
  if (typeof text !== "string") return;
  const lines = text.split("\n").slice(0, -1);
  if (lines.length > size) void writeLines(shell, path!, lines.slice(lines.length - size), O_TRUNC);
}

/** An interactive shell begins with the lines of HISTFILE. */
export async function loadHistory(shell: Shell): Promise<void> {
  const text = await readFile(shell, shell.vars.get("HISTFILE") ?? "");
  if (typeof text !== "string") return;
  for (const line of text.split("\n")) if (line !== "") shell.history.lines.push(line);
  shell.history.read = shell.history.lines.length;
  trimHistory(shell);
}

/** And ends by writing there what it added. */
export async function saveHistory(shell: Shell): Promise<void> {
  const path = shell.vars.get("HISTFILE");
  const { lines, added } = shell.history;
  if (!path || added === 0) return;
  const append = shell.shopt.histappend || added < lines.length;
  await writeLines(
    shell,
    path,
    append ? lines.slice(Math.max(0, lines.length - added)) : lines,
    append ? O_APPEND : O_TRUNC,
  );
  trimHistoryFile(shell);
}

export async function writeLines(shell: Shell, path: string, lines: string[], flag: number): Promise<number> {
  const fd = shell.sys.open(AT_FDCWD, encode(path), O_WRONLY | O_CREAT | flag, 0o600);
  if (fd < 0) {
    shell.complain(`history: ${path}: cannot create: ${strerror(fd)}`);
    return 1;
  }
  const status = await shell.writeBytes(encode(lines.map((line) => `${line}\n`).join("")), "history", fd);
  shell.sys.close(fd);
  return status;
}
