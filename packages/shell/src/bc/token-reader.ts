// bc's tokens one after the other, as the parser takes them.

import { BcError } from "./errors.ts";
import { type Token, tokens } from "./tokens.ts";

export const KEYWORDS = new Set(
  "define auto if else while for break continue quit halt return print length sqrt read limits void abs".split(" "),
);

export class TokenReader {
  protected tokens: Token[];
  protected at = 0;

  constructor(text: string) {
    this.tokens = tokens(text);
  }

  protected ended(): boolean {
    return this.token.kind === "end";
  }

  protected get token(): Token {
    return this.tokens[this.at];
  }

  protected error(): BcError {
    return new BcError("(standard_in) 1: syntax error");
  }

  protected is(...texts: string[]): boolean {
    const { kind, text } = this.token;
    return (kind === "operator" || kind === "name") && texts.includes(text);
  }

  protected accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.at++;
    return true;
  }

  protected expect(text: string): void {
    if (!this.accept(text)) throw this.error();
  }

  protected newlines(): void {
    while (this.accept("\n"));
  }

  protected skip(): void {
    while (this.accept("\n") || this.accept(";"));
  }

  protected name(): string {
    const { kind, text } = this.token;
    if (kind !== "name" || KEYWORDS.has(text)) throw this.error();
    this.at++;
    return text;
  }
}
