// Reads `${…}`: the parameter, its subscript, the operator and the operator's words.
// Called by dollar.ts at the `$`; leaves the lexer behind the `}`.

import type { ParameterPart, Word } from "../ast.ts";
import { isNameCharacter, isNameStart, isSpecialParameter, simpleParameter } from "./dollar.ts";
import type { Lexer } from "./lexer.ts";
import { makeWord, readDoubleQuotedParts, readUnquotedParts, readWord } from "./words.ts";

export function readBracedParameter(lexer: Lexer, quoted: boolean): ParameterPart {
  const start = lexer.pos;
  const line = lexer.line;
  lexer.enter();
  lexer.pos += 2;
  // Escaped newlines in the name and beside it are taken out first.
  for (let at = 0; ; at++) {
    lexer.join(at);
    const code = lexer.code(at);
    if (!isNameCharacter(code) && !isSpecialParameter(code)) break;
  }
  const part = simpleParameter("");
  readPrefix(lexer, part);
  part.name = readName(lexer);
  if (part.name && lexer.code() === 91) readSubscript(lexer, part);
  if (!part.name) part.operator = "bad";
  else if (part.length) {
    if (lexer.code() !== 125) part.operator = "bad";
  } else readOperator(lexer, part, quoted);
  if (part.name === "!" && part.operator[0] === "#") part.operator = "bad";
  if (part.operator === "bad") readUnquotedParts(lexer, "brace");
  if (lexer.code() !== 125) {
    if (Number.isNaN(lexer.code())) throw lexer.unterminated("}", line);
    part.operator = "bad";
    readUnquotedParts(lexer, "brace");
    if (lexer.code() !== 125) throw lexer.unterminated("}", line);
  }
  lexer.pos++;
  lexer.leave();
  part.source = lexer.text.slice(start, lexer.pos);
  return part;
}

/** `#` and `!` before a name: length and indirection, unless they are the parameter themselves. */
function readPrefix(lexer: Lexer, part: ParameterPart): void {
  const first = lexer.code();
  const second = lexer.code(1);
  if (first === 35 && second !== 125) {
    if (isNameStart(second) || (second >= 48 && second <= 57) || second === 64 || second === 42) part.length = true;
    // `${#-}` is the length of `$-`, but `${#-x}` has the operator `-`.
    else if (isSpecialParameter(second) && lexer.code(2) === 125) part.length = true;
    if (part.length) lexer.pos++;
  } else if (first === 33 && second !== 125) {
    if (
      isNameStart(second) ||
      (second >= 48 && second <= 57) ||
      ((second === 64 || second === 42 || second === 35 || second === 33) && lexer.code(2) === 125)
    ) {
      part.indirect = true;
      lexer.pos++;
    }
  }
}

function readName(lexer: Lexer): string {
  const start = lexer.pos;
  const code = lexer.code();
  if (isNameStart(code)) while (isNameCharacter(lexer.code())) lexer.pos++;
  else if (code >= 48 && code <= 57) {
    while (lexer.code() >= 48 && lexer.code() <= 57) lexer.pos++;
  } else if (isSpecialParameter(code)) lexer.pos++;
  return lexer.text.slice(start, lexer.pos);
}

function readSubscript(lexer: Lexer, part: ParameterPart): void {
  lexer.pos++;
  const code = lexer.code();
  if ((code === 64 || code === 42) && lexer.code(1) === 93) {
    part.all = code === 64 ? "@" : "*";
    lexer.pos += 2;
    return;
  }
  part.index = readWord(lexer, "subscript");
  if (lexer.code() === 93) lexer.pos++;
}

function readOperator(lexer: Lexer, part: ParameterPart, quoted: boolean): void {
  lexer.join();
  lexer.join(1);
  const code = lexer.code();
  if (code === 125) return;
  const character = String.fromCharCode(code);
  const next = lexer.code(1);
  if (part.indirect && (code === 64 || code === 42) && next === 125) {
    part.operator = "names";
    part.all = code === 64 ? "@" : "*";
    lexer.pos++;
    return;
  }
  if (code === 58 && "-=?+".includes(String.fromCharCode(next))) {
    part.colon = true;
    part.operator = String.fromCharCode(next);
    lexer.pos += 2;
    part.word = readAlternative(lexer, quoted);
  } else if ("-=?+".includes(character)) {
    part.operator = character;
    lexer.pos++;
    part.word = readAlternative(lexer, quoted);
  } else if (code === 58) {
    part.operator = ":";
    lexer.pos++;
    part.word = readOffset(lexer);
    if (part.word.parts.length === 0 && lexer.code() === 125) part.operator = "bad";
    if (lexer.code() === 58) {
      lexer.pos++;
      part.word2 = readOffset(lexer);
    }
  } else if ("#%^,~".includes(character)) {
    part.operator = next === code ? character + character : character;
    lexer.pos += part.operator.length;
    part.word = makeWord(readUnquotedParts(lexer, "brace"));
  } else if (character === "/") {
    lexer.pos++;
    part.operator = next === 47 ? "//" : next === 35 ? "/#" : next === 37 ? "/%" : "/";
    if (part.operator.length > 1) lexer.pos++;
    // The first character belongs to the pattern even if it is a slash, as in `${x////-}`.
    const first = part.operator === "//" && lexer.code() === 47;
    if (first) lexer.pos++;
    const pattern = readUnquotedParts(lexer, "slash", part.operator.length === 1 || first || next === 47);
    part.word = makeWord(first ? [{ kind: "text", text: "/" }, ...pattern] : pattern);
    if (lexer.code() === 47) {
      lexer.pos++;
      // Quotes are quotes here even inside double quotes, and an unquoted & stands for the match.
      part.word2 = makeWord(readUnquotedParts(lexer, "brace"));
    }
  } else if (character === "@" && /[UuLQEPAKak]/.test(lexer.text[lexer.pos + 1]) && lexer.code(2) === 125) {
    part.operator = "@";
    part.word = makeWord([{ kind: "quoted", text: lexer.text[lexer.pos + 1] }]);
    lexer.pos += 2;
  } else part.operator = "bad";
}

/** The word of `:-` and its like: inside double quotes it is quoted too, though quotes may stand in it. */
function readAlternative(lexer: Lexer, quoted: boolean): Word {
  return makeWord(
    quoted ? [{ kind: "double", parts: readDoubleQuotedParts(lexer, "brace") }] : readUnquotedParts(lexer, "brace"),
  );
}

/** An arithmetic expression up to `:` or `}`, minding parentheses and `?:`. */
function readOffset(lexer: Lexer): Word {
  const start = lexer.pos;
  let depth = 0;
  let ternary = 0;
  for (let at = 0; ; at++) {
    const code = lexer.code(at);
    if (Number.isNaN(code)) break;
    if (code === 92) at++;
    else if (code === 96 || code === 34) {
      for (at++; !Number.isNaN(lexer.code(at)) && lexer.code(at) !== code; at++) if (lexer.code(at) === 92) at++;
    } else if (code === 40 || code === 91 || code === 123) depth++;
    else if (depth > 0 && (code === 41 || code === 93 || code === 125)) depth--;
    else if (depth === 0) {
      if (code === 63) ternary++;
      else if (code === 125 || (code === 58 && ternary-- === 0)) {
        lexer.pos += at;
        const text = lexer.text.slice(start, lexer.pos);
        return makeWord(readDoubleQuotedParts(lexer.inner(text, lexer.line), "arithmetic"));
      }
    }
  }
  throw lexer.unterminated("}", lexer.line);
}
