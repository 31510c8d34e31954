// `[[ expression ]]`: its own little grammar, in which words are neither split nor globbed.
// Called by compound.ts behind `[[`; consumes the `]]`.

import type { Conditional, Test, Word } from "../ast.ts";
import { SyntaxFault } from "./errors.ts";
import type { Lexer, Token } from "./lexer.ts";
import { isReserved, skipNewlines } from "./parser.ts";
import { readWord } from "./words.ts";

const UNARY = /^-[abcdefghkprstuwxzGLNOSnovR]$/;
const BINARY = new Set(["=", "==", "!=", "=~", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"]);

export function readConditional(lexer: Lexer, line: number): Conditional {
  skipNewlines(lexer);
  const expression = readOr(lexer);
  skipNewlines(lexer);
  const end = lexer.peek();
  if (end.kind === "end") throw unexpected(end, "unexpected EOF while looking for `]]'");
  if (!isReserved(end, "]]"))
    throw unexpected(end, `syntax error in conditional expression${end.word ? "" : ": unexpected token `%'"}`);
  lexer.next();
  return { kind: "conditional", line, text: "", expression, pure: isPure(expression) };
}

function isPure(test: Test): boolean {
  if (test.kind === "not") return isPure(test.operand);
  if (test.kind === "unary") return test.word.pure;
  if (test.kind === "binary") return test.left.pure && test.right.pure;
  return isPure(test.left) && isPure(test.right);
}

function isOperator(lexer: Lexer, text: string): boolean {
  const token = lexer.peek();
  return token.kind === "operator" && token.text === text;
}

function readOr(lexer: Lexer): Test {
  let left = readAnd(lexer);
  for (skipNewlines(lexer); isOperator(lexer, "||"); skipNewlines(lexer)) {
    lexer.next();
    skipNewlines(lexer);
    left = { kind: "or", left, right: readAnd(lexer) };
  }
  return left;
}

function readAnd(lexer: Lexer): Test {
  let left = readPrimary(lexer);
  for (skipNewlines(lexer); isOperator(lexer, "&&"); skipNewlines(lexer)) {
    lexer.next();
    skipNewlines(lexer);
    left = { kind: "and", left, right: readPrimary(lexer) };
  }
  return left;
}

function readPrimary(lexer: Lexer): Test {
  const token = lexer.next();
  if (token.kind === "operator" && token.text === "(") {
    lexer.enter();
    skipNewlines(lexer);
    const inner = readOr(lexer);
    lexer.leave();
    const close = lexer.next();
    if (close.text !== ")") throw unexpected(close, "unexpected token `%', expected `)'");
    inner.grouped = true;
    return inner;
  }
  if (!isOperand(token)) throw unexpected(token, token.word ? "" : "unexpected token `%' in conditional command");
  if (isReserved(token, "!")) {
    lexer.enter();
    const operand = readPrimary(lexer);
    lexer.leave();
    return { kind: "not", operand };
  }
  if (token.word!.bare && UNARY.test(token.text)) {
    return { kind: "unary", operator: token.text, word: operand(lexer, "unary") };
  }
  const operator = lexer.peek();
  if (operator.kind === "operator" && (operator.text === "<" || operator.text === ">")) {
    lexer.next();
    return { kind: "binary", operator: operator.text, left: token.word!, right: operand(lexer) };
  }
  if (operator.kind === "word" && operator.word!.bare && BINARY.has(operator.text)) {
    lexer.next();
    if (operator.text === "=~") {
      lexer.skipBlanks();
      const expression = readWord(lexer, "regex");
      if (expression.parts.length === 0) operand(lexer);
      return { kind: "binary", operator: "=~", left: token.word!, right: expression };
    }
    if (operator.text === "==" || operator.text === "=" || operator.text === "!=") {
      lexer.skipBlanks();
      const right: Word = readWord(lexer, "pattern");
      if (right.parts.length === 0 || right.source === "]]") {
        lexer.rewind({ ...operator, start: lexer.pos - right.source!.length });
        operand(lexer);
      }
      return { kind: "binary", operator: operator.text, left: token.word!, right };
    }
    return { kind: "binary", operator: operator.text, left: token.word!, right: operand(lexer) };
  }
  if (isOperand(operator)) throw unexpected(operator, "conditional binary operator expected");
  if (operator.kind === "operator" && !/^(&&|\|\||\))$/.test(operator.text))
    throw unexpected(operator, "unexpected token `%', conditional binary operator expected");
  return { kind: "unary", operator: "-n", word: token.word! };
}

function isOperand(token: Token): boolean {
  return token.word !== null && !isReserved(token, "]]");
}

function operand(lexer: Lexer, kind = "binary"): Word {
  const token = lexer.next();
  if (!isOperand(token)) throw unexpected(token, `unexpected argument \`%' to conditional ${kind} operator`);
  return token.word!;
}

/** A fault about a token, that stands for the % in the message. */
function unexpected({ kind, text, line }: Token, message: string): SyntaxFault {
  const near = kind === "end" ? "EOF" : kind === "newline" ? "newline" : text;
  return new SyntaxFault(
    message.replace("%", () => near),
    line,
  );
}
