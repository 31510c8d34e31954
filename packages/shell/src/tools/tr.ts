// tr: translates, deletes and squeezes bytes through 256-entry tables.

import { encode } from "@vibengine/system";
import { define, Failure, UsageError } from "./define.ts";
import { quote } from "./quote.ts";

export const tr = define(
  {
    name: "tr",
    usage: "[OPTION]... STRING1 [STRING2]",
    help: `Translate, squeeze, and/or delete characters (bytes) from standard input, writing to standard output.

  -c, -C, --complement   use the complement of STRING1
  -d, --delete           delete characters in STRING1, do not translate
  -s, --squeeze-repeats  replace each run of a repeated character of the last STRING with one of it
  -t, --truncate-set1    first truncate STRING1 to the length of STRING2

STRINGs hold characters, ranges a-z, escapes \\NNN \\\\ \\a \\b \\f \\n \\r \\t \\v, classes [:alnum:] [:alpha:] [:blank:] [:cntrl:]
[:digit:] [:graph:] [:lower:] [:print:] [:punct:] [:space:] [:upper:] [:xdigit:], [=c=], and in STRING2 [c*] and [c*REPEAT].`,
    inOrder: true,
  },
  async ({ options, operands, stdin, stdout }) => {
    const remove = options.has("d");
    const squeeze = options.has("s");
    const needed = remove === squeeze ? 2 : 1;
    if (operands.length === 0) throw new UsageError("missing operand");
    if (operands.length < needed) {
      const why =
        remove && squeeze
          ? "Two strings must be given when both deleting and squeezing repeats."
          : "Two strings must be given when translating.";
      throw new UsageError(`missing operand after ${quote(operands[0])}\n${why}`);
    }
    const most = remove && !squeeze ? 1 : 2;
    if (operands.length > most) {
      const why =
        operands.length === 2 ? "\nOnly one string may be given when deleting without squeezing repeats." : "";
      throw new UsageError(`extra operand ${quote(operands[most])}${why}`);
    }
    const translate = operands.length === 2 && !remove;
    const set1 = parseSet(operands[0], null);
    let first = expand(set1, 0);
    if (options.has("c")) {
      const complement = [];
      for (let byte = 0; byte < 256; byte++) if (!first.includes(byte)) complement.push(byte);
      first = complement;
    }
    const table = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const removed = new Uint8Array(256);
    const squeezed = new Uint8Array(256);
    let second: number[] = [];
    if (operands.length === 2) {
      const set2 = parseSet(operands[1], "second");
      second = expand(set2, first.length);
      if (translate) {
        checkClasses(set1, set2, options.has("c"));
        if (options.has("t")) first = first.slice(0, second.length);
        else if (second.length === 0 && first.length > 0) {
          throw new Failure("when not truncating set1, string2 must be non-empty");
        }
        first.forEach((byte, i) => {
          table[byte] = second[Math.min(i, second.length - 1)];
        });
      }
    }
    if (remove) for (const byte of first) removed[byte] = 1;
    if (squeeze) for (const byte of operands.length === 2 ? second : first) squeezed[byte] = 1;

    const out = new Uint8Array(65536);
    let before = -1;
    for (let chunk = await stdin.read(); chunk; chunk = await stdin.read()) {
      let used = 0;
      if (!remove && !squeeze) {
        used = chunk.length;
        for (let i = 0; i < used; i++) out[i] = table[chunk[i]];
      } else {
        for (let i = 0; i < chunk.length; i++) {
          if (removed[chunk[i]] === 1) continue;
          const byte = table[chunk[i]];
          if (byte === before && squeezed[byte] === 1) continue;
          out[used++] = before = byte;
        }
      }
      await stdout.write(out.subarray(0, used));
      await stdout.flush();
    }
  },
);

type Part = { bytes: number[]; cased?: "upper" | "lower"; class?: string } | { repeat: number; count: number };

const ESCAPES: Record<string, number> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, "\\": 92 };

const between = (low: number, high: number) => Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => low + i);
const matching = (pattern: RegExp) => between(0, 255).filter((byte) => pattern.test(String.fromCharCode(byte)));

const CLASSES: Record<string, RegExp> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[\0-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[\t-\r ]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

function parseSet(text: string, which: "second" | null): Part[] {
  const raw = encode(text);
  // Escapes first: an escaped character is never syntax, which `plain` remembers.
  const bytes: number[] = [];
  const plain: boolean[] = [];
  for (let i = 0; i < raw.length; i++) {
    if (raw[i] !== 92 || i === raw.length - 1) {
      bytes.push(raw[i]);
      plain.push(true);
      continue;
    }
    const octal = /^[0-7]{1,3}/.exec(String.fromCharCode(...raw.subarray(i + 1, i + 4)))?.[0];
    if (octal) {
      const digits = Number.parseInt(octal, 8) > 255 ? octal.slice(0, 2) : octal;
      bytes.push(Number.parseInt(digits, 8));
      i += digits.length;
    } else {
      i++;
      bytes.push(ESCAPES[String.fromCharCode(raw[i])] ?? raw[i]);
    }
    plain.push(false);
  }
  const source = String.fromCharCode(...bytes);
  const parts: Part[] = [];
  for (let i = 0; i < bytes.length; ) {
    if (source[i] === "[" && plain[i] && (source[i + 1] === ":" || source[i + 1] === "=")) {
      const mark = source[i + 1];
      const end = source.indexOf(`${mark}]`, i + 2);
      const name = source.slice(i + 2, end);
      if (end >= 0 && mark === ":" && /^[a-z]*$/i.test(name)) {
        if (!CLASSES[name]) throw new Failure(`invalid character class '${name}'`);
        parts.push({
          bytes: matching(CLASSES[name]),
          cased: name === "upper" || name === "lower" ? name : undefined,
          class: name,
        });
        i = end + 2;
        continue;
      }
      if (end >= 0 && mark === "=" && name.length > 0) {
        if (name.length > 1) throw new Failure(`${name}: equivalence class operand must be a single character`);
        parts.push({ bytes: [name.charCodeAt(0)] });
        i = end + 2;
        continue;
      }
    }
    if (source[i] === "[" && plain[i] && source[i + 2] === "*" && plain[i + 2]) {
      const repeat = /^(\d*)\]/.exec(source.slice(i + 3));
      if (repeat) {
        if (which !== "second") throw new Failure("the [c*] repeat construct may not appear in string1");
        const count = repeat[1] === "" ? 0 : Number.parseInt(repeat[1], repeat[1].startsWith("0") ? 8 : 10);
        parts.push({ repeat: bytes[i + 1], count });
        i += 3 + repeat[0].length;
        continue;
      }
    }
    if (source[i + 1] === "-" && plain[i + 1] && i + 2 < bytes.length) {
      if (bytes[i] > bytes[i + 2]) {
        const show = (byte: number) =>
          byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`;
        throw new Failure(
          `range-endpoints of '${show(bytes[i])}-${show(bytes[i + 2])}' are in reverse collating sequence order`,
        );
      }
      parts.push({ bytes: between(bytes[i], bytes[i + 2]) });
      i += 3;
      continue;
    }
    parts.push({ bytes: [bytes[i++]] });
  }
  return parts;
}

/** The set as a list; one [c*] fills it up to `length`. */
function expand(parts: Part[], length: number): number[] {
  const fixed = parts.reduce((sum, part) => sum + ("bytes" in part ? part.bytes.length : part.count), 0);
  const filler = Math.max(0, length - fixed);
  return parts.flatMap((part) =>
    "bytes" in part ? part.bytes : new Array<number>(part.count === 0 ? filler : part.count).fill(part.repeat),
  );
}

/** In STRING2 of a translation only [:upper:] and [:lower:] may stand, each opposite one of the two in STRING1. */
function checkClasses(set1: Part[], set2: Part[], complemented: boolean): void {
  const position = (parts: Part[], upTo: number) =>
    parts.slice(0, upTo).reduce((sum, part) => sum + ("bytes" in part ? part.bytes.length : part.count), 0);
  set2.forEach((part, i) => {
    if (!("bytes" in part) || !part.class) return;
    if (!part.cased) {
      throw new Failure(
        "when translating, the only character classes that may appear in\nstring2 are 'upper' and 'lower'",
      );
    }
    const at = position(set2, i);
    const opposite = set1.some((other, j) => "bytes" in other && other.cased && position(set1, j) === at);
    if (!opposite || complemented) throw new Failure("misaligned [:upper:] and/or [:lower:] construct");
  });
}
