// The tree of a jq program. Types only.

import type { Value } from "./jq-value.ts";

export type Pattern =
  | { kind: "var"; name: string }
  | { kind: "array"; items: Pattern[] }
  | { kind: "object"; fields: { name: string | null; key: Node | null; value: Pattern | null }[] };

export interface Definition {
  name: string;
  params: string[];
  body: Node;
}

export type Node =
  | { kind: "identity" }
  | { kind: "recurse" }
  | { kind: "literal"; value: Value }
  | { kind: "string"; format: string | null; parts: (string | Node)[] }
  | { kind: "format"; name: string }
  | { kind: "index"; target: Node; key: Node }
  | { kind: "slice"; target: Node; from: Node | null; to: Node | null }
  | { kind: "iterate"; target: Node }
  | { kind: "try"; body: Node; handler: Node | null }
  | { kind: "pipe"; left: Node; right: Node }
  | { kind: "comma"; left: Node; right: Node }
  | { kind: "negate"; value: Node }
  | { kind: "binary"; operator: string; left: Node; right: Node }
  | { kind: "assign"; operator: string; left: Node; right: Node }
  | { kind: "and" | "or" | "alternative"; left: Node; right: Node }
  | { kind: "array"; body: Node | null }
  | { kind: "object"; fields: { key: Node; value: Node }[] }
  | { kind: "if"; condition: Node; then: Node; otherwise: Node | null }
  | { kind: "reduce"; source: Node; patterns: Pattern[]; init: Node; update: Node }
  | { kind: "foreach"; source: Node; patterns: Pattern[]; init: Node; update: Node; extract: Node | null }
  | { kind: "bind"; source: Node; patterns: Pattern[]; body: Node }
  | { kind: "define"; definition: Definition; body: Node }
  | { kind: "call"; name: string; args: Node[] }
  | { kind: "variable"; name: string }
  | { kind: "location"; line: number }
  | { kind: "label"; name: string; body: Node }
  | { kind: "break"; name: string };
