// What a parsed awk program is made of. Variables have numbers: of the program, or of the function's frame.

export type Lvalue =
  | { kind: "global"; slot: number }
  | { kind: "special"; name: string }
  | { kind: "local"; slot: number }
  | { kind: "field"; of: Expression }
  | { kind: "element"; array: ArrayName; subscripts: Expression[] };

export type ArrayName = { kind: "global"; slot: number } | { kind: "local"; slot: number };

export type Binary = "+" | "-" | "*" | "/" | "%" | "^";
export type Comparison = "<" | "<=" | "==" | "!=" | ">" | ">=";

export type Expression =
  | Lvalue
  | { kind: "number"; value: number }
  | { kind: "string"; value: string }
  | { kind: "regex"; source: string }
  | { kind: "group"; of: Expression }
  | { kind: "grouping"; list: Expression[] }
  | { kind: "binary"; operator: Binary; left: Expression; right: Expression }
  | { kind: "concat"; list: Expression[] }
  | { kind: "compare"; operator: Comparison; left: Expression; right: Expression }
  | { kind: "match"; negated: boolean; left: Expression; right: Expression }
  | { kind: "and"; left: Expression; right: Expression }
  | { kind: "or"; left: Expression; right: Expression }
  | { kind: "conditional"; test: Expression; yes: Expression; no: Expression }
  | { kind: "not"; of: Expression }
  | { kind: "minus"; of: Expression }
  | { kind: "plus"; of: Expression }
  | { kind: "assign"; operator: Binary | ""; to: Lvalue; value: Expression }
  | { kind: "increment"; of: Lvalue; by: 1 | -1; before: boolean }
  | { kind: "in"; subscripts: Expression[]; array: ArrayName }
  | { kind: "call"; name: string; args: Expression[]; line: number }
  | { kind: "builtin"; name: string; args: Expression[]; line: number }
  | { kind: "getline"; from: "input" | "file" | "command"; source: Expression | null; to: Lvalue | null };

export type Redirection = ">" | ">>" | "|";

export type Statement =
  | { kind: "block"; list: Statement[] }
  | { kind: "expression"; of: Expression }
  | { kind: "print"; args: Expression[]; format: boolean; to: Redirection | null; target: Expression | null }
  | { kind: "if"; test: Expression; yes: Statement; no: Statement | null }
  | { kind: "while"; test: Expression; body: Statement }
  | { kind: "do"; test: Expression; body: Statement }
  | { kind: "for"; init: Statement | null; test: Expression | null; step: Statement | null; body: Statement }
  | { kind: "each"; variable: Lvalue; array: ArrayName; body: Statement }
  | { kind: "switch"; of: Expression; cases: { test: Expression | null; body: Statement[] }[] }
  | { kind: "break" }
  | { kind: "continue" }
  | { kind: "next" }
  | { kind: "nextfile" }
  | { kind: "exit"; status: Expression | null }
  | { kind: "return"; value: Expression | null }
  | { kind: "delete"; array: ArrayName; subscripts: Expression[] | null };

export interface AwkFunction {
  name: string;
  parameters: string[];
  body: Statement;
}

export interface Rule {
  /** Neither: every record. A range has two patterns. */
  pattern: Expression | null;
  until: Expression | null;
  body: Statement | null;
}

export interface Program {
  begin: Statement[];
  end: Statement[];
  beginFile: Statement[];
  endFile: Statement[];
  rules: Rule[];
  functions: Map<string, AwkFunction>;
  warnings: string[];
  /** Names of the global variables, by slot. */
  globals: Map<string, number>;
}
