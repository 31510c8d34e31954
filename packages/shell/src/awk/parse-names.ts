// awk's tokens as the parser takes them, one after the other and again where a parse is only tried; and its names, which become
// slots here.

import { AwkSyntaxError, Lexer, type Token } from "./lexer.ts";
import type { ArrayName, Lvalue } from "./tree.ts";

/** Variables that awk itself sets or obeys. */
export const SPECIAL = new Set(
  "NF NR FNR FS OFS ORS RS SUBSEP CONVFMT OFMT RSTART RLENGTH FILENAME RT IGNORECASE FPAT FIELDWIDTHS ERRNO".split(" "),
);

export class NameParser {
  token: Token;
  /** Global variables and their slots. */
  globals = new Map<string, number>();
  /** Parameters of the function being read. */
  locals: string[] = [];
  protected lexer: Lexer;
  #text: string;
  /** Tokens read ahead and given back, so that a parse can be tried. */
  protected read: Token[] = [];
  protected position = 0;

  constructor(text: string) {
    this.#text = text;
    this.lexer = new Lexer(text);
    this.token = this.#fetch();
  }

  get warnings(): Set<string> {
    return this.lexer.warnings;
  }

  #fetch(): Token {
    if (this.position === this.read.length) this.read.push(this.lexer.next());
    return this.read[this.position];
  }

  is(...kinds: string[]): boolean {
    return kinds.includes(this.token.kind);
  }

  take(): Token {
    const { token } = this;
    this.position++;
    this.token = this.#fetch();
    return token;
  }

  accept(kind: string): boolean {
    if (this.token.kind !== kind) return false;
    this.take();
    return true;
  }

  expect(kind: string): void {
    if (!this.accept(kind)) throw this.error();
  }

  mark(): number {
    return this.position;
  }

  reset(mark: number): void {
    this.position = mark;
    this.token = this.#fetch();
  }

  skipNewlines(): void {
    while (this.is("newline")) this.take();
  }

  skipEnds(): void {
    while (this.is("newline", ";")) this.take();
  }

  /** A syntax error at the token at hand, shown as gawk does. */
  error(message?: string, line = this.token.line): AwkSyntaxError {
    if (message) return new AwkSyntaxError(message, line);
    const begin = this.#text.lastIndexOf("\n", this.token.at - 1) + 1;
    const end = this.#text.indexOf("\n", begin);
    const source = this.#text.slice(begin, end < 0 ? this.#text.length : Math.max(end, begin));
    const what = this.is("end") || this.is("newline") ? "unexpected newline or end of string" : "syntax error";
    return new AwkSyntaxError(`${source}\nawk: cmd. line:${line}: ${" ".repeat(this.token.at - begin)}^ ${what}`, line);
  }

  variable(name: string): Lvalue {
    const local = this.locals.indexOf(name);
    if (local >= 0) return { kind: "local", slot: local };
    if (SPECIAL.has(name)) return { kind: "special", name };
    return { kind: "global", slot: this.#global(name) };
  }

  arrayName(name: string): ArrayName {
    const local = this.locals.indexOf(name);
    return local >= 0 ? { kind: "local", slot: local } : { kind: "global", slot: this.#global(name) };
  }

  #global(name: string): number {
    let slot = this.globals.get(name);
    if (slot === undefined) this.globals.set(name, (slot = this.globals.size));
    return slot;
  }
}
