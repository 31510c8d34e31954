// sed's language: a script becomes a list of commands with addresses; braces and labels become jumps. Script text is a binary string.

import { Failure } from "./define.ts";
import { ScriptReader } from "./sed-reader.ts";
import type { Address, Command, ParsedScript, Substitution } from "./sed-script.ts";
import { parseReplacement, unescapeControls } from "./sed-text.ts";

/** @param nul lines end in NUL: then no flag makes ^ and $ match at newlines. @param bytes each byte is a character */
export function parseScript(script: string, extended: boolean, nul: boolean, bytes: boolean): ParsedScript {
  return new Parser(script, extended, nul, bytes).run();
}

class Parser extends ScriptReader {
  #commands: Command[] = [];
  #blocks: number[] = [];

  run(): ParsedScript {
    const quiet = /^#n(\n|$)/.test(this.text);
    for (;;) {
      this.skip(/[\s;]*/y);
      if (this.at >= this.text.length) break;
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

  #command(): void {
    const from = this.address(true);
    let to: Address | null = null;
    this.skip(/[ \t]*/y);
    if (from && this.text[this.at] === ",") {
      this.at++;
      this.skip(/[ \t]*/y);
      to = this.address(false);
      if (!to) {
        this.at++;
        throw this.fail("unexpected `,'");
      }
    }
    if (from?.kind === "zero" && to?.kind !== "regex") {
      this.at++;
      throw this.fail("invalid usage of line address 0");
    }
    this.skip(/[ \t]*/y);
    const negated = this.skip(/[! \t]*/y).includes("!");
    const name = this.text[this.at++];
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
    if (name === undefined) throw this.fail("missing command");
    if (name === "#") {
      if (from) throw this.fail("comments don't accept any addresses");
      this.skip(/[^\n]*/y);
      return;
    }
    switch (name) {
      case "{":
        this.#blocks.push(this.#commands.length);
        break;
      case "}": {
        const open = this.#blocks.pop();
        if (from) throw this.fail("} doesn't want any addresses");
        if (open === undefined) throw this.fail("unexpected `}'");
        this.#commands[open].target = this.#commands.length;
        this.end();
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
        this.end();
        break;
      case "q":
      case "Q":
      case "l":
      case "L":
        if (to && (name === "q" || name === "Q")) throw this.fail("command only uses one address");
        this.skip(/[ \t]*/y);
        command.number = Number(this.skip(/\d*/y) || (name === "l" ? -1 : 0));
        this.end();
        break;
      case "a":
      case "i":
      case "c":
        command.text = this.textArgument();
        break;
      case ":":
        if (from) throw this.fail(": doesn't want any addresses");
        this.skip(/[ \t]*/y);
        command.text = this.skip(/[^\s;]*/y);
        if (command.text === "") throw this.fail('":" lacks a label');
        break;
      case "b":
      case "t":
      case "T":
        this.skip(/[ \t]*/y);
        command.text = this.skip(/[^\s;}]*/y);
        this.end();
        break;
      case "r":
      case "R":
      case "w":
      case "W":
        this.skip(/[ \t]*/y);
        command.text = this.skip(/[^\n]*/y);
        if (command.text === "") throw this.fail("missing filename in r/R/w/W commands");
        break;
      case "s":
        command.substitution = this.#substitution();
        this.end();
        break;
      case "y":
        command.table = this.#transliteration();
        this.end();
        break;
      default:
        throw this.fail(`unknown command: \`${name}'`);
    }
    this.#commands.push(command);
  }

  #substitution(): Substitution {
    const mark = this.text[this.at++];
    if (mark === undefined || mark === "\n" || mark === "\\") throw this.fail("unterminated `s' command");
    const pattern = this.until(mark, true);
    const replacement = pattern === null ? null : this.until(mark, false);
    if (pattern === null || replacement === null) throw this.fail("unterminated `s' command");
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
      const flag = this.text[this.at];
      if ((flag === "g" && substitution.global) || (flag === "p" && substitution.print)) {
        this.at++;
        throw this.fail(`multiple \`${flag}' options to \`s' command`);
      }
      if (flag === "g") substitution.global = true;
      else if (flag === "p") substitution.print = true;
      else if (flag === "i" || flag === "I") ignoreCase = true;
      else if (flag === "m" || flag === "M") multiline = true;
      else if (flag >= "0" && flag <= "9") {
        substitution.nth = Number(this.skip(/\d+/y));
        if (substitution.nth === 0) throw this.fail("number option to `s' command may not be zero");
        continue;
      } else if (flag === "w") {
        this.at++;
        this.skip(/[ \t]*/y);
        substitution.file = this.skip(/[^\n]*/y);
        break;
      } else if (flag === undefined || "\n; \t}#".includes(flag)) break;
      else {
        this.at++;
        throw this.fail("unknown option to `s'");
      }
      this.at++;
    }
    substitution.regex = this.regex(pattern, ignoreCase, multiline);
    const groups = substitution.regex?.groups ?? 9;
    for (const part of substitution.replacement) {
      if (typeof part === "object" && "group" in part && part.group > groups) {
        throw this.fail(`invalid reference \\${part.group} on \`s' command's RHS`);
      }
    }
    return substitution;
  }

  #transliteration(): Record<string, string> {
    const mark = this.text[this.at++];
    const from = mark === undefined ? null : this.until(mark, true);
    const to = from === null ? null : this.until(mark, true);
    if (from === null || to === null) throw this.fail("unterminated `y' command");
    const characters = (text: string) => {
      const plain = unescapeControls(text, false).replace(/\\\\/g, "\\");
      return /[\x80-\xff]/.test(plain) ? (plain.match(/[\xc2-\xf4][\x80-\xbf]+|[^]/g) ?? []) : [...plain];
    };
    const [a, b] = [characters(from), characters(to)];
    if (a.length !== b.length) throw this.fail("strings for `y' command are different lengths");
    const table: Record<string, string> = Object.create(null);
    a.forEach((character, i) => {
      table[character] ??= b[i];
    });
    return table;
  }
}
