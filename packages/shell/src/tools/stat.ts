// stat: an inode's fields through a format.

import { newStat, S_IFCHR, S_IFLNK, S_IFMT, type Stat, strerror } from "@vibengine/system";
import { textOfByte } from "../locale.ts";
import { type Accounts, readAccounts } from "./accounts.ts";
import { define, type Invocation, UsageError } from "./define.ts";
import { readLink, stat as statOf } from "./files.ts";
import { kindOf, modeString } from "./mode.ts";
import { quote } from "./quote.ts";
import { formatInZone, zoneOf } from "./zone.ts";

const STANDARD =
  "  File: %n\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\nDevice: %Hd,%Ld\tInode: %-11i Links: %h\n" +
  "Access: (%04a/%A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\nAccess: %x\nModify: %y\nChange: %z\n Birth: %w\n";

const TERSE = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o\n";

export const stat = define(
  {
    name: "stat",
    usage: "[OPTION]... FILE...",
    help: `Display file or file system status.

  -L, --dereference     follow links
  -f, --file-system     display file system status instead of file status
  -c, --format=FORMAT   use the specified FORMAT instead of the default; output a newline after each use of FORMAT
      --printf=FORMAT   like --format, but interpret backslash escapes, and do not output a mandatory trailing newline
  -t, --terse           print the information in terse form
      --cached=MODE     (ignored)

For files: %a octal mode, %A mode as text, %b blocks, %B block size, %d %D device, %f raw mode in hex, %F type, %g %G group,
%h links, %i inode, %m mount point, %n name, %N quoted name, %o I/O size, %s size, %u %U user,
%w %W birth, %x %X access, %y %Y modification, %z %Z status change (text, seconds since the epoch).
For file systems: %a %b %f free, total, free blocks, %c %d inodes, %i id, %l name length, %n name, %s %S block size, %t %T type.`,
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    if (operands.length === 0) throw new UsageError("missing operand");
    const fileSystem = options.has("f");
    const key = options.last("c", "printf");
    const given = key && options.value(key)!;
    const standard = fileSystem ? FILE_SYSTEM : STANDARD;
    const format =
      given === undefined
        ? options.has("t") && !fileSystem
          ? TERSE
          : standard
        : key === "printf"
          ? unescape(given)
          : `${given}\n`;
    const accounts = readAccounts(sys);
    for (const name of operands) {
      const found = name === "-" ? statFd(invocation) : statOf(sys, name, options.has("L") || fileSystem);
      if (typeof found === "number") {
        invocation.warn(
          fileSystem
            ? `cannot read file system information for ${quote(name)}: ${strerror(found)}`
            : `cannot statx ${quote(name)}: ${strerror(found)}`,
        );
        continue;
      }
      const value = fileSystem
        ? fileSystemField(invocation, name)
        : (letter: string, part: string) => field(letter, part, name, found, invocation, accounts);
      const marked =
        given === undefined && !fileSystem && (found.mode & S_IFMT) === S_IFCHR
          ? format.replace("%h\n", "%-5h Device type: %t,%T\n")
          : format;
      await stdout.write(
        marked.replace(
          /%([-+ 0#']*)(\d*)(?:\.(\d*))?([HL]?)([a-zA-Z%])/g,
          (whole, flags: string, width: string, precision, part: string, letter: string) => {
            if (letter === "%") return "%";
            let text = value(letter, part);
            if (text === null) return letter ? `?${whole.slice(whole.length)}` : whole;
            if (precision !== undefined)
              text = /[XYZW]/.test(letter)
                ? withFraction(text, letter, found, precision === "" ? 9 : Number(precision))
                : text.slice(0, Number(precision));
            if (flags.includes("#") && letter === "a") text = `0${text}`;
            const sign = /[dsibhouXYZW]/.test(letter) ? /[+ ]/.exec(flags)?.[0] : undefined;
            if (sign) text = (flags.includes("+") ? "+" : " ") + text;
            if (flags.includes("-")) return text.padEnd(Number(width));
            return text.padStart(Number(width), flags.includes("0") ? "0" : " ");
          },
        ),
      );
    }
  },
);

function statFd({ sys }: Invocation): Stat | number {
  const out = newStat();
  const result = sys.fstat(0, out);
  return result < 0 ? result : out;
}

function withFraction(text: string, letter: string, found: Stat, digits: number): string {
  const nsec = { X: found.atimeNsec, Y: found.mtimeNsec, Z: found.ctimeNsec }[letter] ?? 0;
  return digits === 0 ? text : `${text}.${String(nsec).padStart(9, "0").slice(0, digits).padEnd(digits, "0")}`;
}

function field(
  letter: string,
  part: string,
  name: string,
  found: Stat,
  { sys, env }: Invocation,
  accounts: Accounts,
): string | null {
  const time = (sec: number, nsec: number) => formatInZone(zoneOf(env.get("TZ")), "%Y-%m-%d %H:%M:%S.%N %z", sec, nsec);
  switch (letter) {
    case "a":
      return (found.mode & 0o7777).toString(8);
    case "A":
      return modeString(found.mode);
    case "b":
      return String(found.blocks);
    case "B":
      return "512";
    case "C":
      return "?";
    case "d":
      return String(part === "H" ? Math.floor(found.dev / 256) : part === "L" ? found.dev % 256 : found.dev);
    case "D":
      return found.dev.toString(16);
    case "f":
      return found.mode.toString(16);
    case "F":
      return kindOf(found);
    case "g":
      return String(found.gid);
    case "G":
      return accounts.group(found.gid);
    case "h":
      return String(found.nlink);
    case "i":
      return String(found.ino);
    case "m":
      return "/";
    case "n":
      return name;
    case "N": {
      const target = (found.mode & S_IFMT) === S_IFLNK ? readLink(sys, name) : null;
      return typeof target === "string" ? `${quote(name)} -> ${quote(target)}` : quote(name);
    }
    case "o":
      return "4096";
    case "r":
    case "R":
    case "t":
    case "T":
      return "0";
    case "s":
      return String(found.size);
    case "u":
      return String(found.uid);
    case "U":
      return accounts.user(found.uid);
    case "w":
      return "-";
    case "W":
      return "0";
    case "x":
      return time(found.atimeSec, found.atimeNsec);
    case "X":
      return String(found.atimeSec);
    case "y":
      return time(found.mtimeSec, found.mtimeNsec);
    case "Y":
      return String(found.mtimeSec);
    case "z":
      return time(found.ctimeSec, found.ctimeNsec);
    case "Z":
      return String(found.ctimeSec);
  }
  return null;
}

const FILE_SYSTEM =
  '  File: "%n"\n    ID: %-8i Namelen: %-7l Type: %T\nBlock size: %-10s Fundamental block size: %S\n' +
  "Blocks: Total: %-10b Free: %-10f Available: %a\nInodes: Total: %-10c Free: %d\n";

function fileSystemField({ sys }: Invocation, name: string): (letter: string) => string | null {
  const out = { blockSize: 0, blocks: 0, freeBlocks: 0, inodes: 0, freeInodes: 0 };
  sys.statfs(out);
  const values: Record<string, string | number> = {
    a: out.freeBlocks,
    b: out.blocks,
    f: out.freeBlocks,
    c: out.inodes,
    d: out.freeInodes,
    i: "0",
    l: 255,
    n: name,
    s: out.blockSize,
    S: out.blockSize,
    t: "76696265",
    T: "vibengine",
  };
  return (letter) => (letter in values ? String(values[letter]) : null);
}

/** --printf's escapes. */
export function unescape(text: string): string {
  const named: Record<string, string> = {
    a: "\x07",
    b: "\b",
    e: "\x1b",
    f: "\f",
    n: "\n",
    r: "\r",
    t: "\t",
    v: "\v",
    "\\": "\\",
    '"': '"',
  };
  return text.replace(/\\(?:([abefnrtv\\"])|([0-7]{1,3})|x([0-9a-fA-F]{1,2}))/g, (_, letter, octal, hex) =>
    letter ? named[letter] : textOfByte(Number.parseInt(octal ?? hex, octal ? 8 : 16) & 255),
  );
}
