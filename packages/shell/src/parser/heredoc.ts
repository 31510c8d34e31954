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
  const warn = (behind: number) => {
    const what = `here-document at line ${firstLine - 1 || 1} delimited by end-of-file (wanted \`${document.delimiter}')`;
    // What looks like an assignment is read twice.
    if (firstLine > lexer.warned) lexer.warn?.(lexer.line - behind, what);
    lexer.warned = firstLine;
  };
  // Lines that a backslash joins are one before the delimiter is looked for.
  let before = "";
  for (;;) {
    if (Number.isNaN(lexer.code())) {
      warn(lexer.text.endsWith("\n") ? 1 : 0);
      break;
    }
    let end = lexer.text.indexOf("\n", lexer.pos);
    while (end < 0 && lexer.grow()) end = lexer.text.indexOf("\n", lexer.pos);
    let line = end < 0 ? lexer.text.slice(lexer.pos) : lexer.text.slice(lexer.pos, end);
    lexer.pos = end < 0 ? lexer.text.length : end + 1;
    if (end >= 0) lexer.line++;
    if (document.stripTabs && before === "") line = line.replace(/^\t+/, "");
    if (before.replaceAll("\\\n", "") + line === document.delimiter) {
      before = "";
      break;
    }
    // `EOF)`: the substitution's end is the document's.
    if (lexer.inSubstitution && before === "" && line.startsWith(document.delimiter) && line.includes(")")) {
      lexer.pos -= line.length - document.delimiter.length + (end < 0 ? 0 : 1);
      if (end >= 0) lexer.line--;
      warn(0);
      break;
    }
    const joined = !document.quoted && end >= 0 && /(^|[^\\])(\\\\)*\\$/.test(line);
    before += `${line}\n`;
    if (joined) continue;
    body += before;
    before = "";
  }
  body += before;
  document.redirection.document = { delimiter: document.delimiter, quoted: document.quoted, body };
  if (document.quoted) return literalWord(body);
  return makeWord([{ kind: "double", parts: readDoubleQuotedParts(lexer.inner(body, firstLine), "heredoc") }]);
}
