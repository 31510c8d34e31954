// The tree of a bc program: statements, expressions, and what can be assigned to. Types only.

export type BcLvalue =
  | { kind: "variable"; name: string }
  | { kind: "element"; name: string; index: BcExpression }
  | { kind: "register"; name: "scale" | "ibase" | "obase" | "last" };

export type BcExpression =
  | BcLvalue
  | { kind: "number"; text: string }
  | { kind: "binary"; operator: string; left: BcExpression; right: BcExpression }
  | { kind: "not"; of: BcExpression }
  | { kind: "negate"; of: BcExpression }
  | { kind: "group"; of: BcExpression }
  | { kind: "assign"; operator: string; to: BcLvalue; value: BcExpression }
  | { kind: "increment"; of: BcLvalue; by: 1 | -1; before: boolean }
  | { kind: "call"; name: string; args: (BcExpression | { kind: "array"; name: string })[] }
  | {
      kind: "builtin";
      name: "length" | "scale" | "sqrt" | "abs" | "read";
      of: BcExpression | { kind: "array"; name: string } | null;
    };

export type BcStatement =
  | { kind: "expression"; of: BcExpression }
  | { kind: "string"; text: string }
  | { kind: "print"; list: (BcExpression | string)[] }
  | { kind: "block"; list: BcStatement[] }
  | { kind: "if"; test: BcExpression; yes: BcStatement; no: BcStatement | null }
  | { kind: "while"; test: BcExpression; body: BcStatement }
  | { kind: "for"; init: BcExpression | null; test: BcExpression | null; step: BcExpression | null; body: BcStatement }
  | { kind: "break" | "continue" | "quit" | "halt" | "limits" }
  | { kind: "return"; value: BcExpression | null }
  | { kind: "define"; name: string; parameters: BcParameter[]; autos: BcParameter[]; body: BcStatement };

export interface BcParameter {
  name: string;
  array: boolean;
  reference: boolean;
}
