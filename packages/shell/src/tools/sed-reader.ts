// The text of a sed script, read from left to right: delimited texts, regular expressions, addresses, and what is said of a mistake.
// What the commands are, sed-parse.ts knows.

import { binaryToText } from "../stdio.ts";
import { Failure } from "./define.ts";
import { compileRegex, type Regex, RegexError } from "./regex.ts";
import type { Address } from "./sed-script.ts";
import { unescapeControls } from "./sed-text.ts";

export class ScriptReader {
  protected text: string;
  protected at = 0;
  #extended: boolean;
  #nul: boolean;
  #bytes: boolean;

  constructor(text: string, extended: boolean, nul: boolean, bytes: boolean) {
    this.#bytes = bytes;
    this.#nul = nul;
    this.text = text;
    this.#extended = extended;
  }

  protected fail(message: string): Failure {
    return new Failure(`-e expression #1, char ${Math.min(this.at, this.text.length)}: ${message}`);
  }

  protected skip(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (!match) return "";
    this.at += match[0].length;
    return match[0];
  }

  /** After a command: the end of the line, ";" or "}". */
  protected end(): void {
    this.skip(/[ \t]*/y);
    const next = this.text[this.at];
    if (next === undefined || next === "\n" || next === ";" || next === "}" || next === "#") return;
    this.at++;
    throw this.fail("extra characters after command");
  }

  protected address(first: boolean): Address | null {
    const character = this.text[this.at];
    if (character === "$") {
      this.at++;
      return { kind: "last" };
    }
    if (character >= "0" && character <= "9") {
      const line = Number(this.skip(/\d+/y));
      const step = first ? this.skip(/[ \t]*~[ \t]*\d+/y) : "";
      if (step !== "") return { kind: "step", first: line, step: Number(step.replace(/\D/g, "")) };
      return line === 0 && first ? { kind: "zero" } : { kind: "line", line };
    }
    if (!first && (character === "+" || character === "~")) {
      this.at++;
      const count = Number(this.skip(/\d+/y));
      return character === "+" ? { kind: "plus", count } : { kind: "multiple", of: count };
    }
    if (character !== "/" && character !== "\\") return null;
    this.at++;
    const mark = character === "/" ? "/" : this.text[this.at++];
    const pattern = this.until(mark, true);
    if (pattern === null) throw this.fail("unterminated address regex");
    const flags = this.skip(/[IM]*/y);
    return { kind: "regex", regex: this.regex(pattern, flags.includes("I"), flags.includes("M")) };
  }

  /** Text up to the delimiter; inside, \delimiter loses its backslash and \n is a newline. */
  protected until(mark: string, isRegex: boolean): string | null {
    let out = "";
    /** Where the bracket expression began that the cursor is in; the delimiter means nothing there. */
    let bracket = -1;
    for (; this.at < this.text.length; this.at++) {
      const character = this.text[this.at];
      const inBracket = bracket >= 0;
      if (character === mark && !inBracket) {
        this.at++;
        return out;
      }
      if (character === "\n" && isRegex && !inBracket) return null;
      if (isRegex && character === "[") {
        if (!inBracket) bracket = this.at;
        else if (/[:.=]/.test(this.text[this.at + 1] ?? "")) {
          const end = this.text.indexOf(`${this.text[this.at + 1]}]`, this.at + 2);
          if (end > 0) {
            out += this.text.slice(this.at, end + 2);
            this.at = end + 1;
            continue;
          }
        }
      } else if (inBracket && character === "]" && !/^\[\^?$/.test(this.text.slice(bracket, this.at))) bracket = -1;
      if (character === "\\" && this.at + 1 < this.text.length && !inBracket) {
        const next = this.text[++this.at];
        if (next === mark && mark === "[") out += "[";
        else if (next === mark && mark === "&" && !isRegex) out += "\\&";
        else if (next === mark)
          out += isRegex && /[*.^$+?(){}|[\]]/.test(mark) ? `[${mark}]`.replace("[^]", "\\^") : mark;
        else if (next === "n" && isRegex) out += "\n";
        else out += `\\${next}`;
        continue;
      }
      if (inBracket && character === "\\" && this.text[this.at + 1] === "n") {
        out += "\n";
        this.at++;
        continue;
      }
      out += character;
    }
    return null;
  }

  protected regex(pattern: string, ignoreCase: boolean, multiline: boolean): Regex | null {
    if (pattern === "") return null;
    const text = binaryToText(unescapeControls(pattern, true));
    try {
      return compileRegex(text, {
        syntax: this.#extended ? "extended" : "basic",
        ignoreCase,
        anchorsAtLines: multiline && !this.#nul,
        posix: true,
        bytes: this.#bytes,
      });
    } catch (error) {
      if (error instanceof RegexError) throw this.fail(error.message);
      throw error;
    }
  }

  /** a, i, c: `a text`, `a\` with text on the lines after it; a line ending in a backslash goes on. */
  protected textArgument(): string {
    this.skip(/[ \t]*/y);
    if (this.at >= this.text.length) throw this.fail("expected \\ after `a', `c' or `i'");
    if (this.text[this.at] === "\\") {
      this.at++;
      if (this.at >= this.text.length) return "";
      const line = this.skip(/[ \t]*\n/y);
      // One-line form `a\text`: leading blanks before the text are kept.
      if (line === "") this.skip(/[ \t]*(?=\\)/y);
    }
    let out = "";
    for (; this.at < this.text.length; this.at++) {
      const character = this.text[this.at];
      if (character === "\n") {
        this.at++;
        break;
      }
      if (character === "\\" && this.at + 1 < this.text.length) {
        const escape = unescapeControls(this.text.slice(this.at, this.at + 2), false);
        this.at++;
        out += escape.length === 1 ? escape : this.text[this.at] === "n" ? "\n" : this.text[this.at];
      } else out += character;
    }
    return `${out}\n`;
  }
}
