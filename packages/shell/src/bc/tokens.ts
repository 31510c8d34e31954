// bc's tokens, and whether a text that is typed line by line is whole already. Pure.

import { BcError } from "./errors.ts";

const TOKEN =
  /[ \t\r]*(?:(\/\*[^]*?\*\/|#[^\n]*|\\\r?\n)|([0-9A-Z]+(?:\\\r?\n)?[0-9A-Z]*\.?[0-9A-Z]*|\.[0-9A-Z]+)|([a-z][a-z0-9_]*)|("[^"]*")|(\^=|\*=|\/=|%=|\+=|-=|==|<=|>=|!=|&&|\|\||\+\+|--|\n|[-+*/%^=<>!(){}[\],;.&])|($)|([^]))/y;

export interface Token {
  kind: "number" | "name" | "string" | "operator" | "end";
  text: string;
}

export function tokens(text: string): Token[] {
  const list: Token[] = [];
  TOKEN.lastIndex = 0;
  for (;;) {
    const match = TOKEN.exec(text);
    if (!match) return list;
    const [, comment, number, name, string, operator, end, bad] = match;
    if (comment !== undefined) continue;
    if (number !== undefined) list.push({ kind: "number", text: number.replace(/\\\r?\n/g, "") });
    else if (name !== undefined) list.push({ kind: "name", text: name });
    else if (string !== undefined) list.push({ kind: "string", text: string.slice(1, -1) });
    else if (operator !== undefined) list.push({ kind: "operator", text: operator });
    else if (end !== undefined) {
      list.push({ kind: "end", text: "" });
      return list;
    } else throw new BcError(`(standard_in) 1: illegal character: ${bad}`);
  }
}

/** Does the text end where a statement can: no open brace, parenthesis, string or comment? */
export function isComplete(text: string): boolean {
  if (!text.endsWith("\n") || /\\\r?\n$/.test(text)) return false;
  const plain = text.replace(/"[^"]*"|\/\*[^]*?\*\/|#[^\n]*/g, "");
  if (plain.includes('"') || plain.includes("/*")) return false;
  let depth = 0;
  for (const character of plain) {
    if (character === "{") depth++;
    else if (character === "}") depth--;
  }
  if (depth > 0) return false;
  // `define f(x)` and `if (x)` go on in the next line.
  return (
    !/(?:^|\n)\s*define\b[^{}]*\n$/.test(plain) &&
    !/\b(?:else|do)\s*\n$/.test(plain) &&
    !/(?:^|[;{\n])\s*(?:while|for)\s*\([^{}\n]*\)\s*\n$/.test(plain)
  );
}
