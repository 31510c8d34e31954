// jq's language: from text to a tree. Pure.

import { Lexer, SyntaxFault, type Token } from "./jq-lexer.ts";
import { PatternParser } from "./jq-patterns.ts";
import type { Definition, Node } from "./jq-tree.ts";

const KEYWORDS = new Set(
  "def if then elif else end as reduce foreach try catch label import include and or not __loc__"
    .split(" ")
    .filter((word) => word !== "not"),
);

const LEVELS: string[][] = [
  ["==", "!=", "<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/", "%"],
];
const ASSIGNMENTS = ["=", "|=", "+=", "-=", "*=", "/=", "%=", "//="];
const IDENTITY: Node = { kind: "identity" };

class Parser extends PatternParser {
  whole(): Node {
    const node = this.pipe();
    if (this.peek().kind !== "end") throw this.unexpected();
    return node;
  }

  /** Definitions alone, or before the program; the program is "." where there is none. */
  program(): Node {
    if (this.peek().kind === "end") return IDENTITY;
    return this.whole();
  }

  definitions(): Definition[] {
    const found: Definition[] = [];
    while (this.peek().kind !== "end") found.push(this.definition());
    return found;
  }

  protected pipe(): Node {
    if (this.is("def")) {
      const definition = this.definition();
      const { kind, text } = this.peek();
      // A library, or a test, may end with its definitions.
      const body = kind === "end" || (kind === "symbol" && text === ")") ? IDENTITY : this.pipe();
      return { kind: "define", definition, body };
    }
    if (this.is("label")) {
      this.next++;
      const token = this.peek();
      if (token.kind !== "variable") throw this.unexpected();
      this.next++;
      this.expect("|");
      return { kind: "label", name: token.text, body: this.pipe() };
    }
    const left = this.#comma();
    if (!this.take("|")) return left;
    return { kind: "pipe", left, right: this.pipe() };
  }

  /** `a, b as $x | c` binds b alone, and all that follows is c. */
  #comma(): Node {
    const left = this.#alternative();
    if (this.take("as")) {
      const patterns = this.patterns();
      this.expect("|");
      return { kind: "bind", source: left, patterns, body: this.pipe() };
    }
    return this.take(",") ? { kind: "comma", left, right: this.#comma() } : left;
  }

  /** `//` binds weaker than assignment, and to the right. */
  #alternative(): Node {
    const left = this.#assignment();
    if (!this.take("//")) return left;
    return { kind: "alternative", left, right: this.#alternative() };
  }

  #assignment(): Node {
    const left = this.#or();
    const { kind, text } = this.peek();
    if (kind !== "symbol" || !ASSIGNMENTS.includes(text)) return left;
    this.next++;
    return { kind: "assign", operator: text, left, right: this.#alternative() };
  }

  #or(): Node {
    let left = this.#and();
    while (this.take("or")) left = { kind: "or", left, right: this.#and() };
    return left;
  }

  #and(): Node {
    let left = this.#binary(0);
    while (this.take("and")) left = { kind: "and", left, right: this.#binary(0) };
    return left;
  }

  #binary(level: number): Node {
    if (level === LEVELS.length) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const { kind, text } = this.peek();
      if (kind !== "symbol" || !LEVELS[level].includes(text)) return left;
      this.next++;
      left = { kind: "binary", operator: text, left, right: this.#binary(level + 1) };
      // Comparisons don't chain.
      if (level === 0 && LEVELS[0].includes(this.peek().text) && this.peek().kind === "symbol") throw this.unexpected();
    }
  }

  #unary(): Node {
    if (this.take("-")) return { kind: "negate", value: this.#unary() };
    return this.#postfix();
  }

  #postfix(): Node {
    let node = this.#term();
    for (;;) {
      const token = this.peek();
      if (token.kind === "field") {
        this.next++;
        node = { kind: "index", target: node, key: { kind: "literal", value: token.text } };
      } else if (this.is(".")) {
        const next = this.tokens[this.next + 1];
        if (next.kind === "string") {
          this.next += 2;
          node = { kind: "index", target: node, key: { kind: "string", format: null, parts: next.parts! } };
        } else if (next.kind === "symbol" && next.text === "[") this.next++;
        else throw this.unexpected();
      } else if (this.take("[")) node = this.#bracket(node);
      else if (this.take("?")) node = { kind: "try", body: node, handler: null };
      else return node;
    }
  }

  /** Behind "[". */
  #bracket(target: Node): Node {
    if (this.take("]")) return { kind: "iterate", target };
    if (this.take(":")) {
      const to = this.pipe();
      this.expect("]");
      return { kind: "slice", target, from: null, to };
    }
    const key = this.pipe();
    if (this.take(":")) {
      const to = this.is("]") ? null : this.pipe();
      this.expect("]");
      return { kind: "slice", target, from: key, to };
    }
    this.expect("]");
    return { kind: "index", target, key };
  }

  #term(): Node {
    const token = this.peek();
    if (token.kind === "end") throw this.unexpected();
    this.next++;
    switch (token.kind) {
      case "number": {
        const value = Number(token.text);
        return { kind: "literal", value: Number.isFinite(value) ? value : Number.MAX_VALUE };
      }
      case "string":
        return { kind: "string", format: null, parts: token.parts! };
      case "format": {
        const next = this.peek();
        if (next.kind !== "string") return { kind: "format", name: `@${token.text}` };
        this.next++;
        return { kind: "string", format: `@${token.text}`, parts: next.parts! };
      }
      case "field":
        return { kind: "index", target: IDENTITY, key: { kind: "literal", value: token.text } };
      case "variable":
        if (token.text === "__loc__") return { kind: "location", line: 1 };
        return { kind: "variable", name: token.text };
      case "symbol":
        return this.#symbol(token.text);
    }
    return this.#keyword(token.text);
  }

  #symbol(text: string): Node {
    if (text === "(") {
      const node = this.pipe();
      this.expect(")");
      return node;
    }
    if (text === "[") {
      if (this.take("]")) return { kind: "array", body: null };
      const body = this.pipe();
      this.expect("]");
      return { kind: "array", body };
    }
    if (text === "{") return this.#object();
    if (text === "..") return { kind: "recurse" };
    if (text === "-") return { kind: "negate", value: this.#postfix() };
    if (text === ".") {
      const next = this.peek();
      if (next.kind === "string") {
        this.next++;
        return { kind: "index", target: IDENTITY, key: { kind: "string", format: null, parts: next.parts! } };
      }
      return IDENTITY;
    }
    this.next--;
    throw this.unexpected();
  }

  #object(): Node {
    const fields: { key: Node; value: Node }[] = [];
    while (!this.take("}")) {
      const token = this.peek();
      let key: Node;
      let value: Node | null = null;
      if (token.kind === "variable") {
        this.next++;
        key = { kind: "literal", value: token.text };
        value = token.text === "__loc__" ? { kind: "location", line: 1 } : { kind: "variable", name: token.text };
      } else if (this.take("(")) {
        key = this.pipe();
        this.expect(")");
      } else if (token.kind === "string" || token.kind === "format") {
        key = this.#term();
        value = { kind: "index", target: IDENTITY, key };
      } else if (token.kind === "number") {
        this.next++;
        key = { kind: "literal", value: Number(token.text) };
      } else {
        key = { kind: "literal", value: this.word() };
        value = { kind: "index", target: IDENTITY, key };
      }
      if (this.take(":")) value = this.#objectValue();
      if (!value) throw this.unexpected();
      fields.push({ key, value });
      if (this.take("}")) break;
      this.expect(",");
    }
    return { kind: "object", fields };
  }

  /** A value ends at the comma; several are joined by "|". */
  #objectValue(): Node {
    const left = this.#alternative();
    return this.take("|") ? { kind: "pipe", left, right: this.#objectValue() } : left;
  }

  #keyword(text: string): Node {
    switch (text) {
      case "if": {
        const condition = this.pipe();
        this.expect("then");
        const then = this.pipe();
        let otherwise: Node | null = null;
        if (this.is("elif")) {
          this.next++;
          otherwise = this.#keyword("if");
          return { kind: "if", condition, then, otherwise };
        }
        if (this.take("else")) otherwise = this.pipe();
        this.expect("end");
        return { kind: "if", condition, then, otherwise };
      }
      case "try": {
        const body = this.#postfixOrUnary();
        const handler = this.take("catch") ? this.#postfixOrUnary() : null;
        return { kind: "try", body, handler };
      }
      case "reduce":
      case "foreach": {
        const source = this.#alternative();
        this.expect("as");
        const patterns = this.patterns();
        this.expect("(");
        const init = this.pipe();
        this.expect(";");
        const update = this.pipe();
        const extract = text === "foreach" && this.take(";") ? this.pipe() : null;
        this.expect(")");
        if (text === "reduce") return { kind: "reduce", source, patterns, init, update };
        return { kind: "foreach", source, patterns, init, update, extract };
      }
      case "def": {
        this.next--;
        const definition = this.definition();
        return { kind: "define", definition, body: this.pipe() };
      }
      case "label": {
        this.next--;
        return this.pipe();
      }
      case "break": {
        const token = this.peek();
        if (token.kind !== "variable") throw new SyntaxFault("break requires a label to break to");
        this.next++;
        return { kind: "break", name: token.text };
      }
      case "null":
        return { kind: "literal", value: null };
      case "true":
        return { kind: "literal", value: true };
      case "false":
        return { kind: "literal", value: false };
    }
    if (KEYWORDS.has(text)) {
      this.next--;
      throw this.unexpected();
    }
    const args: Node[] = [];
    if (this.take("(")) {
      do args.push(this.pipe());
      while (this.take(";"));
      this.expect(")");
    }
    return { kind: "call", name: text, args };
  }

  #postfixOrUnary(): Node {
    return this.is("-") ? this.#unary() : this.#postfix();
  }
}

function tokensOf(text: string): Token[] {
  const lexer = new Lexer(text, (tokens) => new Parser(tokens).whole());
  lexer.run(false);
  return lexer.tokens;
}

export const parseProgram = (text: string): Node => new Parser(tokensOf(text)).program();
export const parseDefinitions = (text: string): Definition[] => new Parser(tokensOf(text)).definitions();
