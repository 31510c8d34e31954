// A sed script once it is parsed: commands and what they apply to. Types only.

import type { Regex } from "./regex.ts";

export type Address =
  | { kind: "line"; line: number }
  | { kind: "step"; first: number; step: number }
  | { kind: "last" }
  | { kind: "regex"; regex: Regex | null }
  | { kind: "zero" }
  | { kind: "plus"; count: number }
  | { kind: "multiple"; of: number };

export interface Command {
  name: string;
  from: Address | null;
  to: Address | null;
  negated: boolean;
  /** State of a range: the line where an active one ends, Infinity while its end is not known, -1 when inactive. */
  until: number;
  /** For a range from a line number: the first line after it began; such a range begins once a file. */
  closedAt: number;
  /** Text of a, i, c; label; file name. */
  text: string;
  /** Exit status of q and Q; width of l. */
  number: number;
  /** Where b, t, T and { jump to. */
  target: number;
  substitution: Substitution | null;
  /** y's table. */
  table: Record<string, string> | null;
}

export interface Substitution {
  regex: Regex | null;
  replacement: (string | { group: number } | { change: "U" | "L" | "u" | "l" | "E" })[];
  global: boolean;
  print: boolean;
  nth: number;
  file: string | null;
}

export interface ParsedScript {
  commands: Command[];
  /** The first line was #n. */
  quiet: boolean;
}
