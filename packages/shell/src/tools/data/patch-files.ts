// The files patch works on: which one a patch means, its new name, its backup, and the hunks that were rejected.

import { AT_FDCWD, encode, O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY, type System } from "@vibengine/system";
import { binaryToBytes, textToBinary } from "../../stdio.ts";
import { Failure, type Invocation } from "../define.ts";
import { stat } from "../files.ts";
import { quoteIfNeeded } from "../quote.ts";
import type { FilePatch, Hunk } from "./patch-parse.ts";

/** A name without its first components; null when it has too few. Without -p only the last is kept. */
export function strip(name: string, invocation: Invocation): string | null {
  const text = invocation.options.value("p");
  if (text !== undefined && !/^\d+$/.test(text)) throw new Failure(`**** strip count ${text} is not a number`);
  const parts = name.split(/\/+/);
  if (text === undefined) return parts[parts.length - 1];
  const count = Number(text);
  return count < parts.length ? (count === 0 ? name : parts.slice(count).join("/")) : null;
}

const EPOCH = /^(?:1970-01-01 |1969-12-31 |Thu Jan +1 .* 1970|Wed Dec 31 .* 1969)/;
export const isNone = (name: string | null, time: string) => name === "/dev/null" || EPOCH.test(time);

/** The file a patch is for: of the names that exist the shortest, as patch has it. */
export function chooseFile(invocation: Invocation, patch: FilePatch, reverse: boolean): string | null {
  const names = [patch.oldName, patch.newName, patch.indexName]
    .filter((name): name is string => name !== null && name !== "/dev/null")
    .map((name) => strip(name, invocation))
    .filter((name): name is string => name !== null && name !== "");
  const safe = names.filter((name) => !name.startsWith("/") && !name.split("/").includes(".."));
  if (names.length > 0 && safe.length === 0) {
    for (const name of names) void invocation.stdout.write(`Ignoring potentially dangerous file name ${name}\n`);
    return null;
  }
  const existing = safe.filter((name) => typeof stat(invocation.sys, name) !== "number");
  const creates = reverse ? isNone(patch.newName, patch.newTime) : isNone(patch.oldName, patch.oldTime);
  const pool = existing.length > 0 ? existing : creates ? safe : [];
  const depth = (name: string) => name.split("/").length;
  const base = (name: string) => name.slice(name.lastIndexOf("/") + 1).length;
  return [...pool].sort((a, b) => depth(a) - depth(b) || base(a) - base(b) || a.length - b.length)[0] ?? null;
}

export function backupName({ options }: Invocation, name: string): string {
  const prefix = options.value("B");
  const suffix = options.value("z") ?? (prefix === undefined ? ".orig" : "");
  return `${prefix ?? ""}${name}${suffix}`;
}

export function writeWhole(sys: System, path: string, text: string, mode: number): number {
  const fd = sys.open(AT_FDCWD, encode(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0) return fd;
  const bytes = binaryToBytes(text);
  for (let at = 0; at < bytes.length; ) {
    const count = sys.write(fd, bytes, at, bytes.length - at);
    if (count < 0) {
      sys.close(fd);
      return count;
    }
    at += count;
  }
  return sys.close(fd);
}

export async function reject(
  invocation: Invocation,
  patch: FilePatch,
  name: string,
  hunks: Hunk[],
  failed: number[],
  say: (text: string) => void | Promise<void>,
  what: string,
): Promise<void> {
  const { options, sys } = invocation;
  const file = options.value("r") ?? `${options.value("o") ?? name}.rej`;
  const saving = !options.has("dry-run") && file !== "-";
  const total = hunks.length;
  await say(
    `${failed.length} out of ${total} hunk${total === 1 ? "" : "s"} ${what}${saving ? ` -- saving rejects to file ${quoteIfNeeded(file)}` : ""}\n`,
  );
  if (!saving) return;
  const reverse = options.has("R");
  const [oldName, newName] = reverse ? [patch.newName, patch.oldName] : [patch.oldName, patch.newName];
  const [oldTime, newTime] = reverse ? [patch.newTime, patch.oldTime] : [patch.oldTime, patch.newTime];
  const title = (one: string | null, time: string) => `${textToBinary(one ?? name)}${time ? `\t${time}` : ""}`;
  let text = `--- ${title(oldName, oldTime)}\n+++ ${title(newName, newTime)}\n`;
  for (const i of failed) {
    const { lines, oldStart, newStart } = hunks[i];
    const count = (mark: string) => lines.filter((line) => line[0] !== mark).length;
    const span = (start: number, length: number) => (length === 1 ? `${start}` : `${start},${length}`);
    text += `@@ -${span(oldStart, count("+"))} +${span(newStart, count("-"))} @@\n`;
    for (const line of lines) text += line.endsWith("\n") ? line : `${line}\n\\ No newline at end of file\n`;
  }
  writeWhole(sys, file, text, 0o666);
}
