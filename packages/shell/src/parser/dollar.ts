// Reads what begins with `$` or a backquote: `$name`, `$'…'`, `$(…)`, `$((…))`, backquotes. `${…}` is parameters.ts's.
// Called by words.ts at the `$`; leaves the lexer behind the expansion.

import type { ArithmeticPart, ParameterPart, Part } from "../ast.ts";
import { unescapeAnsi } from "./ansi.ts";
import { SyntaxFault } from "./errors.ts";
import type { Lexer } from "./lexer.ts";
import { readBracedParameter } from "./parameters.ts";
import { countLines, makeWord, readDoubleQuoted, readDoubleQuotedParts } from "./words.ts";

/** The expansion at `$`, or null if that is just a dollar sign (then only it was consumed). */
export function readDollar(lexer: Lexer, quoted: boolean): Part | null {
  lexer.join(1);
  const next = lexer.code(1);
  if (next === 40) {
    lexer.pos += 2;
    lexer.join();
    if (lexer.code() === 40) {
      const arithmetic = readArithmetic(lexer, ")");
      if (arithmetic) return arithmetic;
    }
    lexer.enter();
    const body = lexer.grammar.substitution(lexer, true);
    lexer.leave();
    return { kind: "command", body, legacy: false };
  }
  if (next === 123) return readBracedParameter(lexer, quoted);
  if (next === 39 && !quoted) return readAnsiQuoted(lexer);
  if (next === 34 && !quoted) {
    lexer.pos++;
    return readDoubleQuoted(lexer);
  }
  if (next === 91) {
    lexer.pos++;
    const arithmetic = readArithmetic(lexer, "]");
    if (arithmetic) return arithmetic;
    lexer.pos--;
  }
  if (isNameStart(next)) {
    let end = 1;
    for (; isNameCharacter(lexer.code(end)); end++) lexer.join(end + 1);
    const name = lexer.text.slice(lexer.pos + 1, lexer.pos + end);
    lexer.pos += end;
    return simpleParameter(name);
  }
  lexer.pos++;
  if (isSpecialParameter(next)) return simpleParameter(lexer.text[lexer.pos++]);
  return null;
}

export function simpleParameter(name: string): ParameterPart {
  return {
    kind: "parameter",
    name,
    all: "",
    index: null,
    length: false,
    indirect: false,
    operator: "",
    colon: false,
    word: null,
    word2: null,
    source: name,
  };
}

export function isNameStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
}

export function isNameCharacter(code: number): boolean {
  return isNameStart(code) || (code >= 48 && code <= 57);
}

/** True for the digits and @ * # ? - $ ! */
export function isSpecialParameter(code: number): boolean {
  return (
    (code >= 48 && code <= 57) ||
    code === 64 ||
    code === 42 ||
    code === 35 ||
    code === 63 ||
    code === 45 ||
    code === 36 ||
    code === 33
  );
}

function readAnsiQuoted(lexer: Lexer): Part {
  const line = lexer.line;
  lexer.pos += 2;
  const start = lexer.pos;
  for (;;) {
    const code = lexer.code();
    if (Number.isNaN(code)) throw lexer.unterminated("'", line);
    if (code === 39) break;
    if (code === 92) {
      lexer.code(1);
      lexer.pos++;
    }
    if (lexer.code() === 10) lexer.line++;
    lexer.pos++;
  }
  const text = unescapeAnsi(lexer.text.slice(start, lexer.pos));
  lexer.pos++;
  return { kind: "quoted", text };
}

/**
 * An arithmetic expression, with the lexer at its opening `(` or `[`: for `((` … `))` the second parenthesis. Null (nothing consumed) if
 * the parentheses do not close together: then it was a substitution that begins with a subshell.
 */
export function readArithmetic(lexer: Lexer, close: ")" | "]"): ArithmeticPart | null {
  const start = lexer.pos + 1;
  const end = findArithmeticEnd(lexer, start, close);
  if (end < 0) return null;
  const text = lexer.text.slice(start, end);
  const part = arithmeticPart(lexer, text);
  lexer.pos = end + (close === ")" ? 2 : 1);
  lexer.line += countLines(text);
  return part;
}

/** The part for an expression's source text. */
export function arithmeticPart(lexer: Lexer, text: string): ArithmeticPart {
  if (!/["'\\`]|\$[^A-Za-z_]/.test(text) && !changesFirst(text))
    return { kind: "arithmetic", text, word: makeWord([{ kind: "quoted", text }]), source: text };
  lexer.enter();
  const parts = readDoubleQuotedParts(lexer.inner(text, lexer.line), "arithmetic");
  lexer.leave();
  return { kind: "arithmetic", text, word: makeWord(parts), source: null };
}

/** `x=1, y=$x`: expanded before it is evaluated, `$x` is what it was, so that no tree over both may stand for it. */
function changesFirst(text: string): boolean {
  return /[,?]|&&|\|\||\+\+|--/.test(text) && /\$(\w+)\b[^]*(?<![\w$])\1\b|(?<![\w$])(\w+)\b[^]*\$\2\b/.test(text);
}

function findArithmeticEnd(lexer: Lexer, start: number, close: ")" | "]"): number {
  const open = close === ")" ? 40 : 91;
  const closing = close.charCodeAt(0);
  let depth = 0;
  let quote = 0;
  for (let at = start; ; at++) {
    const code = lexer.code(at - lexer.pos);
    if (Number.isNaN(code)) return -1;
    if (code === 92) at++;
    else if (quote) {
      if (code === quote) quote = 0;
    } else if (code === 34 || code === 39 || code === 96) quote = code;
    else if (code === open) depth++;
    else if (code === closing) {
      if (depth-- > 0) continue;
      if (close === "]") return at;
      lexer.join(at + 1 - lexer.pos);
      return lexer.code(at + 1 - lexer.pos) === 41 ? at : -1;
    }
  }
}

/** From the opening backquote to behind the closing one. Inside double quotes `\"` loses its backslash too. */
export function readBackquotes(lexer: Lexer, inDoubleQuotes: boolean): Part {
  const line = lexer.line;
  let text = "";
  lexer.pos++;
  for (;;) {
    const code = lexer.code();
    if (Number.isNaN(code)) throw lexer.unterminated("`", line);
    if (code === 96) break;
    if (code === 92) {
      const next = lexer.code(1);
      if (next === 10) {
        lexer.pos += 2;
        lexer.line++;
        continue;
      }
      if (next === 96 || next === 92 || next === 36 || (next === 34 && inDoubleQuotes)) lexer.pos++;
      else {
        text += "\\";
        lexer.pos++;
        if (Number.isNaN(next)) continue;
      }
    }
    if (lexer.code() === 10) lexer.line++;
    text += lexer.text[lexer.pos++];
  }
  lexer.pos++;
  lexer.enter();
  try {
    return { kind: "command", body: lexer.grammar.substitution(lexer.inner(text, line), false), legacy: true };
  } catch (error) {
    // What stands in backquotes is read when its turn comes: a mistake there is no mistake of the script.
    if (!(error instanceof SyntaxFault)) throw error;
    return { kind: "command", body: { kind: "list", items: [] }, legacy: true, fault: error };
  } finally {
    lexer.leave();
  }
}
