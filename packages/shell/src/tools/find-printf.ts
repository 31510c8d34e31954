// find -printf: one entry through a format.

import type { System } from "@vibengine/system";
import { formatTime } from "../strftime.ts";
import type { Accounts } from "./accounts.ts";
import { readLink } from "./files.ts";
import type { Entry } from "./find-expression.ts";
import { modeString } from "./mode.ts";
import { unescape } from "./stat.ts";

export function formatFound(format: string, entry: Entry, sys: System, accounts: Accounts): string {
  const { path, name, depth, stat, root } = entry;
  const pattern = /\\c[^]*|%([-+ 0#]*)(\d*)(?:\.(\d+))?(?:([ACT])(.)|([%a-zA-Z]))/g;
  return unescape(format).replace(pattern, (whole, flags = "", width = "", precision, time, conversion, letter) => {
    if (whole.startsWith("\\c")) return "";
    let text = time ? timeField(time, conversion) : field(letter);
    if (text === null) return whole;
    if (precision !== undefined) text = text.slice(0, Number(precision));
    return flags.includes("-")
      ? text.padEnd(Number(width))
      : text.padStart(Number(width), flags.includes("0") ? "0" : " ");
  });

  function timeField(which: string, conversion: string): string {
    const [sec, nsec] =
      which === "A"
        ? [stat.atimeSec, stat.atimeNsec]
        : which === "C"
          ? [stat.ctimeSec, stat.ctimeNsec]
          : [stat.mtimeSec, stat.mtimeNsec];
    const fraction = `.${String(nsec).padStart(9, "0")}0`;
    if (conversion === "@") return `${sec}${fraction}`;
    if (conversion === "+") return formatTime("%Y-%m-%d+%H:%M:%S", sec) + fraction;
    if (conversion === "S" || conversion === "T" || conversion === "X")
      return formatTime(`%${conversion}`, sec) + fraction;
    return formatTime(`%${conversion}`, sec, nsec);
  }

  function field(letter: string): string | null {
    const kinds: Record<number, string> = { 4: "d", 8: "f", 10: "l", 2: "c", 1: "p" };
    switch (letter) {
      case "%":
        return "%";
      case "a":
        return (
          formatTime("%a %b %e %H:%M:%S", stat.atimeSec) +
          `.${String(stat.atimeNsec).padStart(9, "0")}0 ` +
          formatTime("%Y", stat.atimeSec)
        );
      case "b":
        return String(stat.blocks);
      case "c":
        return (
          formatTime("%a %b %e %H:%M:%S", stat.ctimeSec) +
          `.${String(stat.ctimeNsec).padStart(9, "0")}0 ` +
          formatTime("%Y", stat.ctimeSec)
        );
      case "d":
        return String(depth);
      case "D":
        return String(stat.dev);
      case "f":
        return name;
      case "g":
        return accounts.group(stat.gid);
      case "G":
        return String(stat.gid);
      case "h":
        return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
      case "H":
        return root;
      case "i":
        return String(stat.ino);
      case "k":
        return String(Math.ceil(stat.blocks / 2));
      case "l": {
        const target = readLink(sys, path);
        return typeof target === "string" ? target : "";
      }
      case "m":
        return (stat.mode & 0o7777).toString(8);
      case "M":
        return modeString(stat.mode);
      case "n":
        return String(stat.nlink);
      case "p":
        return path;
      case "P":
        return path === root ? "" : path.slice(root.endsWith("/") ? root.length : root.length + 1);
      case "s":
        return String(stat.size);
      case "t":
        return (
          formatTime("%a %b %e %H:%M:%S", stat.mtimeSec) +
          `.${String(stat.mtimeNsec).padStart(9, "0")}0 ` +
          formatTime("%Y", stat.mtimeSec)
        );
      case "u":
        return accounts.user(stat.uid);
      case "U":
        return String(stat.uid);
      case "y":
        return kinds[stat.mode >> 12] ?? "U";
    }
    return null;
  }
}
