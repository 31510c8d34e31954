// The parts of jq's language that stand around expressions: definitions of functions, and the patterns that values are taken apart by.

import { TokenReader } from "./jq-token-reader.ts";
import type { Definition, Node, Pattern } from "./jq-tree.ts";

export abstract class PatternParser extends TokenReader {
  protected abstract pipe(): Node;

  protected definition(): Definition {
    this.expect("def");
    const name = this.word();
    const params: string[] = [];
    if (this.take("(")) {
      do {
        const token = this.peek();
        if (token.kind === "variable") {
          this.next++;
          params.push(`$${token.text}`);
        } else params.push(this.word());
      } while (this.take(";"));
      this.expect(")");
    }
    this.expect(":");
    const body = this.pipe();
    this.expect(";");
    return { name, params, body };
  }

  protected patterns(): Pattern[] {
    const patterns = [this.#pattern()];
    while (this.take("?//")) patterns.push(this.#pattern());
    return patterns;
  }

  #pattern(): Pattern {
    const token = this.peek();
    if (token.kind === "variable") {
      this.next++;
      return { kind: "var", name: token.text };
    }
    if (this.take("[")) {
      const items = [this.#pattern()];
      while (this.take(",")) items.push(this.#pattern());
      this.expect("]");
      return { kind: "array", items };
    }
    this.expect("{");
    const fields: Extract<Pattern, { kind: "object" }>["fields"] = [];
    do {
      const field = this.peek();
      let name: string | null = null;
      let key: Node | null;
      if (field.kind === "variable") {
        this.next++;
        name = field.text;
        key = { kind: "literal", value: field.text };
      } else if (this.take("(")) {
        key = this.pipe();
        this.expect(")");
      } else if (field.kind === "string") {
        this.next++;
        key = { kind: "string", format: null, parts: field.parts! };
      } else key = { kind: "literal", value: this.word() };
      const value = this.take(":") ? this.#pattern() : null;
      if (name === null && value === null) throw this.unexpected();
      fields.push({ name, key, value });
    } while (this.take(","));
    this.expect("}");
    return { kind: "object", fields };
  }
}
