// Reads words: plain text and every quoting form. Expansions that begin with `$` or a backquote are dollar.ts's.
// Works on the lexer's characters; called by the lexer and, for nested words, by dollar.ts and parameters.ts.

import type { Part, Word } from "../ast.ts";
import { readBackquotes, readDollar } from "./dollar.ts";
import type { Lexer } from "./lexer.ts";
import { isOperatorStart } from "./lexer.ts";

/**
 * Where an unquoted run of parts ends, and what is special in it:
 * word: at blanks and operators; value: the same, with tildes after colons; brace: at `}`; slash: at `/` or `}`; subscript: at `]`;
 * regex: at a blank outside parentheses (the right side of `=~`); pattern: word in which extended patterns are always on.
 */
export type UnquotedEnd = "word" | "value" | "brace" | "slash" | "subscript" | "regex" | "pattern";

/** double: up to `"`; brace: up to `}` inside double quotes; heredoc, arithmetic: up to the text's end. */
export type QuotedEnd = "double" | "brace" | "heredoc" | "arithmetic";

export function readWord(lexer: Lexer, end: UnquotedEnd = "word"): Word {
  const start = lexer.pos;
  const word = makeWord(readUnquotedParts(lexer, end));
  word.source = lexer.text.slice(start, lexer.pos);
  return word;
}

/** Builds a word and derives what the executor wants to know of it. */
export function makeWord(parts: Part[]): Word {
  let literal: string | null = "";
  let bare = true;
  let pure = true;
  let braces = false;
  for (const part of parts) {
    if (part.kind !== "text") bare = false;
    if (part.kind === "text") {
      if (GLOB.test(part.text)) literal = null;
      if (part.text.includes("{")) braces = true;
      if (literal !== null) literal += part.text;
    } else if (part.kind === "quoted") {
      if (literal !== null) literal += part.text;
    } else {
      literal = null;
      if (!isPure(part)) pure = false;
    }
  }
  if (literal !== null && parts.length > 1 && hasBracket(parts)) literal = null;
  if (braces) braces = bare ? BRACES.test((parts[0] as { text: string }).text) : true;
  if (braces) literal = null;
  return { parts, literal, bare: bare && parts.length === 1, pure, braces };
}

/** A bracket expression may have quoted characters in it. */
function hasBracket(parts: Part[]): boolean {
  return /\[.*\]/s.test(parts.map((part) => (part.kind === "text" ? part.text : "x")).join(""));
}

const GLOB = /[*?]|\[.*\]|[+@!]\(/s;
const BRACES = /\{.*(,|\.\.).*\}/s;

/** A word that stands for exactly this text. */
export function literalWord(text: string): Word {
  return { parts: [{ kind: "quoted", text }], literal: text, bare: false, pure: true, braces: false };
}

function isPure(part: Part): boolean {
  switch (part.kind) {
    case "command":
    case "process":
      return false;
    case "double":
      return part.parts.every(isPure);
    case "arithmetic":
      return part.word.pure;
    case "parameter":
      // A prompt may hold command substitutions.
      return (
        !(part.operator === "@" && part.word?.literal === "P") &&
        (part.word?.pure ?? true) &&
        (part.word2?.pure ?? true) &&
        (part.index?.pure ?? true)
      );
    default:
      return true;
  }
}

/** `tildes`: whether a `~` at the start is one. */
export function readUnquotedParts(lexer: Lexer, end: UnquotedEnd, tildes = true): Part[] {
  const parts: Part[] = [];
  let text = "";
  let parens = 0;
  let brackets = 0;
  const flush = () => {
    if (text) parts.push({ kind: "text", text });
    text = "";
  };
  const inWord = end === "word" || end === "value" || end === "pattern";
  if (tildes && (inWord || end === "brace" || end === "slash" || end === "regex")) readTilde(lexer, parts, end, false);
  let assignmentLike = false;
  for (;;) {
    const code = lexer.code();
    if (Number.isNaN(code)) {
      if (parens > 0 && end !== "regex") throw lexer.unterminated(")", lexer.line);
      break;
    }
    if (code === 92) {
      if (lexer.code(1) === 10) {
        lexer.join(0);
        continue;
      }
      flush();
      lexer.pos++;
      parts.push({ kind: "quoted", text: takeCharacter(lexer) || "\\" });
    } else if (code === 39) {
      flush();
      parts.push({ kind: "quoted", text: readSingleQuoted(lexer) });
    } else if (code === 34) {
      flush();
      parts.push(readDoubleQuoted(lexer));
    } else if (code === 36) {
      const part = readDollar(lexer, false);
      if (part === null) text += "$";
      else {
        flush();
        parts.push(part);
      }
    } else if (code === 96) {
      flush();
      parts.push(readBackquotes(lexer, false));
    } else if (end === "brace" && (code === 60 || code === 62) && lexer.code(1) === 40) {
      flush();
      lexer.pos += 2;
      parts.push({ kind: "process", body: lexer.grammar.substitution(lexer, true), input: code === 60 });
    } else if (inWord) {
      if (parens > 0) {
        if (code === 40) parens++;
        else if (code === 41) parens--;
      } else if ((code === 60 || code === 62) && lexer.code(1) === 40) {
        flush();
        lexer.pos += 2;
        parts.push({ kind: "process", body: lexer.grammar.substitution(lexer, true), input: code === 60 });
        continue;
      } else if (isExtendedStart(code) && lexer.code(1) === 40 && (end === "pattern" || lexer.extglob())) {
        text += lexer.text[lexer.pos++];
        parens++;
      } else if (code === 32 || code === 9 || code === 10 || isOperatorStart(code)) break;
      if (code === 10) lexer.line++;
      text += lexer.text[lexer.pos++];
      if (code === 58 && end === "value") {
        flush();
        readTilde(lexer, parts, end, false);
      } else if (end === "word" && lexer.code() === 126) {
        // `make prefix=~/x`: as in an assignment.
        if (code === 61 && !assignmentLike) assignmentLike = parts.length === 0 && NAME_EQUALS.test(text);
        if (assignmentLike && (code === 61 || code === 58)) {
          flush();
          readTilde(lexer, parts, "value", true);
        }
      }
    } else {
      if (end === "regex") {
        if (code === 40) parens++;
        else if (code === 41) {
          if (parens === 0) break;
          parens--;
        } else if (parens === 0 && /[ \t\n;&<>]/.test(lexer.text[lexer.pos])) break;
      } else if (end === "subscript") {
        if (code === 91) brackets++;
        else if (code === 93 && brackets-- === 0) break;
      } else if (code === 125 || (code === 47 && end === "slash")) break;
      if (code === 10) lexer.line++;
      text += lexer.text[lexer.pos++];
    }
  }
  flush();
  return parts;
}

/** True for the characters that begin an extended pattern before `(`. */
function isExtendedStart(code: number): boolean {
  return code === 63 || code === 42 || code === 43 || code === 64 || code === 33;
}

const NAME_EQUALS = /^[A-Za-z_][A-Za-z0-9_]*=$/;

function readTilde(lexer: Lexer, parts: Part[], end: UnquotedEnd, soft: boolean): void {
  if (lexer.code() !== 126) return;
  let ahead = 1;
  for (;;) {
    const code = lexer.code(ahead);
    if (Number.isNaN(code) || code === 47 || code === 32 || code === 9 || code === 10 || isOperatorStart(code)) break;
    if (code === 58 && end === "value") break;
    if (code === 125 && (end === "brace" || end === "slash")) break;
    if (!/[A-Za-z0-9_.+-]/.test(lexer.text[lexer.pos + ahead])) return;
    ahead++;
  }
  parts.push({ kind: "tilde", user: lexer.text.slice(lexer.pos + 1, lexer.pos + ahead), soft });
  lexer.pos += ahead;
}

function takeCharacter(lexer: Lexer): string {
  if (Number.isNaN(lexer.code())) return "";
  lexer.code(1);
  const character = String.fromCodePoint(lexer.text.codePointAt(lexer.pos) as number);
  lexer.pos += character.length;
  if (character === "\n") lexer.line++;
  return character;
}

/** From the opening quote to behind the closing one. */
export function readSingleQuoted(lexer: Lexer): string {
  const line = lexer.line;
  const start = ++lexer.pos;
  let end = lexer.text.indexOf("'", start);
  while (end < 0) {
    if (!lexer.grow()) throw lexer.unterminated("'", line);
    end = lexer.text.indexOf("'", start);
  }
  const text = lexer.text.slice(start, end);
  lexer.pos = end + 1;
  lexer.line += countLines(text);
  return text;
}

export function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** From the opening `"` to behind the closing one. */
export function readDoubleQuoted(lexer: Lexer): Part {
  lexer.pos++;
  const parts = readDoubleQuotedParts(lexer, "double");
  if (parts.length === 0) return { kind: "quoted", text: "" };
  if (parts.length === 1 && parts[0].kind === "quoted") return parts[0];
  return { kind: "double", parts };
}

export function readDoubleQuotedParts(lexer: Lexer, end: QuotedEnd): Part[] {
  const parts: Part[] = [];
  const line = lexer.line;
  let text = "";
  // Single quotes are characters here, but a brace between two of them ends nothing.
  let single = false;
  const flush = () => {
    if (text) parts.push({ kind: "quoted", text });
    text = "";
  };
  for (;;) {
    const code = lexer.code();
    if (code === 39 && end === "brace" && !lexer.posix())
      single = !single && lexer.text.indexOf("'", lexer.pos + 1) >= 0;
    if (Number.isNaN(code)) {
      if (end === "double" || end === "brace") throw lexer.unterminated(end === "double" ? '"' : "}", line);
      break;
    }
    if (code === 34 && end !== "heredoc" && !single) {
      lexer.pos++;
      if (end === "double") break;
      if (end === "brace") {
        flush();
        parts.push(...readDoubleQuotedParts(lexer, "double"));
      }
    } else if (code === 125 && end === "brace" && !single) break;
    else if (code === 92) {
      const next = lexer.code(1);
      if (next === 10) {
        lexer.pos += 2;
        lexer.line++;
      } else if (
        next === 36 ||
        next === 96 ||
        next === 92 ||
        (next === 34 && end !== "heredoc") ||
        (next === 125 && end === "brace")
      ) {
        text += lexer.text[lexer.pos + 1];
        lexer.pos += 2;
      } else if (next === 39 && end === "brace") {
        text += "\\'";
        lexer.pos += 2;
      } else {
        text += "\\";
        lexer.pos++;
      }
    } else if (single && (code === 96 || (code === 36 && lexer.code(1) === 40))) {
      text += lexer.text[lexer.pos++];
    } else if (code === 36) {
      const part = readDollar(lexer, true);
      if (part === null) text += "$";
      else {
        flush();
        parts.push(part);
      }
    } else if (code === 96) {
      flush();
      parts.push(readBackquotes(lexer, end !== "heredoc"));
    } else {
      if (code === 10) lexer.line++;
      text += lexer.text[lexer.pos++];
    }
  }
  flush();
  return parts;
}
