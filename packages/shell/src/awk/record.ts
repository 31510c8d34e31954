// The current record and its fields: split when first asked for, joined again when a field was set.

import type { Regex } from "../regex/regex.ts";
import { offsetOf } from "./format.ts";
import { AwkError, input, textToNumber, type Value } from "./values.ts";

/** How a record becomes fields. */
export type Splitting =
  | { kind: "blanks" }
  | { kind: "character"; separator: string }
  | { kind: "regex"; regex: Regex; newlines: boolean }
  | { kind: "pattern"; regex: Regex }
  | { kind: "widths"; widths: [skip: number, width: number][] };

const isBlank = (code: number) => code <= 32 && (code === 32 || code === 9 || code === 10);

export class Record {
  /** Asks for FS and OFS when they are needed. */
  splitting: () => Splitting;
  joint: () => string;
  /** The text is source[#from, #to), cut out when it is asked for. */
  #source = "";
  #from = 0;
  #to = 0;
  #fields: string[] = [""];
  /** Values that were assigned rather than read. */
  #values: Value[] | null = null;
  #count = -1;
  /** With blanks, fields are found one by one: where to go on. */
  #scanned = 0;
  #lazy = false;
  #stale = false;

  constructor(splitting: () => Splitting, joint: () => string) {
    this.splitting = splitting;
    this.joint = joint;
  }

  set(text: string): void {
    this.setPart(text, 0, text.length);
  }

  /** Sets it to source[from, to). */
  setPart(source: string, from: number, to: number): void {
    this.#source = source;
    this.#from = from;
    this.#to = to;
    if (this.#fields.length > 1) this.#fields.length = 1;
    this.#values = null;
    this.#count = -1;
    this.#scanned = 0;
    this.#lazy = false;
    this.#stale = false;
    this.#begun = false;
  }
  #begun = false;

  get text(): string {
    if (this.#stale) {
      const fields = this.#fields;
      let text = this.#count > 0 ? fields[1] : "";
      const joint = this.joint();
      for (let i = 2; i <= this.#count; i++) text += joint + fields[i];
      this.#hold(text);
      this.#stale = false;
    } else if (this.#to - this.#from < this.#source.length) this.#hold(this.#source.slice(this.#from, this.#to));
    return this.#source;
  }

  #hold(text: string): void {
    if (this.#lazy) this.#scanned -= this.#from;
    this.#source = text;
    this.#from = 0;
    this.#to = text.length;
  }

  /** FS is read when the record is, not when a field is first asked for. */
  freeze(): void {
    if (!this.#begun) this.#begin();
    if (this.#lazy) this.#scanTo(Number.POSITIVE_INFINITY);
  }

  field(i: number): string {
    if (i === 0) return this.text;
    if (!this.#begun) this.#begin();
    if (this.#lazy && i >= this.#fields.length) this.#scanTo(i);
    return this.#fields[i] ?? "";
  }

  /** As a number. Of a record not yet split, only as much is looked at as it takes, and nothing is cut out. */
  number(i: number): number {
    if (i === 0 || this.#begun) return textToNumber(this.field(i));
    const splitting = this.splitting();
    if (splitting.kind !== "blanks" && (splitting.kind !== "character" || splitting.separator === ""))
      return textToNumber(this.field(i));
    const blanks = splitting.kind === "blanks";
    const separator = blanks ? 32 : splitting.separator.charCodeAt(0);
    const source = this.#source;
    const end = this.#to;
    let at = this.#from;
    for (let field = 1; ; field++) {
      if (blanks) while (at < end && isBlank(source.charCodeAt(at))) at++;
      if (field === i || at === end) break;
      if (blanks) while (at < end && !isBlank(source.charCodeAt(at))) at++;
      else {
        while (at < end && source.charCodeAt(at) !== separator) at++;
        if (at < end) at++;
      }
    }
    const begin = at;
    let value = 0;
    for (; at < end && at - begin < 16; at++) {
      const digit = source.charCodeAt(at) - 48;
      if (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
        continue;
      }
      if (blanks ? !isBlank(digit + 48) : digit + 48 !== separator) break;
      return value;
    }
    return at === end && at - begin < 16 ? value : textToNumber(this.field(i));
  }

  /** As a value: input that looks like a number is one. */
  value(i: number): Value {
    if (i < 0 || Number.isNaN(i)) throw new AwkError(`attempt to access field ${i}`);
    const assigned = this.#values?.[i];
    if (assigned !== undefined) return assigned;
    const text = this.field(i);
    if (i > 0 && i >= this.#fields.length) return "";
    return input(text);
  }

  get count(): number {
    if (!this.#begun) this.#begin();
    if (this.#lazy) this.#scanTo(Number.POSITIVE_INFINITY);
    return this.#count;
  }

  set count(count: number) {
    if (count < 0) throw new AwkError("NF set to negative value");
    const fields = this.#fields;
    for (let i = this.count + 1; i <= count; i++) fields[i] = "";
    fields.length = count + 1;
    if (this.#values) this.#values.length = Math.min(this.#values.length, count + 1);
    this.#count = count;
    this.#stale = true;
  }

  assign(i: number, text: string, value: Value): void {
    if (i === 0) return this.set(text);
    if (i < 0 || Number.isNaN(i)) throw new AwkError(`attempt to access field ${i}`);
    if (i > 10_000_000) throw new AwkError(`attempt to access field ${i}`);
    if (i > this.count) this.count = i;
    this.#fields[i] = text;
    this.#values ??= [];
    this.#values[i] = value;
    this.#stale = true;
  }

  #begin(): void {
    this.#begun = true;
    const splitting = this.splitting();
    if (splitting.kind === "blanks") {
      this.#lazy = true;
      this.#scanned = this.#from;
      return;
    }
    const fields = splitText(this.text, splitting);
    this.#count = fields.length;
    fields.unshift("");
    this.#fields = fields;
  }

  #scanTo(last: number): void {
    const text = this.#source;
    const fields = this.#fields;
    const length = this.#to;
    let at = this.#scanned;
    while (fields.length <= last) {
      while (at < length && isBlank(text.charCodeAt(at))) at++;
      if (at === length) {
        this.#lazy = false;
        this.#count = fields.length - 1;
        break;
      }
      const begin = at;
      while (at < length && !isBlank(text.charCodeAt(at))) at++;
      fields.push(text.slice(begin, at));
    }
    this.#scanned = at;
  }
}

/** The parts of a text; `separators` receives what stood between them. */
export function splitText(text: string, splitting: Splitting, separators?: string[]): string[] {
  if (text === "") return [];
  switch (splitting.kind) {
    case "blanks": {
      const parts = text.replace(/^[ \t\n]+|[ \t\n]+$/g, "").split(/[ \t\n]+/);
      if (separators) separators.push(...(text.trim().match(/[ \t\n]+/g) ?? []));
      return parts.length === 1 && parts[0] === "" ? [] : parts;
    }
    case "character": {
      const parts =
        splitting.separator === ""
          ? (text.match(/[\xc2-\xf4][\x80-\xbf]+|[^]/g) ?? [])
          : text.split(splitting.separator);
      if (separators) for (let i = 1; i < parts.length; i++) separators.push(splitting.separator);
      return parts;
    }
    case "widths": {
      const parts: string[] = [];
      let at = 0;
      for (const [skip, width] of splitting.widths) {
        at += offsetOf(text.slice(at), skip);
        if (at >= text.length) break;
        const size = width === Number.POSITIVE_INFINITY ? text.length : offsetOf(text.slice(at), width);
        parts.push(text.slice(at, at + size));
        at += size;
      }
      return parts;
    }
    case "pattern": {
      const parts: string[] = [];
      let [from, before] = [0, 0];
      while (from <= text.length && splitting.regex.find(text, from)) {
        const [start, end] = splitting.regex.spans;
        if (parts.length > 0 || start > 0 || separators) separators?.push(text.slice(before, start));
        if (end > start || parts.length === 0 || start > before) parts.push(text.slice(start, end));
        before = end;
        from = end > start ? end : end + 1;
      }
      separators?.push(text.slice(before));
      return parts;
    }
  }
  const { regex, newlines } = splitting;
  const parts: string[] = [];
  let at = 0;
  let from = 0;
  while (from < text.length) {
    const found = regex.find(text, from);
    let [start, end] = found ? regex.spans : [text.length, text.length];
    if (newlines) {
      const newline = text.indexOf("\n", from);
      if (newline >= 0 && newline < start) [start, end] = [newline, newline + 1];
    }
    if (start >= text.length) break;
    // What is empty separates nothing.
    if (end === start) {
      from = end + 1;
      continue;
    }
    parts.push(text.slice(at, start));
    separators?.push(text.slice(start, end));
    at = from = end;
  }
  parts.push(text.slice(at));
  return parts;
}
