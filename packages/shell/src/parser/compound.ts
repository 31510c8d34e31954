// Compound commands: ( ) { } if for while until case select (( )) and function definitions.
// Called by parser.ts with the opening token at hand.

import type { ArithmeticPart, CaseClause, Command, FunctionDefinition, List, Word } from "../ast.ts";
import { expandAlias } from "./aliases.ts";
import { readConditional } from "./conditional.ts";
import { arithmeticPart, readArithmetic } from "./dollar.ts";
import { SyntaxFault } from "./errors.ts";
import type { Lexer, Token } from "./lexer.ts";
import {
  expectReserved,
  isReserved,
  readBody,
  readCommand,
  readList,
  skipNewlines,
  withRedirections,
} from "./parser.ts";

/** The compound command at `token` (not consumed), or null if it turns out to be none. */
export function readCompound(lexer: Lexer, token: Token): Command | null {
  switch (token.kind === "operator" ? "(" : (token.word!.parts[0] as { text: string }).text) {
    case "(":
      return readParenthesis(lexer);
    case "{": {
      lexer.next();
      const body = readBody(lexer);
      expectReserved(lexer, "}");
      return { kind: "group", body };
    }
    case "if":
      return readIf(lexer);
    case "while":
    case "until": {
      const until = lexer.next().text === "until";
      const condition = readBody(lexer);
      return { kind: "while", until, condition, body: readDo(lexer) };
    }
    case "for":
      lexer.next();
      return readFor(lexer, token.line);
    case "select":
      lexer.next();
      return readLoopOverWords(lexer, token.line, "select");
    case "case":
      lexer.next();
      return readCase(lexer, token.line);
    case "[[":
      lexer.next();
      {
        const node = readConditional(lexer, token.line);
        node.text = lexer.text.slice(token.start, lexer.pos).trim();
        return node;
      }
    case "function":
      lexer.next();
      return readFunctionKeyword(lexer, token);
    case "coproc":
      lexer.next();
      return readCoprocess(lexer, token.start);
    default:
      return null;
  }
}

/** `coproc [NAME] compound` or `coproc simple`. */
function readCoprocess(lexer: Lexer, start: number): Command {
  let name = "COPROC";
  const first = lexer.peek();
  if (first.kind === "word" && first.word!.literal !== null && !isReserved(first, COMPOUNDS)) {
    lexer.next();
    const second = lexer.peek();
    if (isReserved(second, COMPOUNDS) || (second.kind === "operator" && second.text === "(")) name = first.text;
    else lexer.rewind(first);
  }
  const body = readCommand(lexer);
  return { kind: "coprocess", name, body, text: lexer.text.slice(start, lexer.pos).trim() };
}

const COMPOUNDS = new Set(["{", "if", "for", "while", "until", "case", "[[", "select"]);

function readParenthesis(lexer: Lexer): Command {
  const open = lexer.next();
  if (lexer.code() === 40) {
    const expression = readArithmetic(lexer, ")");
    if (expression) return { kind: "arithmeticcommand", line: open.line, expression };
  }
  const body = readBody(lexer);
  const close = lexer.next();
  if (close.kind !== "operator" || close.text !== ")") throw lexer.unexpected(close);
  return { kind: "subshell", body };
}

function readIf(lexer: Lexer): Command {
  const clauses: { condition: List; body: List }[] = [];
  let otherwise: List | null = null;
  do {
    lexer.next();
    const condition = readBody(lexer);
    expectReserved(lexer, "then");
    clauses.push({ condition, body: readBody(lexer) });
  } while (isReserved(lexer.peek(), "elif"));
  if (isReserved(lexer.peek(), "else")) {
    lexer.next();
    otherwise = readBody(lexer);
  }
  expectReserved(lexer, "fi");
  return { kind: "if", clauses, otherwise };
}

function readDo(lexer: Lexer): List {
  expectReserved(lexer, "do");
  const body = readBody(lexer);
  expectReserved(lexer, "done");
  return body;
}

function readFor(lexer: Lexer, line: number): Command {
  const token = lexer.peek();
  if (token.kind !== "operator" || token.text !== "(") return readLoopOverWords(lexer, line, "for");
  lexer.next();
  const expression = lexer.code() === 40 ? readArithmeticSource(lexer) : null;
  if (expression === null) throw lexer.unexpected(token);
  const sections = splitSections(expression);
  if (sections.length !== 3) throw new SyntaxFault("syntax error: `;' unexpected", line, lexer.lineAt(token.start));
  const [init, test, step] = sections.map((text): ArithmeticPart | null => (text ? arithmeticPart(lexer, text) : null));
  if (lexer.peek().text === ";") lexer.next();
  skipNewlines(lexer);
  return { kind: "forarithmetic", line, init, test, step, body: readLoopBody(lexer) };
}

/** The parts between semicolons, but for those in parentheses and quotes. */
function splitSections(text: string): string[] {
  const sections = [""];
  let depth = 0;
  for (const piece of text.match(/\\[^]|(["'`])(?:\\[^]|(?!\1)[^])*\1|[^]/g) ?? []) {
    if (piece === "(") depth++;
    else if (piece === ")") depth--;
    if (piece === ";" && depth === 0) sections.push("");
    else sections[sections.length - 1] += piece;
  }
  return sections.map((section) => section.trimStart());
}

function readArithmeticSource(lexer: Lexer): string | null {
  const start = lexer.pos + 1;
  return readArithmetic(lexer, ")") ? lexer.text.slice(start, lexer.pos - 2) : null;
}

function readLoopBody(lexer: Lexer): List {
  while (expandAlias(lexer)) skipNewlines(lexer);
  if (!isReserved(lexer.peek(), "{")) return readDo(lexer);
  lexer.next();
  const body = readBody(lexer);
  expectReserved(lexer, "}");
  return body;
}

function readLoopOverWords(lexer: Lexer, line: number, kind: "for" | "select"): Command {
  const token = lexer.next();
  if (token.kind !== "word" && token.kind !== "number") throw lexer.unexpected(token);
  let words: Word[] | null = null;
  const text: string[] = [];
  lexer.headOfLoop = true;
  if (lexer.peek().text === ";" && lexer.peek().kind === "operator") lexer.next();
  else {
    skipNewlines(lexer);
    lexer.headOfLoop = false;
    if (isReserved(lexer.peek(), "in")) {
      lexer.next();
      words = [];
      for (;;) {
        const next = lexer.peek();
        if (next.kind !== "word" && next.kind !== "number" && next.kind !== "fdname") break;
        text.push(next.text);
        words.push(lexer.next().word!);
      }
      const end = lexer.next();
      if (end.kind !== "newline" && !(end.kind === "operator" && end.text === ";")) throw lexer.unexpected(end);
    }
  }
  lexer.headOfLoop = false;
  skipNewlines(lexer);
  return { kind, line, text: text.join(" "), name: token.text, words, body: readLoopBody(lexer) };
}

function readCase(lexer: Lexer, line: number): Command {
  const subject = lexer.next();
  if (subject.word === null) throw lexer.unexpected(subject);
  lexer.headOfLoop = true;
  skipNewlines(lexer);
  lexer.headOfLoop = false;
  expectReserved(lexer, "in");
  const clauses: CaseClause[] = [];
  for (;;) {
    skipNewlines(lexer);
    if (isReserved(lexer.peek(), "esac")) break;
    if (lexer.peek().kind === "operator" && lexer.peek().text === "(") lexer.next();
    const patterns: Word[] = [];
    for (;;) {
      const pattern = lexer.next();
      if (pattern.word === null) throw lexer.unexpected(pattern);
      patterns.push(pattern.word!);
      const separator = lexer.next();
      if (separator.kind === "operator" && separator.text === ")") break;
      if (separator.kind !== "operator" || separator.text !== "|") throw lexer.unexpected(separator);
    }
    const body = readList(lexer);
    const end = lexer.peek();
    const terminated = end.kind === "operator" && (end.text === ";;" || end.text === ";&" || end.text === ";;&");
    clauses.push({ patterns, body, end: terminated ? (end.text as CaseClause["end"]) : ";;" });
    if (!terminated) break;
    lexer.next();
  }
  expectReserved(lexer, "esac");
  return { kind: "case", line, text: subject.text, word: subject.word!, clauses };
}

function readFunctionKeyword(lexer: Lexer, start: Token): Command {
  const name = lexer.next();
  if (name.kind !== "word") throw lexer.unexpected(name);
  if (lexer.peek().kind === "operator" && lexer.peek().text === "(") {
    lexer.next();
    const close = lexer.next();
    if (close.kind !== "operator" || close.text !== ")") throw lexer.unexpected(close);
  }
  return readFunction(lexer, name.word!.literal ?? name.text, start.start);
}

/** A function's body, behind `name ()`. */
export function readFunction(lexer: Lexer, name: string, start: number): FunctionDefinition {
  skipNewlines(lexer);
  const token = lexer.peek();
  const opens = token.kind === "operator" ? token.text === "(" : isReserved(token, COMPOUNDS);
  if (!opens) throw lexer.unexpected(token);
  const body = readCompound(lexer, token)!;
  const command = withRedirections(lexer, body, token.line);
  return {
    kind: "function",
    name,
    line: token.line,
    body: command,
    text: lexer.text.slice(start, lexer.pos).trimEnd(),
  };
}
