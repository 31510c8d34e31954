// awk's grammar: rules, functions and statements. Expressions are in parse-expression.ts.

import { ExpressionParser } from "./parse-expression.ts";
import type { AwkFunction, Expression, Program, Redirection, Rule, Statement } from "./tree.ts";

export function parseProgram(text: string): Program {
  return new ProgramParser(text).run();
}

class ProgramParser extends ExpressionParser {
  #functions = new Map<string, AwkFunction>();

  run(): Program {
    const program: Program = {
      begin: [],
      end: [],
      beginFile: [],
      endFile: [],
      rules: [],
      functions: this.#functions,
      globals: this.globals,
      warnings: [],
    };
    const special: Record<string, Statement[]> = {
      BEGIN: program.begin,
      END: program.end,
      BEGINFILE: program.beginFile,
      ENDFILE: program.endFile,
    };
    for (this.skipEnds(); !this.is("end"); this.skipEnds()) {
      const list = special[this.token.kind];
      if (this.is("function")) this.#function();
      else if (list) {
        this.take();
        list.push(this.#block());
      } else program.rules.push(this.#rule());
      if (!this.is("end", ";", "newline", "function", "{") && !special[this.token.kind] && !this.startsRule())
        throw this.error();
    }
    program.warnings.push(...this.warnings);
    return program;
  }

  startsRule(): boolean {
    return !this.is(")", "}", "]", "else");
  }

  #rule(): Rule {
    const rule: Rule = { pattern: null, until: null, body: null };
    if (!this.is("{")) {
      rule.pattern = this.expression();
      if (this.accept(",")) {
        this.skipNewlines();
        rule.until = this.expression();
      }
    }
    if (this.is("{")) rule.body = this.#block();
    return rule;
  }

  #function(): void {
    this.take();
    const name = this.take();
    if (name.kind !== "name" && name.kind !== "called") throw this.error();
    if (this.#functions.has(name.text)) throw this.error(`function name \`${name.text}' previously defined`);
    this.expect("(");
    const parameters: string[] = [];
    while (!this.is(")")) {
      this.skipNewlines();
      const parameter = this.take();
      if (parameter.kind !== "name") throw this.error();
      parameters.push(parameter.text);
      this.skipNewlines();
      if (!this.accept(",")) break;
    }
    this.expect(")");
    this.skipNewlines();
    const entry: AwkFunction = { name: name.text, parameters, body: { kind: "block", list: [] } };
    this.#functions.set(name.text, entry);
    this.locals = parameters;
    entry.body = this.#block();
    this.locals = [];
  }

  #block(): Statement {
    this.expect("{");
    const list: Statement[] = [];
    for (this.skipEnds(); !this.is("}"); this.skipEnds()) {
      if (this.is("end")) throw this.error();
      list.push(this.#statement());
    }
    this.take();
    return { kind: "block", list };
  }

  /** A statement as the body of if, while…: newlines may come first, and ";" alone is none. */
  #body(): Statement {
    this.skipNewlines();
    if (this.accept(";")) return { kind: "block", list: [] };
    return this.#statement();
  }

  #statement(): Statement {
    const { kind } = this.token;
    switch (kind) {
      case "{":
        return this.#block();
      case "if":
        return this.#if();
      case "while": {
        const test = this.#condition();
        return { kind, test, body: this.#body() };
      }
      case "do": {
        this.take();
        const body = this.#body();
        this.skipEnds();
        if (!this.is("while")) throw this.error();
        const test = this.#condition();
        this.#end();
        return { kind, test, body };
      }
      case "for":
        return this.#for();
      case "switch":
        return this.#switch();
      case ";":
        this.take();
        return { kind: "block", list: [] };
    }
    const statement = this.#simple();
    this.#end();
    return statement;
  }

  #condition(): Expression {
    this.take();
    this.expect("(");
    const test = this.expression();
    this.expect(")");
    return test;
  }

  #if(): Statement {
    const test = this.#condition();
    const yes = this.#body();
    const mark = this.mark();
    this.skipEnds();
    if (this.accept("else")) return { kind: "if", test, yes, no: this.#body() };
    this.reset(mark);
    return { kind: "if", test, yes, no: null };
  }

  #for(): Statement {
    this.take();
    this.expect("(");
    const mark = this.mark();
    if (this.is("name")) {
      const name = this.take();
      if (this.accept("in") && this.is("name")) {
        const array = this.arrayName(this.take().text);
        if (this.accept(")")) {
          return { kind: "each", variable: this.variable(name.text), array, body: this.#body() };
        }
      }
      this.reset(mark);
    }
    const init = this.is(";") ? null : this.#simple();
    this.expect(";");
    this.skipNewlines();
    const test = this.is(";") ? null : this.expression();
    this.expect(";");
    this.skipNewlines();
    const step = this.is(")") ? null : this.#simple();
    this.expect(")");
    return { kind: "for", init, test, step, body: this.#body() };
  }

  #switch(): Statement {
    const of = this.#condition();
    this.skipNewlines();
    this.expect("{");
    const cases: { test: Expression | null; body: Statement[] }[] = [];
    for (this.skipEnds(); !this.accept("}"); this.skipEnds()) {
      const isCase = this.is("case");
      if (!isCase && !this.is("default")) throw this.error();
      this.take();
      const test = isCase ? this.unary() : null;
      this.expect(":");
      const body: Statement[] = [];
      for (this.skipEnds(); !this.is("case", "default", "}"); this.skipEnds()) body.push(this.#statement());
      cases.push({ test, body });
    }
    return { kind: "switch", of, cases };
  }

  /** Ends a simple statement. */
  #end(): void {
    if (this.accept(";") || this.accept("newline") || this.is("}", "end")) return;
    throw this.error();
  }

  #simple(): Statement {
    const { kind } = this.token;
    switch (kind) {
      case "print":
      case "printf":
        return this.#print(kind === "printf");
      case "break":
      case "continue":
      case "next":
      case "nextfile":
        this.take();
        return { kind };
      case "exit":
      case "return": {
        this.take();
        const value = this.is(";", "newline", "}", "end") ? null : this.expression();
        return kind === "exit" ? { kind, status: value } : { kind, value };
      }
      case "delete": {
        this.take();
        const parenthesis = this.accept("(");
        const array = this.arrayName(this.take().text);
        const subscripts = this.accept("[") ? this.list("]") : null;
        if (parenthesis) this.expect(")");
        return { kind, array, subscripts };
      }
    }
    return { kind: "expression", of: this.expression() };
  }

  #print(format: boolean): Statement {
    this.take();
    let args: Expression[] = [];
    if (!this.is(";", "newline", "}", "end", ">", ">>", "|")) {
      const first = this.withoutGreater(() => this.expression());
      // `print (a, b) > x`: the list is in parentheses.
      if (first.kind === "grouping" && !this.is(",")) args = first.list;
      else {
        args = [first];
        while (this.accept(",")) {
          this.skipNewlines();
          args.push(this.withoutGreater(() => this.expression()));
        }
      }
    }
    let to: Redirection | null = null;
    let target: Expression | null = null;
    if (this.is(">", ">>", "|")) {
      to = this.take().kind as Redirection;
      target = this.withoutGreater(() => this.concatenation());
    }
    return { kind: "print", args, format, to, target };
  }
}
