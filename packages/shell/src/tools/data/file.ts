// file: tells what is in a file by its first bytes.

import { S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, strerror } from "@vibengine/system";
import { bytesToBinary } from "../../stdio.ts";
import { readExactly } from "../bytes.ts";
import { closeInput, define, type Invocation, openInput, UsageError } from "../define.ts";
import { readLink, stat } from "../files.ts";
import { lineBlocks } from "../lines.ts";

/** Looked at; file itself reads a megabyte, but what it can tell stands near the front. */
const HEAD = 65536;

export const file = define(
  {
    name: "file",
    usage: "[OPTION...] [FILE...]",
    help: `Determine type of FILEs.

  -b, --brief            do not prepend filenames to output lines
  -i, --mime             output MIME type strings (--mime-type and --mime-encoding)
      --mime-type        output the MIME type
      --mime-encoding    output the MIME encoding
  -f, --files-from=FILE  read the filenames to be examined from FILE
  -F, --separator=STRING  use string as separator instead of ':'
  -h, --no-dereference   don't follow symlinks (default)
  -L, --dereference      follow symlinks
  -N, --no-pad           do not pad output
  -0, --print0           terminate filenames with ASCII NUL
  -k, --keep-going       (ignored)
  -s, --special-files    (ignored)
  -z, --uncompress       (ignored)
  -E                     (ignored)`,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    const names = [...operands];
    const list = options.value("f");
    if (list !== undefined) {
      const reader = openInput(invocation, list);
      if (reader) for await (const lines of lineBlocks(reader)) names.push(...lines);
    }
    if (names.length === 0) throw new UsageError("");
    const separator = options.value("F") ?? ":";
    const width = options.has("N") ? 0 : Math.max(...names.map((name) => (name === "-" ? 10 : name.length)));
    for (const name of names) {
      const { text, mime, encoding } = await examine(invocation, name);
      const shown = options.has("i")
        ? `${mime}; charset=${encoding}`
        : options.has("mime-type")
          ? mime
          : options.has("mime-encoding")
            ? encoding
            : text;
      const label = name === "-" ? "/dev/stdin" : name;
      const lead = options.has("b")
        ? ""
        : options.has("0")
          ? `${label}\0${separator} `
          : `${label}${separator} ${" ".repeat(Math.max(0, width - label.length))}`;
      await stdout.write(`${lead}${shown}\n`);
    }
  },
);

interface Verdict {
  text: string;
  mime: string;
  encoding: string;
}

async function examine(invocation: Invocation, name: string): Promise<Verdict> {
  const { options, sys } = invocation;
  const inode = (kind: string, text: string): Verdict => ({ text, mime: `inode/${kind}`, encoding: "binary" });
  if (name !== "-") {
    const found = stat(sys, name, options.has("L"));
    if (typeof found === "number") {
      const text = `cannot open \`${name}' (${strerror(found)})`;
      return { text, mime: text, encoding: text };
    }
    switch (found.mode & S_IFMT) {
      case S_IFDIR:
        return inode("directory", "directory");
      case S_IFLNK: {
        const target = readLink(sys, name);
        const broken = typeof stat(sys, name) === "number";
        return inode("symlink", `${broken ? "broken symbolic link" : "symbolic link"} to ${target}`);
      }
      case S_IFCHR:
        return inode("chardevice", "character special (0/0)");
      case S_IFIFO:
        return inode("fifo", "fifo (named pipe)");
      case S_IFREG:
        if (found.size === 0) return inode("x-empty", "empty");
    }
  }
  const reader = openInput(invocation, name);
  if (!reader) return inode("x-unreadable", "regular file, no read permission");
  const head = await readExactly(reader, HEAD);
  closeInput(invocation, reader);
  if (head.length === 0) return inode("x-empty", "empty");
  return recognize(head);
}

type Magic = [at: number, bytes: string, mime: string, text: string | ((head: Uint8Array, binary: string) => string)];

const u16 = (head: Uint8Array, at: number) => head[at] | (head[at + 1] << 8);
const u32 = (head: Uint8Array, at: number) => (u16(head, at) | (u16(head, at + 2) << 16)) >>> 0;
const b16 = (head: Uint8Array, at: number) => (head[at] << 8) | head[at + 1];
const b32 = (head: Uint8Array, at: number) => ((b16(head, at) << 16) | b16(head, at + 2)) >>> 0;

const MAGICS: Magic[] = [
  [0, "\x7fELF", "application/x-executable", elf],
  [
    0,
    "\0asm",
    "application/wasm",
    (head) =>
      `WebAssembly (wasm) binary module version ${head[4] === 1 ? "0x1 (MVP)" : `0x${u32(head, 4).toString(16)}`}`,
  ],
  [0, "\x1f\x8b", "application/gzip", gzip],
  [0, "BZh", "application/x-bzip2", (head) => `bzip2 compressed data, block size = ${head[3] - 48}00k`],
  [
    0,
    "\xfd7zXZ\0",
    "application/x-xz",
    (head) =>
      `XZ compressed data, checksum ${{ 0: "NONE", 1: "CRC32", 4: "CRC64", 10: "SHA-256" }[head[7] & 15] ?? "?"}`,
  ],
  [0, "\x28\xb5\x2f\xfd", "application/zstd", "Zstandard compressed data (v0.8+)"],
  [
    0,
    "7z\xbc\xaf\x27\x1c",
    "application/x-7z-compressed",
    (head) => `7-zip archive data, version ${head[6]}.${head[7]}`,
  ],
  [0, "PK\x03\x04", "application/zip", zip],
  [0, "PK\x05\x06", "application/zip", "Zip archive data (empty)"],
  [0, "Rar!\x1a\x07", "application/x-rar", "RAR archive data"],
  [257, "ustar\x00", "application/x-tar", "POSIX tar archive"],
  [257, "ustar  \0", "application/x-tar", "POSIX tar archive (GNU)"],
  [0, "!<arch>\n", "application/x-archive", "current ar archive"],
  [0, "\x89PNG\r\n\x1a\n", "image/png", png],
  [0, "GIF87a", "image/gif", (head) => `GIF image data, version 87a, ${u16(head, 6)} x ${u16(head, 8)}`],
  [0, "GIF89a", "image/gif", (head) => `GIF image data, version 89a, ${u16(head, 6)} x ${u16(head, 8)}`],
  [0, "\xff\xd8\xff", "image/jpeg", "JPEG image data"],
  [
    0,
    "BM",
    "image/bmp",
    (head) => `PC bitmap, Windows 3.x format, ${u32(head, 18)} x ${u32(head, 22)} x ${u16(head, 28)}`,
  ],
  [0, "II*\0", "image/tiff", "TIFF image data, little-endian"],
  [0, "MM\0*", "image/tiff", "TIFF image data, big-endian"],
  [
    0,
    "\0\0\x01\0",
    "image/vnd.microsoft.icon",
    (head) => `MS Windows icon resource - ${u16(head, 4)} icon${u16(head, 4) === 1 ? "" : "s"}`,
  ],
  [8, "WEBP", "image/webp", "RIFF (little-endian) data, Web/P image"],
  [8, "WAVE", "audio/x-wav", "RIFF (little-endian) data, WAVE audio"],
  [8, "AVI ", "video/x-msvideo", "RIFF (little-endian) data, AVI"],
  [0, "%PDF-", "application/pdf", (_, binary) => `PDF document, version ${binary.slice(5, 8)}`],
  [0, "%!PS", "application/postscript", "PostScript document text"],
  [0, "OggS", "application/ogg", "Ogg data"],
  [0, "fLaC", "audio/flac", "FLAC audio bitstream data"],
  [0, "ID3", "audio/mpeg", (head) => `Audio file with ID3 version 2.${head[3]}.${head[4]}`],
  [4, "ftyp", "video/mp4", "ISO Media, MP4 Base Media v1"],
  [0, "\x1aE\xdf\xa3", "video/webm", "WebM"],
  [0, "SQLite format 3\0", "application/vnd.sqlite3", "SQLite 3.x database"],
  [
    0,
    "\xca\xfe\xba\xbe",
    "application/x-java-applet",
    (head) => `compiled Java class data, version ${b16(head, 6)}.${b16(head, 4)}`,
  ],
  [0, "\xcf\xfa\xed\xfe", "application/x-mach-binary", "Mach-O 64-bit executable"],
  [0, "MZ", "application/x-dosexec", "MS-DOS executable"],
  [0, "wOFF", "font/woff", "Web Open Font Format"],
  [0, "wOF2", "font/woff2", "Web Open Font Format (Version 2)"],
  [0, "\0\x01\0\0\0", "font/sfnt", "TrueType Font data"],
  [0, "OTTO", "application/vnd.ms-opentype", "OpenType font data"],
  [0, "070701", "application/x-cpio", "ASCII cpio archive (SVR4 with no CRC)"],
];

function recognize(head: Uint8Array): Verdict {
  const binary = bytesToBinary(head.subarray(0, 2048));
  for (const [at, bytes, mime, text] of MAGICS)
    if (binary.startsWith(bytes, at))
      return { text: typeof text === "string" ? text : text(head, binary), mime: mime, encoding: "binary" };
  return textual(head) ?? { text: "data", mime: "application/octet-stream", encoding: "binary" };
}

function elf(head: Uint8Array): string {
  const little = head[5] === 1;
  const half = (at: number) => (little ? u16(head, at) : b16(head, at));
  const kinds = ["no file type", "relocatable", "executable", "shared object", "core file"];
  const machines: Record<number, string> = {
    3: "Intel 80386",
    8: "MIPS",
    40: "ARM",
    62: "x86-64",
    183: "ARM aarch64",
    243: "UCB RISC-V",
  };
  return `ELF ${head[4] === 2 ? "64" : "32"}-bit ${little ? "LSB" : "MSB"} ${kinds[half(16)] ?? "unknown"}, ${machines[half(18)] ?? `machine ${half(18)}`}, version 1 (${head[7] === 3 ? "GNU/Linux" : "SYSV"})`;
}

function gzip(head: Uint8Array, binary: string): string {
  const parts = ["gzip compressed data"];
  let at = 10;
  if (head[3] & 4) at += 2 + u16(head, at);
  if (head[3] & 8) parts.push(`was "${binary.slice(at, binary.indexOf("\0", at))}"`);
  const time = u32(head, 4);
  if (time > 0)
    parts.push(
      `last modified: ${new Date(time * 1000).toUTCString().replace(/^(\w+), (\d+) (\w+) (\d+) ([\d:]+) GMT$/, (_, day, date, month, year, clock) => `${day} ${month} ${date.padStart(2)} ${clock} ${year}`.replace(/ 0(\d) /, "  $1 "))}`,
    );
  if (head[8] === 2) parts.push("max compression");
  if (head[8] === 4) parts.push("max speed");
  if (head[9] === 3) parts.push("from Unix");
  return parts.join(", ");
}

function zip(head: Uint8Array, binary: string): string {
  const name = binary.slice(30, 30 + u16(head, 26));
  if (name === "mimetype") {
    const type = binary.slice(38, 38 + u32(head, 18));
    if (type.includes("epub")) return "EPUB document";
    if (type.includes("opendocument")) return "OpenDocument";
  }
  if (name === "[Content_Types].xml" || name === "_rels/.rels") return "Microsoft OOXML";
  if (name === "META-INF/" || name === "META-INF/MANIFEST.MF") return "Java archive data (JAR)";
  const version = u16(head, 4);
  return `Zip archive data, at least v${Math.floor((version & 255) / 10)}.${version % 10} to extract, compression method=${u16(head, 8) === 0 ? "store" : "deflate"}`;
}

function png(head: Uint8Array): string {
  const colors: Record<number, string> = {
    0: " grayscale",
    2: "/color RGB",
    3: " colormap",
    4: " gray+alpha",
    6: "/color RGBA",
  };
  const kind = colors[head[25]] ?? "";
  return `PNG image data, ${b32(head, 16)} x ${b32(head, 20)}, ${head[24]}-bit${kind}, ${head[28] ? "interlaced" : "non-interlaced"}`;
}

/** What kind of text it is; null when it is none. */
function textual(head: Uint8Array): Verdict | null {
  const encoding = encodingOf(head);
  if (encoding === null) return null;
  const [name, charset] = encoding;
  const content = new TextDecoder(charset.startsWith("utf-16") ? charset : "utf-8").decode(head);
  const [kind, mime] = language(content);
  const lines = content.split("\n");
  const notes: string[] = [];
  if (lines.some((line) => line.length > 300))
    notes.push(`with very long lines (${Math.max(...lines.map((line) => line.length))})`);
  const [crlf, lf, cr] = [
    (content.match(/\r\n/g) ?? []).length,
    (content.match(/(?<!\r)\n/g) ?? []).length,
    (content.match(/\r(?!\n)/g) ?? []).length,
  ];
  const ends = [
    ...(crlf > 0 ? ["CRLF"] : []),
    ...(cr > 0 ? ["CR"] : []),
    ...(lf > 0 && (crlf > 0 || cr > 0) ? ["LF"] : []),
  ];
  if (ends.length > 0) notes.push(`with ${ends.join(", ")} line terminators`);
  else if (crlf + lf + cr === 0) notes.push("with no line terminators");
  if (content.includes("\x1b")) notes.push("with escape sequences");
  if (content.includes("\b")) notes.push("with overstriking");
  if (kind === "JSON text data") return { text: kind, mime, encoding: charset };
  const text = kind ? `${kind}, ${name} text${kind.endsWith("script") ? " executable" : ""}` : `${name} text`;
  return { text: [text, ...notes].join(", "), mime, encoding: charset };
}

function encodingOf(head: Uint8Array): [string, string] | null {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return ["Unicode text, UTF-8 (with BOM)", "utf-8"];
  if (head[0] === 0xff && head[1] === 0xfe) return ["Unicode text, UTF-16, little-endian", "utf-16le"];
  if (head[0] === 0xfe && head[1] === 0xff) return ["Unicode text, UTF-16, big-endian", "utf-16be"];
  let high = false;
  for (const byte of head) {
    if (byte >= 128) high = true;
    else if (byte < 32 && ![7, 8, 9, 10, 11, 12, 13, 27].includes(byte)) return null;
    else if (byte === 127) return null;
  }
  if (!high) return ["ASCII", "us-ascii"];
  try {
    // The piece may end inside a character.
    new TextDecoder("utf-8", { fatal: true }).decode(head.subarray(0, head.length), { stream: true });
    return ["Unicode text, UTF-8", "utf-8"];
  } catch {
    const extended = head.some((byte) => byte >= 128 && byte < 160);
    return extended ? ["Non-ISO extended-ASCII", "unknown-8bit"] : ["ISO-8859", "iso-8859-1"];
  }
}

function language(text: string): [string, string] {
  const interpreter = /^#! ?(\S+)(?: +(\S+))?/.exec(text);
  if (interpreter) {
    const [, path, argument] = interpreter;
    const base = path.slice(path.lastIndexOf("/") + 1);
    const program = base === "env" ? (argument ?? "env") : base;
    if (program === "sh") return ["POSIX shell script", "text/x-shellscript"];
    if (program === "bash") return ["Bourne-Again shell script", "text/x-shellscript"];
    if (/^python/.test(program)) return ["Python script", "text/x-script.python"];
    if (program === "perl") return ["Perl script", "text/x-perl"];
    if (program === "node") return ["Node.js script", "application/javascript"];
    if (program === "ruby") return ["Ruby script", "text/x-ruby"];
    return [`a ${path}${argument && base === "env" ? ` ${argument}` : ""} script`, "text/plain"];
  }
  const start = text.trimStart();
  if (/^<\?xml/.test(start))
    return [
      /<svg/.test(text) ? "SVG Scalable Vector Graphics image" : `XML 1.0 document`,
      /<svg/.test(text) ? "image/svg+xml" : "text/xml",
    ];
  if (/^<svg/.test(start)) return ["SVG Scalable Vector Graphics image", "image/svg+xml"];
  if (/^(<!doctype html|<html|<head)/i.test(start)) return ["HTML document", "text/html"];
  if (/^[[{]/.test(start)) {
    try {
      JSON.parse(text);
      return ["JSON text data", "application/json"];
    } catch {
      // Not JSON, or cut off: then it is text.
    }
  }
  if (/^(?:diff |Index: |--- \S+.*\n\+\+\+ )/.test(text)) return ["unified diff output", "text/x-diff"];
  if (/^\s*(?:\/\*[^]*?\*\/|\/\/.*\n|\s)*#\s*(?:include|define|ifndef|ifdef|pragma)\b/.test(text))
    return [/\b(?:class|namespace|template|std::)\b/.test(text) ? "C++ source" : "C source", "text/x-c"];
  if (/^(?:from \S+ import|import \S+\n|def \w+\(.*\):)/m.test(text) && /:\n\s+/.test(text))
    return ["Python script", "text/x-script.python"];
  return ["", "text/plain"];
}
