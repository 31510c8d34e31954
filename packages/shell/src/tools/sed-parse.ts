// sed's language: a script becomes a list of commands with addresses; braces and labels become jumps. Script text is a binary string.

import { decode } from "@vibengine/system";
import { binaryToBytes } from "../stdio.ts";
import { Failure } from "./define.ts";
import { compileRegex, type Regex, RegexError } from "./regex.ts";
import { parseReplacement, unescapeControls } from "./sed-text.ts";

export type Address =
  | { kind: "line"; line: number }
  | { kind: "step"; first: number; step: number }
  | { kind: "last" }
  | { kind: "regex"; regex: Regex | null }
  | { kind: "zero" }
  | { kind: "plus"; count: number }
  | { kind: "multiple"; of: number };

export interface Command {
  name: string;
  from: Address | null;
  to: Address | null;
  negated: boolean;
  /** State of a range: the line where an active one ends, Infinity while its end is not known, -1 when inactive. */
  until: number;
  /** For a range from a line number: the first line after it began; such a range begins once a file. */
  closedAt: number;
  /** Text of a, i, c; label; file name. */
  text: string;
  /** Exit status of q and Q; width of l. */
  number: number;
  /** Where b, t, T and { jump to. */
  target: number;
  substitution: Substitution | null;
  /** y's table. */
  table: Record<string, string> | null;
}

export interface Substitution {
  regex: Regex | null;
  replacement: (string | { group: number } | { change: "U" | "L" | "u" | "l" | "E" })[];
  global: boolean;
  print: boolean;
  nth: number;
  file: string | null;
}

export interface ParsedScript {
  commands: Command[];
  /** The first line was #n. */
  quiet: boolean;
}

/** @param nul lines end in NUL: then no flag makes ^ and $ match at newlines */
export function parseScript(script: string, extended: boolean, nul: boolean): ParsedScript {
  return new Parser(script, extended, nul).run();
}

class Parser {
  #text: string;
  #at = 0;
  #extended: boolean;
  #nul: boolean;
  #commands: Command[] = [];
  #blocks: number[] = [];

  constructor(text: string, extended: boolean, nul: boolean) {
    this.#nul = nul;
    this.#text = text;
    this.#extended = extended;
  }

  run(): ParsedScript {
    const quiet = /^#n(\n|$)/.test(this.#text);
    for (;;) {
      this.#skip(/[\s;]*/y);
      if (this.#at >= this.#text.length) break;
      this.#command();
    }
    if (this.#blocks.length > 0) throw new Failure("-e expression #1, char 0: unmatched `{'");
    const labels = new Map<string, number>();
    for (const [i, command] of this.#commands.entries()) if (command.name === ":") labels.set(command.text, i);
    for (const command of this.#commands) {
      if (!"btT".includes(command.name)) continue;
      const target = command.text === "" ? this.#commands.length : labels.get(command.text);
      if (target === undefined) throw new Failure(`can't find label for jump to \`${command.text}'`, 4);
      command.target = target;
    }
    return { commands: this.#commands, quiet };
  }

  #fail(message: string): Failure {
    return new Failure(`-e expression #1, char ${Math.min(this.#at, this.#text.length)}: ${message}`);
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) return "";
    this.#at += match[0].length;
    return match[0];
  }

  #command(): void {
    const from = this.#address(true);
    let to: Address | null = null;
    this.#skip(/[ \t]*/y);
    if (from && this.#text[this.#at] === ",") {
      this.#at++;
      this.#skip(/[ \t]*/y);
      to = this.#address(false);
      if (!to) {
        this.#at++;
        throw this.#fail("unexpected `,'");
      }
    }
    if (from?.kind === "zero" && to?.kind !== "regex") {
      this.#at++;
      throw this.#fail("invalid usage of line address 0");
    }
    this.#skip(/[ \t]*/y);
    const negated = this.#skip(/[! \t]*/y).includes("!");
    const name = this.#text[this.#at++];
    const command: Command = {
      name,
      from,
      to,
      negated,
      until: -1,
      closedAt: 0,
      text: "",
      number: 0,
      target: -1,
      substitution: null,
      table: null,
    };
    if (name === undefined) throw this.#fail("missing command");
    if (name === "#") {
      if (from) throw this.#fail("comments don't accept any addresses");
      this.#skip(/[^\n]*/y);
      return;
    }
    switch (name) {
      case "{":
        this.#blocks.push(this.#commands.length);
        break;
      case "}": {
        const open = this.#blocks.pop();
        if (from) throw this.#fail("} doesn't want any addresses");
        if (open === undefined) throw this.#fail("unexpected `}'");
        this.#commands[open].target = this.#commands.length;
        this.#end();
        return;
      }
      case "=":
      case "d":
      case "D":
      case "g":
      case "G":
      case "h":
      case "H":
      case "n":
      case "N":
      case "p":
      case "P":
      case "x":
      case "z":
      case "F":
        this.#end();
        break;
      case "q":
      case "Q":
      case "l":
      case "L":
        if (to && (name === "q" || name === "Q")) throw this.#fail("command only uses one address");
        this.#skip(/[ \t]*/y);
        command.number = Number(this.#skip(/\d*/y) || (name === "l" ? -1 : 0));
        this.#end();
        break;
      case "a":
      case "i":
      case "c":
        command.text = this.#textArgument();
        break;
      case ":":
        if (from) throw this.#fail(": doesn't want any addresses");
        this.#skip(/[ \t]*/y);
        command.text = this.#skip(/[^\s;]*/y);
        if (command.text === "") throw this.#fail('":" lacks a label');
        break;
      case "b":
      case "t":
      case "T":
        this.#skip(/[ \t]*/y);
        command.text = this.#skip(/[^\s;}]*/y);
        this.#end();
        break;
      case "r":
      case "R":
      case "w":
      case "W":
        this.#skip(/[ \t]*/y);
        command.text = this.#skip(/[^\n]*/y);
        if (command.text === "") throw this.#fail("missing filename in r/R/w/W commands");
        break;
      case "s":
        command.substitution = this.#substitution();
        this.#end();
        break;
      case "y":
        command.table = this.#transliteration();
        this.#end();
        break;
      default:
        throw this.#fail(`unknown command: \`${name}'`);
    }
    this.#commands.push(command);
  }

  /** After a command: the end of the line, ";" or "}". */
  #end(): void {
    this.#skip(/[ \t]*/y);
    const next = this.#text[this.#at];
    if (next === undefined || next === "\n" || next === ";" || next === "}" || next === "#") return;
    this.#at++;
    throw this.#fail("extra characters after command");
  }

  #address(first: boolean): Address | null {
    const character = this.#text[this.#at];
    if (character === "$") {
      this.#at++;
      return { kind: "last" };
    }
    if (character >= "0" && character <= "9") {
      const line = Number(this.#skip(/\d+/y));
      const step = first ? this.#skip(/[ \t]*~[ \t]*\d+/y) : "";
      if (step !== "") return { kind: "step", first: line, step: Number(step.replace(/\D/g, "")) };
      return line === 0 && first ? { kind: "zero" } : { kind: "line", line };
    }
    if (!first && (character === "+" || character === "~")) {
      this.#at++;
      const count = Number(this.#skip(/\d+/y));
      return character === "+" ? { kind: "plus", count } : { kind: "multiple", of: count };
    }
    if (character !== "/" && character !== "\\") return null;
    this.#at++;
    const mark = character === "/" ? "/" : this.#text[this.#at++];
    const pattern = this.#until(mark, true);
    if (pattern === null) throw this.#fail("unterminated address regex");
    const flags = this.#skip(/[IM]*/y);
    return { kind: "regex", regex: this.#regex(pattern, flags.includes("I"), flags.includes("M")) };
  }

  /** Text up to the delimiter; inside, \delimiter loses its backslash and \n is a newline. */
  #until(mark: string, isRegex: boolean): string | null {
    let out = "";
    /** Where the bracket expression began that the cursor is in; the delimiter means nothing there. */
    let bracket = -1;
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at];
      const inBracket = bracket >= 0;
      if (character === mark && !inBracket) {
        this.#at++;
        return out;
      }
      if (character === "\n" && isRegex && !inBracket) return null;
      if (isRegex && character === "[") {
        if (!inBracket) bracket = this.#at;
        else if (/[:.=]/.test(this.#text[this.#at + 1] ?? "")) {
          const end = this.#text.indexOf(`${this.#text[this.#at + 1]}]`, this.#at + 2);
          if (end > 0) {
            out += this.#text.slice(this.#at, end + 2);
            this.#at = end + 1;
            continue;
          }
        }
      } else if (inBracket && character === "]" && !/^\[\^?$/.test(this.#text.slice(bracket, this.#at))) bracket = -1;
      if (character === "\\" && this.#at + 1 < this.#text.length && !inBracket) {
        const next = this.#text[++this.#at];
        if (next === mark && mark === "[") out += "[";
        else if (next === mark && mark === "&" && !isRegex) out += "\\&";
        else if (next === mark)
          out += isRegex && /[*.^$+?(){}|[\]]/.test(mark) ? `[${mark}]`.replace("[^]", "\\^") : mark;
        else if (next === "n" && isRegex) out += "\n";
        else out += `\\${next}`;
        continue;
      }
      if (inBracket && character === "\\" && this.#text[this.#at + 1] === "n") {
        out += "\n";
        this.#at++;
        continue;
      }
      out += character;
    }
    return null;
  }

  #regex(pattern: string, ignoreCase: boolean, multiline: boolean): Regex | null {
    if (pattern === "") return null;
    const text = decode(binaryToBytes(unescapeControls(pattern, true)));
    try {
      return compileRegex(text, {
        syntax: this.#extended ? "extended" : "basic",
        ignoreCase,
        anchorsAtLines: multiline && !this.#nul,
        posix: true,
      });
    } catch (error) {
      if (error instanceof RegexError) throw this.#fail(error.message);
      throw error;
    }
  }

  #substitution(): Substitution {
    const mark = this.#text[this.#at++];
    if (mark === undefined || mark === "\n" || mark === "\\") throw this.#fail("unterminated `s' command");
    const pattern = this.#until(mark, true);
    const replacement = pattern === null ? null : this.#until(mark, false);
    if (pattern === null || replacement === null) throw this.#fail("unterminated `s' command");
    const substitution: Substitution = {
      regex: null,
      replacement: parseReplacement(replacement),
      global: false,
      print: false,
      nth: 1,
      file: null,
    };
    let [ignoreCase, multiline] = [false, false];
    for (;;) {
      const flag = this.#text[this.#at];
      if ((flag === "g" && substitution.global) || (flag === "p" && substitution.print)) {
        this.#at++;
        throw this.#fail(`multiple \`${flag}' options to \`s' command`);
      }
      if (flag === "g") substitution.global = true;
      else if (flag === "p") substitution.print = true;
      else if (flag === "i" || flag === "I") ignoreCase = true;
      else if (flag === "m" || flag === "M") multiline = true;
      else if (flag >= "0" && flag <= "9") {
        substitution.nth = Number(this.#skip(/\d+/y));
        if (substitution.nth === 0) throw this.#fail("number option to `s' command may not be zero");
        continue;
      } else if (flag === "w") {
        this.#at++;
        this.#skip(/[ \t]*/y);
        substitution.file = this.#skip(/[^\n]*/y);
        break;
      } else if (flag === undefined || "\n; \t}#".includes(flag)) break;
      else {
        this.#at++;
        throw this.#fail("unknown option to `s'");
      }
      this.#at++;
    }
    substitution.regex = this.#regex(pattern, ignoreCase, multiline);
    const groups = substitution.regex?.groups ?? 9;
    for (const part of substitution.replacement) {
      if (typeof part === "object" && "group" in part && part.group > groups) {
        throw this.#fail(`invalid reference \\${part.group} on \`s' command's RHS`);
      }
    }
    return substitution;
  }

  #transliteration(): Record<string, string> {
    const mark = this.#text[this.#at++];
    const from = mark === undefined ? null : this.#until(mark, true);
    const to = from === null ? null : this.#until(mark, true);
    if (from === null || to === null) throw this.#fail("unterminated `y' command");
    const characters = (text: string) => {
      const plain = unescapeControls(text, false).replace(/\\\\/g, "\\");
      return /[\x80-\xff]/.test(plain) ? (plain.match(/[\xc2-\xf4][\x80-\xbf]+|[^]/g) ?? []) : [...plain];
    };
    const [a, b] = [characters(from), characters(to)];
    if (a.length !== b.length) throw this.#fail("strings for `y' command are different lengths");
    const table: Record<string, string> = Object.create(null);
    a.forEach((character, i) => {
      table[character] ??= b[i];
    });
    return table;
  }

  /** a, i, c: `a text`, `a\` with text on the lines after it; a line ending in a backslash goes on. */
  #textArgument(): string {
    this.#skip(/[ \t]*/y);
    if (this.#at >= this.#text.length) throw this.#fail("expected \\ after `a', `c' or `i'");
    if (this.#text[this.#at] === "\\") {
      this.#at++;
      if (this.#at >= this.#text.length) return "";
      const line = this.#skip(/[ \t]*\n/y);
      // One-line form `a\text`: leading blanks before the text are kept.
      if (line === "") this.#skip(/[ \t]*(?=\\)/y);
    }
    let out = "";
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at];
      if (character === "\n") {
        this.#at++;
        break;
      }
      if (character === "\\" && this.#at + 1 < this.#text.length) {
        const escape = unescapeControls(this.#text.slice(this.#at, this.#at + 2), false);
        this.#at++;
        out += escape.length === 1 ? escape : this.#text[this.#at] === "n" ? "\n" : this.#text[this.#at];
      } else out += character;
    }
    return `${out}\n`;
  }
}
