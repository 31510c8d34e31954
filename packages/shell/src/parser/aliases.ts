// Aliases: a word where a command begins, or behind an alias that ends in a blank, is replaced by its alias's text, in the source
// itself, and read again.

import { isNameStart } from "./dollar.ts";
import type { Lexer, Token } from "./lexer.ts";

/** Words that POSIX mode never takes for aliases where a command begins. */
const RESERVED = new Set(
  "if then else elif fi do done case esac while until for in { } ! select function time coproc [[".split(" "),
);

/** An alias whose text is being read. */
export interface ActiveAlias {
  name: string;
  start: number;
  /** It ends where this many characters of the source are left. */
  left: number;
  /** It ends in a blank: the word behind it is subject to aliases too. */
  blank: boolean;
}

/** Replaces an alias at the token at hand by its text, where a command may begin. True if there was one. */
export function expandAlias(lexer: Lexer, isCommand = true): boolean {
  for (let replaced = false; ; replaced = true) {
    const token = lexer.peek();
    const { text } = token;
    if (
      !lexer.aliases ||
      token.kind !== "word" ||
      !token.word!.bare ||
      (!isNameStart(text.charCodeAt(0)) && /[$`"'\\=/]/.test(text))
    )
      return replaced;
    const name = token.word!.literal ?? "";
    const value = isCommand && lexer.posix() && RESERVED.has(name) ? undefined : lexer.aliases(name);
    lexer.blankAlias = false;
    if (value === undefined || lexer.activeAliases.some((alias) => alias.name === name)) return replaced;
    const { start } = token;
    lexer.rewind(token);
    const left = lexer.text.length - start - text.length;
    lexer.replace(start, text.length, value);
    lexer.activeAliases.push({ name, start, left, blank: /[ \t]$/.test(value) });
  }
}

/** Notes which aliases end before a token that was just read, and replaces the word behind one whose text ends in a blank. */
export function passAliases(lexer: Lexer, token: Token): void {
  const { activeAliases } = lexer;
  const left = lexer.text.length - token.start;
  for (let last = activeAliases.at(-1); last && last.left >= left; last = activeAliases.at(-1)) {
    lexer.blankAlias = last.blank;
    activeAliases.pop();
  }
  if (lexer.blankAlias && token.kind === "word" && !(lexer.headOfLoop && /^(in|do)$/.test(token.text)))
    expandAlias(lexer, false);
}
