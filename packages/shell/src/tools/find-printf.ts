// find -printf: a format parsed once, and entries put through it.

import { ELOOP, ENOENT, ENOTDIR, S_IFMT, type System } from "@vibengine/system";
import { textOfByte } from "../locale.ts";
import type { Writer } from "../stdio.ts";
import { type Accounts, readAccounts } from "./accounts.ts";
import { Failure } from "./define.ts";
import { isLink, readLink, stat as statOf } from "./files.ts";
import type { Entry, Parser, Test } from "./find-expression.ts";
import { modeString } from "./mode.ts";
import { formatInZone, type Zone, zoneOf } from "./zone.ts";

/** What the disk's file system calls itself. */
export const FILE_SYSTEM = "vibe";

type Piece = string | ((entry: Entry) => string);

const ESCAPES: Record<string, string> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "0": "\0",
  "\\": "\\",
};

export function printfAction(parser: Parser, primary: string, out: Writer): Test {
  const { invocation } = parser;
  const { sys } = invocation;
  const accounts = readAccounts(sys);
  const zone = zoneOf(invocation.env.get("TZ"));
  const format = parser.argument(primary);
  const pieces: Piece[] = [];
  const pattern = /\\([0-7]{1,3}|[^]|$)|%([-+ 0#]*)(\d*)(?:\.(\d+))?(?:([ACTB])([^])|([^])|$)|[^\\%]+/g;
  for (const match of format.matchAll(pattern)) {
    const [whole, escape, flags = "", width = "", precision, time, conversion, letter] = match;
    if (escape !== undefined) {
      if (escape === "c") break;
      if (/^[0-7]+$/.test(escape)) pieces.push(textOfByte(Number.parseInt(escape, 8) & 255));
      else if (escape in ESCAPES) pieces.push(ESCAPES[escape]);
      else {
        invocation.warn(
          `warning: ${escape === "" ? "escape `\\' followed by nothing at all" : `unrecognized escape \`\\${escape}'`}`,
          0,
        );
        pieces.push(whole);
      }
      continue;
    }
    if (!whole.startsWith("%")) {
      pieces.push(whole);
      continue;
    }
    if (letter === undefined && time === undefined) throw new Failure("error: % at end of format string");
    if (letter === "%") {
      pieces.push("%");
      continue;
    }
    const known = time !== undefined || FIELDS.includes(letter);
    if (!known) {
      invocation.warn(`warning: unrecognized format directive \`%${letter}'`, 0);
      pieces.push(whole);
      continue;
    }
    const numeric = time === undefined && /[bdDGikmnsUS]/.test(letter);
    pieces.push((entry) => {
      let text =
        time !== undefined
          ? timeField(entry, time, conversion, zone)
          : letter === "m" && flags.includes("#")
            ? (entry.stat.mode & 0o7777).toString(8).padStart(4, "0")
            : field(letter, entry, sys, accounts, zone);
      if (precision !== undefined)
        text = numeric ? text.padStart(Number(precision), "0") : text.slice(0, Number(precision));
      // Zeros are for numbers that C's printf would take as such; sizes and links are strings there.
      const zeros = flags.includes("0") && /[dm]/.test(letter ?? "");
      return flags.includes("-") ? text.padEnd(Number(width)) : text.padStart(Number(width), zeros ? "0" : " ");
    });
  }
  return (entry) => {
    const text = pieces.map((piece) => (typeof piece === "string" ? piece : piece(entry))).join("");
    const waiting = out.write(text);
    return waiting ? waiting.then(() => true) : true;
  };
}

const FIELDS = "abBcdDfFgGhHiklmMnpPsStuUyYZ";

type Times = "mtime" | "atime" | "ctime";
const TIMES: Record<string, Times> = { A: "atime", C: "ctime", T: "mtime", B: "ctime" };

function moment({ stat }: Entry, times: Times): [sec: number, nsec: number, fraction: string] {
  const nsec = stat[`${times}Nsec`];
  return [stat[`${times}Sec`], nsec, `.${String(nsec).padStart(9, "0")}0`];
}

function timeField(entry: Entry, which: string, conversion: string, zone: Zone): string {
  const [sec, nsec, fraction] = moment(entry, TIMES[which]);
  if (conversion === "")
    return formatInZone(zone, "%a %b %e %H:%M:%S", sec) + fraction + formatInZone(zone, " %Y", sec);
  if (conversion === "@") return `${sec}${fraction}`;
  if (conversion === "+") return formatInZone(zone, "%Y-%m-%d+%H:%M:%S", sec) + fraction;
  if (/[STX]/.test(conversion)) return formatInZone(zone, `%${conversion}`, sec) + fraction;
  return formatInZone(zone, `%${conversion}`, sec, nsec);
}

const KINDS: Record<number, string> = { 4: "d", 8: "f", 10: "l", 2: "c", 1: "p", 6: "b", 12: "s" };
const kind = (mode: number) => KINDS[(mode & S_IFMT) >> 12] ?? "U";

function field(letter: string, entry: Entry, sys: System, accounts: Accounts, zone: Zone): string {
  const { path, name, depth, stat, root } = entry;
  switch (letter) {
    case "a":
      return timeField(entry, "A", "", zone);
    case "b":
      return String(stat.blocks);
    case "B":
      return "-";
    case "c":
      return timeField(entry, "C", "", zone);
    case "d":
      return String(depth);
    case "D":
      return String(stat.dev);
    case "f":
      return name;
    case "F":
      return FILE_SYSTEM;
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
      const target = isLink(stat) ? readLink(sys, path) : "";
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
    case "S":
      return stat.size === 0 ? "1" : String(Number(((stat.blocks * 512) / stat.size).toPrecision(6)));
    case "t":
      return timeField(entry, "T", "", zone);
    case "u":
      return accounts.user(stat.uid);
    case "U":
      return String(stat.uid);
    case "y":
      return kind(stat.mode);
    case "Y": {
      if (!isLink(stat)) return kind(stat.mode);
      const there = statOf(sys, path);
      if (typeof there !== "number") return kind(there.mode);
      return there === -ENOENT || there === -ENOTDIR ? "N" : there === -ELOOP ? "L" : "?";
    }
  }
  return "";
}
