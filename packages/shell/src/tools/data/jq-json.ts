// JSON as jq reads it: texts that come in pieces, several values one behind the other. Pure.

import { JqError, type JsonObject, MOST_DEPTH, type Value } from "./jq-value.ts";

/** Reads values one after the other out of text that comes in pieces. */
export class JsonReader {
  #text = "";
  #at = 0;
  /** Lines read, for messages. */
  line = 1;

  /** Adds text; `ended` when there is no more. */
  *push(text: string, ended: boolean): Generator<Value> {
    this.#text = this.#text.slice(this.#at) + text;
    this.#at = 0;
    for (;;) {
      this.#blank();
      if (this.#at >= this.#text.length) return;
      const end = this.#scan(ended);
      if (end < 0) return;
      const parser = new Parser(this.#text.slice(this.#at, end));
      const value = parser.whole();
      this.#at = end;
      yield value;
    }
  }

  #blank(): void {
    const blanks = /[\s\x1e\ufeff]*/y;
    blanks.lastIndex = this.#at;
    const found = blanks.exec(this.#text)![0];
    for (const character of found) if (character === "\n") this.line++;
    this.#at += found.length;
  }

  /** Where the value that begins here ends; -1 while that is not known. */
  #scan(ended: boolean): number {
    const text = this.#text;
    let depth = 0;
    for (let i = this.#at; i < text.length; i++) {
      const character = text[i];
      if (character === '"') {
        for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === "\\") i++;
        if (i >= text.length) break;
        if (depth === 0) return i + 1;
      } else if (character === "[" || character === "{") depth++;
      else if (character === "]" || character === "}") {
        if (--depth <= 0) return i + 1;
      } else if (depth === 0) {
        let end = i;
        while (end < text.length && /[-+.\w]/.test(text[end])) end++;
        if (end === i) return i + 1;
        return end < text.length || ended ? end : -1;
      }
    }
    if (ended) return text.length;
    return -1;
  }
}

export const parseJson = (text: string): Value => {
  const parser = new Parser(text);
  return parser.whole();
};

const NUMBER = /-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y;

class Parser {
  #text: string;
  #at = 0;
  constructor(text: string) {
    this.#text = text;
  }

  whole(): Value {
    const value = this.#value(0);
    this.#blank();
    if (this.#at < this.#text.length) throw this.#fail("Unexpected extra JSON values");
    return value;
  }

  #fail(what: string): JqError {
    const before = this.#text.slice(0, this.#at + 1);
    const line = before.split("\n").length;
    return new JqError(`${what} at line ${line}, column ${before.length - before.lastIndexOf("\n") - 1}`);
  }

  #blank(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at++;
    }
  }

  #value(depth: number): Value {
    if (depth > MOST_DEPTH) throw this.#fail("Exceeds depth limit for parsing");
    this.#blank();
    const text = this.#text;
    const character = text[this.#at];
    if (character === undefined) throw this.#fail("Unfinished JSON term at EOF");
    if (character === '"') return this.#string();
    if (character === "[") {
      const values: Value[] = [];
      this.#at++;
      this.#blank();
      if (text[this.#at] === "]") {
        this.#at++;
        return values;
      }
      for (;;) {
        if (values.length > 0 && /^\s*\]/.test(text.slice(this.#at, this.#at + 64))) {
          this.#blank();
          throw this.#fail("Expected another array element");
        }
        values.push(this.#value(depth + 1));
        this.#blank();
        const next = text[this.#at++];
        if (next === "]") return values;
        if (next === undefined) throw this.#fail("Unfinished JSON term at EOF");
        if (next !== ",") throw this.#fail("Expected separator between values");
      }
    }
    if (character === "{") {
      const object: JsonObject = new Map();
      this.#at++;
      this.#blank();
      if (text[this.#at] === "}") {
        this.#at++;
        return object;
      }
      for (;;) {
        this.#blank();
        if (this.#at >= text.length) throw this.#fail("Unfinished JSON term at EOF");
        if (text[this.#at] !== '"') throw this.#fail("Object keys must be strings");
        const key = this.#string();
        this.#blank();
        if (text[this.#at++] !== ":") throw this.#fail("Objects must consist of key:value pairs");
        object.set(key, this.#value(depth + 1));
        this.#blank();
        const next = text[this.#at++];
        if (next === "}") return object;
        if (next === undefined) throw this.#fail("Unfinished JSON term at EOF");
        if (next !== ",") throw this.#fail("Expected separator between values");
      }
    }
    NUMBER.lastIndex = this.#at;
    const number = NUMBER.exec(text);
    if (number) {
      this.#at = NUMBER.lastIndex;
      if (/[\w.]/.test(text[this.#at] ?? "")) throw this.#fail("Invalid numeric literal");
      const value = Number(number[0]);
      return Number.isFinite(value) ? value : value > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE;
    }
    const word = /[-\w]+/y;
    word.lastIndex = this.#at;
    const name = word.exec(text)?.[0] ?? "";
    this.#at += Math.max(1, name.length);
    if (name === "null") return null;
    if (name === "true") return true;
    if (name === "false") return false;
    if (name === "nan" || name === "NaN") return Number.NaN;
    if (name === "Infinity") return Number.MAX_VALUE;
    if (name === "-Infinity") return -Number.MAX_VALUE;
    if (name === "-nan" || name === "-NaN") return Number.NaN;
    throw this.#fail(
      character === "]" || character === "}"
        ? `Unmatched '${character}'`
        : name === "" && character !== "'"
          ? "Expected value"
          : "Invalid numeric literal",
    );
  }

  #string(): string {
    const text = this.#text;
    let out = "";
    let start = ++this.#at;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code === 34) {
        out += text.slice(start, this.#at++);
        // Halves of a pair that stand alone are no characters.
        return out.replace(/\p{Surrogate}/gu, "\ufffd");
      }
      if (Number.isNaN(code)) throw this.#fail("Unfinished string");
      if (code !== 92) {
        this.#at++;
        continue;
      }
      out += text.slice(start, this.#at);
      const letter = text[this.#at + 1];
      this.#at += 2;
      if (letter === "u") {
        const digits = text.slice(this.#at, this.#at + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#fail("Invalid escape");
        out += String.fromCharCode(Number.parseInt(digits, 16));
        this.#at += 4;
      } else {
        const escaped = UNESCAPES[letter];
        if (escaped === undefined) throw this.#fail("Invalid escape");
        out += escaped;
      }
      start = this.#at;
    }
  }
}

const UNESCAPES: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
