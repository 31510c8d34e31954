// A member of a tar archive as a listing shows it.

import { formatTime } from "../../strftime.ts";
import { modeString } from "../mode.ts";
import { KINDS } from "./tar-entries.ts";
import type { Entry } from "./tar-record.ts";

export function describe(entry: Entry, numeric: boolean, widths: { value: number }, full: boolean): string {
  const mode = modeString((KINDS[entry.type] ?? 0o100000) | entry.mode);
  const letter = entry.type === "1" ? "h" : mode[0];
  const owner = `${(!numeric && entry.user) || entry.uid}/${(!numeric && entry.group) || entry.gid}`;
  const size =
    entry.type === "3" || entry.type === "4"
      ? `${entry.major ?? 0},${entry.minor ?? 0}`
      : String(entry.sparse?.size ?? entry.size);
  // The columns of owner and size grow together.
  widths.value = Math.max(widths.value, owner.length + 1 + size.length);
  const time = formatTime(full ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d %H:%M", entry.mtime, 0);
  const link =
    entry.type === "1" ? ` link to ${shown(entry.link)}` : entry.type === "2" ? ` -> ${shown(entry.link)}` : "";
  return `${letter}${mode.slice(1)} ${owner}${" ".repeat(widths.value - owner.length - size.length)}${size} ${time} ${shown(entry.name)}${link}`;
}

/** Names in listings have their control characters escaped. */
export const shown = (name: string) =>
  name.replace(/[\\\x00-\x1f\x7f]/g, (character) => {
    const named: Record<string, string> = {
      "\\": "\\\\",
      "\n": "\\n",
      "\t": "\\t",
      "\r": "\\r",
      "\b": "\\b",
      "\f": "\\f",
      "\v": "\\v",
      "\x07": "\\a",
    };
    return named[character] ?? `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`;
  });
