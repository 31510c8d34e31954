// Aliases: a word where a command begins is replaced by its alias's text, in the source itself, and read again.

import { isNameStart } from "./dollar.ts";
import type { Lexer } from "./lexer.ts";

/** Replaces an alias at the token at hand by its text. */
export function expandAlias(lexer: Lexer): void {
  if (!lexer.aliases) return;
  for (;;) {
    const token = lexer.peek();
    if (
      token.kind !== "word" ||
      !token.word!.bare ||
      (!isNameStart(token.text.charCodeAt(0)) && /[$`"'\\=/]/.test(token.text))
    )
      return;
    const name = token.word!.literal ?? "";
    const value = lexer.aliases(name);
    if (value === undefined) return;
    const left = lexer.text.length - (token.start + token.text.length);
    lexer.activeAliases = lexer.activeAliases.filter((alias) => alias.left < lexer.text.length - token.start);
    if (lexer.activeAliases.some((alias) => alias.name === name)) return;
    lexer.rewind(token);
    lexer.text = `${lexer.text.slice(0, token.start)}${value}${lexer.text.slice(token.start + token.text.length)}`;
    lexer.activeAliases.push({ name, left });
    lexer.blankAlias = /[ \t]$/.test(value) ? left : -1;
  }
}

/** The word after an alias whose text ends in a blank is subject to aliases too. */
export function expandAfterBlankAlias(lexer: Lexer, wordEnd: number): void {
  const aliasEnd = lexer.text.length - lexer.blankAlias;
  if (wordEnd > aliasEnd) return;
  const token = lexer.peek();
  if (lexer.text.length - lexer.blankAlias > token.start) return;
  lexer.blankAlias = -1;
  expandAlias(lexer);
}
