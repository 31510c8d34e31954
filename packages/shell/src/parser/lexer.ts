// The scanner's state and its tokens: blanks, comments, operators, words, here-documents pending at a line's end.
// Words are read by words.ts; grammar is parser.ts. Text is a string by decode's convention.

import type { List, Redirection, Word } from "../ast.ts";
import { type ActiveAlias, passAliases } from "./aliases.ts";
import { SyntaxFault } from "./errors.ts";
import { readHereDocuments } from "./heredoc.ts";
import { readWord } from "./words.ts";

export type TokenKind = "word" | "operator" | "newline" | "number" | "fdname" | "end";

export interface Token {
  kind: TokenKind;
  /** The operator, the number, the name in `{name}`, or the word's source. */
  text: string;
  word: Word | null;
  line: number;
  start: number;
}

export interface HereDocument {
  redirection: Redirection;
  delimiter: string;
  quoted: boolean;
  stripTabs: boolean;
}

/** Operators by length, longest first. */
const OPERATORS = [
  ["<<<", "<<-", "&>>", ";;&"],
  ["&&", "||", ";;", ";&", "<<", ">>", "<&", ">&", "<>", ">|", "&>", "|&"],
  ["|", "&", ";", "(", ")", "<", ">"],
];

/** Nesting (of commands, quotes, expansions) the parser accepts; deeper input is an error, not a crash of the stack. */
export const DEPTH_MAX = 400;

/** What words need from the grammar above them. */
export interface Grammar {
  /** Reads the commands of a substitution up to its closing `)`, which it consumes; in a lexer of its own text, up to the end. */
  substitution(lexer: Lexer, closed: boolean): List;
}

export interface LexerOptions {
  grammar: Grammar;
  /** More source text (whole lines), null at its end. May throw NeedInput. */
  more?: () => string | null;
  line?: number;
  aliases?: (name: string) => string | undefined;
  extglob?: () => boolean;
  posix?: () => boolean;
  warn?: (line: number, message: string) => void;
  depth?: number;
}

export class Lexer {
  text: string;
  pos = 0;
  line: number;
  pending: HereDocument[] = [];
  depth: number;
  aliases: ((name: string) => string | undefined) | undefined;
  extglob: () => boolean;
  posix: () => boolean;
  readonly warn: LexerOptions["warn"];
  readonly grammar: Grammar;
  /** What is read stands in `$(…)`. */
  inSubstitution = false;
  /** Line of the last here-document that was said to have no end. */
  warned = 0;
  /** Aliases whose text is being read, the innermost last. */
  activeAliases: ActiveAlias[] = [];
  /** An alias has ended in a blank: the next word may be one. */
  blankAlias = false;
  /** Behind `for name` or `case word`, where `in` is never an alias. */
  headOfLoop = false;
  /** In an assignment's value, in which a tilde may stand behind a colon. */
  inValue = false;
  /** What was replaced in the text of the command line at hand, for restart(). */
  edits: { start: number; old: string; length: number }[] = [];
  #more: (() => string | null) | undefined;
  #token: Token | null = null;

  constructor(text: string, options: LexerOptions) {
    this.text = text;
    this.grammar = options.grammar;
    this.line = options.line ?? 1;
    this.#more = options.more;
    this.aliases = options.aliases;
    this.extglob = options.extglob ?? (() => false);
    this.posix = options.posix ?? (() => false);
    this.warn = options.warn;
    this.depth = options.depth ?? 0;
  }

  /** A lexer for text found inside this one's (a here-document's body, backquotes). */
  inner(text: string, line: number): Lexer {
    return new Lexer(text, {
      grammar: this.grammar,
      line,
      aliases: this.aliases,
      extglob: this.extglob,
      posix: this.posix,
      warn: this.warn,
      depth: this.depth + 1,
    });
  }

  /** The token at hand; it stays until next(). */
  peek(): Token {
    if (this.#token === null) {
      const token = this.#scan();
      this.#token = token;
      if (this.activeAliases.length > 0 || this.blankAlias) passAliases(this, token);
    }
    return this.#token ?? this.peek();
  }

  next(): Token {
    const token = this.peek();
    this.#token = null;
    return token;
  }

  /** Forgets the token at hand and reads again from where it began (or from `pos`). */
  rewind(token: Token): void {
    this.#token = null;
    this.pos = token.start;
    this.line = token.line;
  }

  /** Goes back to an earlier place, as if nothing behind it had been looked at. */
  restart(pos: number, line: number): void {
    this.#token = null;
    this.pending = [];
    this.inSubstitution = false;
    this.depth = 0;
    this.pos = pos;
    this.line = line;
    this.blankAlias = this.headOfLoop = false;
    this.activeAliases = this.activeAliases.filter((alias) => alias.start < pos);
    for (let edit = this.edits.pop(); edit && edit.start >= pos; edit = this.edits.pop())
      this.text = this.text.slice(0, edit.start) + edit.old + this.text.slice(edit.start + edit.length);
  }

  /** Puts other text into the source, at or behind the place at hand. */
  replace(start: number, length: number, text: string): void {
    this.edits.push({ start, old: this.text.substr(start, length), length: text.length });
    this.text = this.text.slice(0, start) + text + this.text.slice(start + length);
  }

  /** Takes out escaped newlines that stand at `pos + ahead`; true if there were any. */
  join(ahead = 0): boolean {
    let found = false;
    for (; this.code(ahead) === 92 && this.code(ahead + 1) === 10; found = true) {
      this.replace(this.pos + ahead, 2, "");
      this.line++;
    }
    return found;
  }

  /** Goes to the end of the line at hand, after an error in it. */
  skipLine(): void {
    let end = this.text.indexOf("\n", this.pos);
    while (end < 0 && this.grow()) end = this.text.indexOf("\n", this.pos);
    this.restart(end < 0 ? this.text.length : end, this.line);
  }

  /** Forgets text that was read already, when a good deal of it has come together. */
  discardRead(): void {
    if (this.pos < 65536 || this.#token !== null || this.#more === undefined) return;
    this.text = this.text.slice(this.pos);
    this.pos = 0;
    this.activeAliases = [];
  }

  /** True if more text could be appended behind the present end. */
  grow(): boolean {
    const more = this.#more?.();
    if (more === null || more === undefined) {
      this.#more = undefined;
      return false;
    }
    for (const alias of this.activeAliases) alias.left += more.length;
    this.text += more;
    return true;
  }

  /** The character code at `pos + ahead`, NaN at the end. */
  code(ahead = 0): number {
    while (this.pos + ahead >= this.text.length) if (!this.grow()) return Number.NaN;
    return this.text.charCodeAt(this.pos + ahead);
  }

  startsWith(prefix: string): boolean {
    this.code(prefix.length - 1);
    return this.text.startsWith(prefix, this.pos);
  }

  enter(): void {
    if (++this.depth > DEPTH_MAX) throw new SyntaxFault("syntax error: nesting too deep", this.line);
  }

  leave(): void {
    this.depth--;
  }

  unexpected(token: Token): SyntaxFault {
    if (token.kind === "end") return new SyntaxFault("syntax error: unexpected end of file", this.endLine());
    const near = token.kind === "newline" ? "newline" : token.text;
    return new SyntaxFault(`syntax error near unexpected token \`${near}'`, token.line, this.lineAt(token.start));
  }

  /** The line that comes behind the last one. */
  endLine(): number {
    return this.line + (this.text.endsWith("\n") ? 0 : 1);
  }

  unterminated(what: string, line: number): SyntaxFault {
    return new SyntaxFault(`unexpected EOF while looking for matching \`${what}'`, line);
  }

  /** The source line around a position. */
  lineAt(at: number): string {
    const start = this.text.lastIndexOf("\n", at - 1) + 1;
    const end = this.text.indexOf("\n", at);
    return this.text.slice(start, end < 0 ? undefined : end);
  }

  /** Skips blanks and escaped newlines, not comments. */
  skipBlanks(): void {
    for (;;) {
      const code = this.code();
      if (code === 32 || code === 9) this.pos++;
      else if (code === 92 && this.code(1) === 10) {
        this.pos += 2;
        this.line++;
      } else return;
    }
  }

  #scan(): Token {
    this.skipBlanks();
    if (this.code() === 35) while (this.code() !== 10 && this.pos < this.text.length) this.pos++;
    const start = this.pos;
    const line = this.line;
    const code = this.code();
    if (Number.isNaN(code)) {
      if (this.pending.length > 0) readHereDocuments(this);
      return { kind: "end", text: "", word: null, line, start };
    }
    if (code === 10) {
      this.pos++;
      this.line++;
      if (this.pending.length > 0) readHereDocuments(this);
      return { kind: "newline", text: "\n", word: null, line, start };
    }
    if (isOperatorStart(code) && !((code === 60 || code === 62) && this.code(1) === 40)) {
      this.join(1);
      // All of it must be there, but no line is waited for that can't be part of it.
      if (this.code(1) !== 10) this.join(2);
      for (const group of OPERATORS) {
        const text = this.text.substr(this.pos, group[0].length);
        if (group.includes(text)) {
          this.pos += text.length;
          return { kind: "operator", text, word: null, line, start };
        }
      }
    }
    const word = readWord(this);
    const text = this.text.slice(start, this.pos);
    const after = this.text.charCodeAt(this.pos);
    if ((after === 60 || after === 62) && word.bare) {
      if (/^[0-9]{1,9}$/.test(text)) return { kind: "number", text, word, line, start };
      const name = /^\{([A-Za-z_][A-Za-z0-9_]*(?:\[[^\]{}]+\])?)\}$/.exec(text);
      if (name) return { kind: "fdname", text: name[1], word, line, start };
    }
    return { kind: "word", text, word, line, start };
  }
}

/** True for | & ; ( ) < > */
export function isOperatorStart(code: number): boolean {
  return code === 124 || code === 38 || code === 59 || code === 40 || code === 41 || code === 60 || code === 62;
}
