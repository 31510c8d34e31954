// Assignments: `name=value`, `name+=value`, `name[subscript]=value`, `name=(elements)`.
// Called by parser.ts with a word token at hand; on success the lexer stands behind the assignment.

import type { Assignment, Element, Word } from "../ast.ts";
import type { Lexer } from "./lexer.ts";
import { literalWord, makeWord, readUnquotedParts, readWord } from "./words.ts";

const HEAD = /^([A-Za-z_][A-Za-z0-9_]*)(\+?=|\[)/;

/** The assignment at hand, or null with nothing consumed. */
export function readAssignment(lexer: Lexer, isArgument = false): Assignment | null {
  const { start } = lexer.peek();
  const assignment = parseAssignment(lexer, isArgument);
  if (assignment) assignment.source = lexer.text.slice(start, lexer.pos);
  return assignment;
}

function parseAssignment(lexer: Lexer, isArgument: boolean): Assignment | null {
  const token = lexer.peek();
  const head = HEAD.exec(token.text);
  if (!head) return null;
  const name = head[1];
  if (head[2] !== "[") {
    lexer.rewind(token);
    lexer.pos = token.start + head[0].length;
    return readValue(lexer, name, null, head[2] === "+=");
  }
  const end = lexer.pos;
  const line = lexer.line;
  lexer.rewind(token);
  lexer.pos = token.start + name.length + 1;
  const index = readWord(lexer, "subscript");
  if (Number.isNaN(lexer.code())) throw lexer.unterminated("]", line);
  // An argument ends at a blank, even in a subscript.
  const split = isArgument && index.parts.some((part) => part.kind === "text" && /\s/.test(part.text));
  const operator =
    !split && lexer.code() === 93
      ? lexer.code(1) === 61
        ? "="
        : lexer.code(1) === 43 && lexer.code(2) === 61
          ? "+="
          : ""
      : "";
  if (!operator) {
    lexer.rewind(token);
    lexer.peek();
    lexer.pos = end;
    lexer.line = line;
    return null;
  }
  lexer.pos += 1 + operator.length;
  return readValue(lexer, name, index, operator === "+=");
}

/** `let x=( 1 )`: an array's elements as the text of an argument, for a command that reads text again. */
export function elementsArgument(lexer: Lexer): Word | null {
  const token = lexer.peek();
  if (!/^[A-Za-z_]\w*\+?=$/.test(token.text) || lexer.code() !== 40) return null;
  const assignment = readAssignment(lexer)!;
  return literalWord(assignment.source);
}

/** An argument of a declaration command that looks like an assignment. */
export function assignmentArgument(lexer: Lexer): Word | null {
  const assignment = readAssignment(lexer, true);
  if (!assignment) return null;
  const word = makeWord([]);
  word.literal = null;
  word.pure = assignment.pure;
  word.assignment = assignment;
  return word;
}

function readValue(lexer: Lexer, name: string, index: Word | null, append: boolean): Assignment {
  if (lexer.code() === 40) {
    lexer.pos++;
    const elements = readElements(lexer);
    const pure = elements.every((element) => element.value.pure && (element.index?.pure ?? true));
    return { name, index, append, value: null, elements, source: "", pure };
  }
  const value = makeWord(readUnquotedParts(lexer, "value"));
  value.braces = false;
  if (value.literal === null && value.parts.every((part) => part.kind === "text" || part.kind === "quoted")) {
    value.literal = value.parts.map((part) => (part as { text: string }).text).join("");
  }
  return { name, index, append, value, elements: null, source: "", pure: value.pure && (index?.pure ?? true) };
}

function readElements(lexer: Lexer): Element[] {
  const elements: Element[] = [];
  const { line } = lexer;
  lexer.enter();
  for (;;) {
    const token = lexer.peek();
    if (token.kind === "newline") lexer.next();
    else if (token.kind === "operator" && token.text === ")") break;
    else if (token.kind === "word" || token.kind === "number" || token.kind === "fdname")
      elements.push(readElement(lexer));
    else {
      const fault = token.kind === "end" ? lexer.unterminated(")", line) : lexer.unexpected(token);
      fault.recoverable = true;
      throw fault;
    }
  }
  lexer.next();
  lexer.leave();
  return elements;
}

function readElement(lexer: Lexer): Element {
  const token = lexer.peek();
  if (token.text.startsWith("[")) {
    const end = lexer.pos;
    const line = lexer.line;
    lexer.rewind(token);
    lexer.pos = token.start + 1;
    const index = readWord(lexer, "subscript");
    const append = lexer.code(1) === 43 && lexer.code(2) === 61;
    if (lexer.code() === 93 && (append || lexer.code(1) === 61)) {
      lexer.pos += append ? 3 : 2;
      const value = makeWord(readUnquotedParts(lexer, "value"));
      const element: Element = { index, append, value };
      if (index.braces || value.braces) {
        const behind = lexer.pos;
        lexer.rewind(token);
        const { word } = lexer.next();
        if (lexer.pos === behind) element.whole = word!;
        lexer.pos = behind;
      }
      return element;
    }
    lexer.rewind(token);
    const again = lexer.next();
    lexer.pos = end;
    lexer.line = line;
    return { index: null, append: false, value: again.word! };
  }
  return { index: null, append: false, value: lexer.next().word! };
}
