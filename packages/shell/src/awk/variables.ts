// The variables of a running awk program: cells and arrays by their slots, and the special ones, which change how records and fields
// are separated and numbers shown.

import { isBytewise } from "../locale.ts";
import { Regex, RegexError } from "../regex/regex.ts";
import { textToBinary } from "../stdio.ts";
import type { Invocation } from "../tools/define.ts";
import { unescapeString } from "./lexer.ts";
import { Record, type Splitting } from "./record.ts";
import type { Separation } from "./streams.ts";
import { type AwkArray, AwkError, input, numberToText, toNumber, toText, type Value } from "./values.ts";

/** A variable without a value that was passed to a function: it becomes an array there if it is used as one. */
export class Reference {
  frame: Cell[];
  slot: number;

  constructor(frame: Cell[], slot: number) {
    this.frame = frame;
    this.slot = slot;
  }
}

export type Cell = Value | AwkArray | Reference;

export class Variables {
  readonly invocation: Invocation;
  /** A character is a byte. */
  readonly bytes: boolean;
  readonly record: Record;
  globals: Cell[] = [];
  names: Map<string, number>;
  /** Frames of functions, one behind another; the one at hand begins at `base`. */
  stack: Cell[] = [];
  base = 0;
  nr = 0;
  fnr = 0;
  fs: string = " ";
  ofs = " ";
  ors = "\n";
  rs = "\n";
  subsep = "\x1c";
  convfmt = "%.6g";
  ofmt = "%.6g";
  fpat = "[^[:space:]]+";
  fieldWidths = "";
  ignoreCase = false;
  rstart = 0;
  rlength = -1;
  filename = "";
  rt = "";
  errno = "";
  #splitting: Splitting = { kind: "blanks" };
  #separation: Separation = { kind: "character", character: "\n" };
  #regexes = new Map<string, Regex>();

  constructor(invocation: Invocation, names: Map<string, number>) {
    this.invocation = invocation;
    this.bytes = isBytewise((name) => invocation.env.get(name));
    this.names = names;
    this.record = new Record(
      () => this.#splitting,
      () => this.ofs,
    );
  }

  regex(source: string): Regex {
    let regex = this.#regexes.get(source);
    if (regex) return regex;
    try {
      regex = new Regex([source], {
        syntax: "extended",
        awk: true,
        posix: true,
        ignoreCase: this.ignoreCase,
        bytes: this.bytes,
      });
    } catch (error) {
      if (error instanceof RegexError) throw new AwkError(`${error.message}: /${source}/`);
      throw error;
    }
    if (this.#regexes.size > 500) this.#regexes.clear();
    this.#regexes.set(source, regex);
    return regex;
  }

  /** Sets a special variable that records are split by. */
  setSeparator(name: string, value: Value): void {
    const text = toText(value, this.convfmt);
    // The record at hand is still split by what held when it was read.
    if (name !== "RS") this.record.freeze();
    if (name === "RS") this.rs = text;
    else if (name === "FPAT") this.fpat = text;
    else if (name === "FIELDWIDTHS") this.fieldWidths = text;
    else if (name === "FS") this.fs = text;
    else {
      this.ignoreCase = toNumber(value) !== 0 || (typeof value === "string" && value !== "");
      this.#regexes.clear();
    }
    if (name === "FPAT") this.#splitting = { kind: "pattern", regex: this.regex(text) };
    else if (name === "FIELDWIDTHS") this.#splitting = { kind: "widths", widths: widthsOf(text) };
    else if (name !== "IGNORECASE") this.#splitting = this.splittingBy(this.fs, this.rs === "" && this.fs.length === 1);
    this.#separation =
      this.rs === ""
        ? { kind: "blank" }
        : this.rs.length === 1
          ? { kind: "character", character: this.rs }
          : { kind: "regex", regex: this.regex(this.rs) };
  }

  splittingBy(separator: string, newlines = false): Splitting {
    if (separator === " ") return { kind: "blanks" };
    if (separator.length === 1 && separator !== "\\" && !newlines) return { kind: "character", separator };
    if (separator === "") return { kind: "character", separator };
    const source = separator.length === 1 ? separator.replace(/[\\[\].*+?^$(){}|]/, "\\$&") : separator;
    return { kind: "regex", regex: this.regex(source), newlines };
  }

  get separation(): Separation {
    return this.#separation;
  }

  text(value: Value): string {
    return toText(value, this.convfmt);
  }

  variable(name: string): Cell {
    const slot = this.names.get(name);
    return slot === undefined ? undefined : this.globals[slot];
  }

  /** The array in a cell of a frame; made when there is nothing yet. */
  array(frame: Cell[], slot: number): AwkArray {
    const cell = frame[slot];
    if (cell instanceof Map) return cell;
    if (cell === undefined) {
      const made: AwkArray = new Map();
      frame[slot] = made;
      return made;
    }
    if (cell instanceof Reference) {
      const made = this.array(cell.frame, cell.slot);
      frame[slot] = made;
      return made;
    }
    throw new AwkError("attempt to use a scalar value as array");
  }

  /** An assignment from the command line. */
  assign(name: string, text: string): void {
    const value = input(unescapeString(text));
    const setter = this.setters[name];
    if (setter) {
      setter(value);
      return;
    }
    const slot = this.names.get(name);
    if (slot !== undefined) this.globals[slot] = value;
  }

  readonly setters: { [name: string]: (value: Value) => void } = {
    NF: (value) => {
      this.record.count = Math.trunc(toNumber(value));
    },
    NR: (value) => {
      this.nr = toNumber(value);
    },
    FNR: (value) => {
      this.fnr = toNumber(value);
    },
    FS: (value) => this.setSeparator("FS", value),
    RS: (value) => this.setSeparator("RS", value),
    FPAT: (value) => this.setSeparator("FPAT", value),
    FIELDWIDTHS: (value) => this.setSeparator("FIELDWIDTHS", value),
    IGNORECASE: (value) => this.setSeparator("IGNORECASE", value),
    OFS: (value) => {
      // What waits to be joined is joined as things stand.
      void this.record.text;
      this.ofs = this.text(value);
    },
    ORS: (value) => {
      this.ors = this.text(value);
    },
    SUBSEP: (value) => {
      this.subsep = this.text(value);
    },
    CONVFMT: (value) => {
      this.convfmt = this.text(value);
    },
    OFMT: (value) => {
      this.ofmt = this.text(value);
    },
    RSTART: (value) => {
      this.rstart = toNumber(value);
    },
    RLENGTH: (value) => {
      this.rlength = toNumber(value);
    },
    FILENAME: (value) => {
      this.filename = this.text(value);
    },
    RT: (value) => {
      this.rt = this.text(value);
    },
    ERRNO: (value) => {
      this.errno = this.text(value);
    },
  };

  readonly getters: { [name: string]: () => Value } = {
    NF: () => this.record.count,
    NR: () => this.nr,
    FNR: () => this.fnr,
    FS: () => this.fs,
    RS: () => this.rs,
    FPAT: () => this.fpat,
    FIELDWIDTHS: () => this.fieldWidths,
    IGNORECASE: () => (this.ignoreCase ? 1 : 0),
    OFS: () => this.ofs,
    ORS: () => this.ors,
    SUBSEP: () => this.subsep,
    CONVFMT: () => this.convfmt,
    OFMT: () => this.ofmt,
    RSTART: () => this.rstart,
    RLENGTH: () => this.rlength,
    FILENAME: () => input(this.filename),
    RT: () => this.rt,
    ERRNO: () => this.errno,
  };

  /** Sets ENVIRON, ARGV and ARGC, where the program has them. */
  load(argv: string[]): void {
    const table = (name: string, entries: [string, string][]) => {
      const slot = this.names.get(name);
      if (slot !== undefined)
        this.globals[slot] = new Map(entries.map(([key, text]) => [key, input(textToBinary(text))]));
    };
    table(
      "ENVIRON",
      [...this.invocation.env].map(([key, text]) => [textToBinary(key), text]),
    );
    for (const name of ["ARGV", "ARGC"]) if (!this.names.has(name)) this.names.set(name, this.names.size);
    table(
      "ARGV",
      argv.map((text, i) => [String(i), text]),
    );
    this.globals[this.names.get("ARGC")!] = argv.length;
    table("PROCINFO", [
      ["version", "5.2.1"],
      ["pid", String(this.invocation.sys.pid)],
    ]);
  }

  /** A key of an array. */
  key(value: Value): string {
    return typeof value === "number" ? numberToText(value, this.convfmt) : this.text(value);
  }
}

function widthsOf(text: string): [number, number][] {
  return text
    .trim()
    .split(/\s+/)
    .map((one) => {
      const [, skip, width] = /^(?:(\d+):)?(\d+|\*)$/.exec(one) ?? [];
      if (width === undefined) throw new AwkError(`invalid FIELDWIDTHS value, for field, near \`${one}'`);
      return [Number(skip ?? 0), width === "*" ? Number.POSITIVE_INFINITY : Number(width)];
    });
}
