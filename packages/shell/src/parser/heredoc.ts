// Here-documents: their bodies are read when the line that announces them ends.
// Called by the lexer at a newline; the text becomes the redirection's target word.

import type { Word } from "../ast.ts";
import type { HereDocument, Lexer } from "./lexer.ts";
import { literalWord, makeWord, readDoubleQuotedParts } from "./words.ts";

export function readHereDocuments(lexer: Lexer): void {
  const pending = lexer.pending;
  lexer.pending = [];
  for (const document of pending) document.redirection.target = readBody(lexer, document);
}

function readBody(lexer: Lexer, document: HereDocument): Word {
  const firstLine = lexer.line;
  let body = "";
  // A delimiter may be reached only at the start of a line that no backslash joins to the one before it.
  let joined = false;
  for (;;) {
    if (Number.isNaN(lexer.code())) break;
    let end = lexer.text.indexOf("\n", lexer.pos);
    while (end < 0 && lexer.grow()) end = lexer.text.indexOf("\n", lexer.pos);
    let line = end < 0 ? lexer.text.slice(lexer.pos) : lexer.text.slice(lexer.pos, end);
    lexer.pos = end < 0 ? lexer.text.length : end + 1;
    if (end >= 0) lexer.line++;
    if (document.stripTabs && !joined) line = line.replace(/^\t+/, "");
    if (line === document.delimiter && !joined) break;
    body += `${line}\n`;
    joined = !document.quoted && /(^|[^\\])(\\\\)*\\$/.test(line);
  }
  document.redirection.document = { delimiter: document.delimiter, quoted: document.quoted, body };
  if (document.quoted) return literalWord(body);
  return makeWord([{ kind: "double", parts: readDoubleQuotedParts(lexer.inner(body, firstLine), "heredoc") }]);
}
