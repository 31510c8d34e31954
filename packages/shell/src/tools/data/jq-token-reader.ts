// jq's tokens one after the other, as the parser takes them.

import { SyntaxFault, type Token } from "./jq-lexer.ts";

export class TokenReader {
  protected tokens: Token[];
  protected next = 0;

  constructor(tokens: Token[]) {
    this.tokens = tokens;
  }

  protected peek(): Token {
    return this.tokens[this.next];
  }

  protected is(text: string): boolean {
    const token = this.peek();
    return (token.kind === "symbol" || token.kind === "word") && token.text === text;
  }

  protected take(text: string): boolean {
    if (!this.is(text)) return false;
    this.next++;
    return true;
  }

  protected expect(text: string): void {
    if (!this.take(text)) throw this.unexpected();
  }

  protected unexpected(): SyntaxFault {
    const { kind, text } = this.peek();
    return new SyntaxFault(
      `syntax error, unexpected ${kind === "end" ? "end of file" : kind === "string" ? "QQSTRING_START" : `'${text}'`}`,
    );
  }

  protected word(): string {
    const token = this.peek();
    if (token.kind !== "word") throw this.unexpected();
    this.next++;
    return token.text;
  }
}
