// Redirections: an optional fd or `{name}`, an operator, a word. A here-document is noted; its body follows the line.

import type { Redirection, Word } from "../ast.ts";
import type { Lexer } from "./lexer.ts";
import { literalWord } from "./words.ts";

const REDIRECTIONS = new Set(["<", ">", ">>", ">|", "<>", "<&", ">&", "&>", "&>>", "<<", "<<-", "<<<"]);

/** Consumes one redirection if there is one. */
export function readRedirection(lexer: Lexer, into: Redirection[]): boolean {
  let token = lexer.peek();
  let fd = -1;
  let fdName: string | null = null;
  if (token.kind === "number" || token.kind === "fdname") {
    if (token.kind === "number") fd = Number(token.text);
    else fdName = token.text;
    lexer.next();
    token = lexer.peek();
  } else if (token.kind !== "operator") return false;
  const operator = token.text;
  if (!REDIRECTIONS.has(operator)) return false;
  lexer.next();
  const target = lexer.next();
  if (target.kind !== "word" && target.kind !== "number" && target.kind !== "fdname") throw lexer.unexpected(target);
  if (fd < 0) fd = operator.startsWith("<") ? 0 : 1;
  const redirection: Redirection = { operator, fd, fdName, target: target.word! };
  into.push(redirection);
  if (operator === "<<" || operator === "<<-") {
    const parts = target.word!.parts;
    const quoted = parts.some((part) => part.kind === "quoted" || part.kind === "double");
    const stripTabs = operator === "<<-";
    const delimiter = quoted ? delimiterText(parts) : target.text;
    lexer.pending.push({
      redirection,
      delimiter: stripTabs ? delimiter.replace(/^\t+/, "") : delimiter,
      quoted,
      stripTabs,
    });
    redirection.target = literalWord("");
  }
  return true;
}

function delimiterText(parts: Word["parts"]): string {
  return parts
    .map((part) => {
      if (part.kind === "double") return delimiterText(part.parts);
      if (part.kind === "parameter") return part.source.startsWith("$") ? part.source : `$${part.source}`;
      return "text" in part ? part.text : "";
    })
    .join("");
}
