// The syntax tree of a script: what the parser makes and the executor walks. Plain objects with a `kind`, no behaviour.
// Layer: bottom of the shell; imports nothing.

/** One word as written: a command's argument, a redirection's target, a pattern… */
export interface Word {
  parts: Part[];
  /** The text itself when nothing in the word needs expanding (quotes are already gone), else null. */
  literal: string | null;
  /** No quote in it, so it may be a reserved word or an alias. */
  bare: boolean;
  /** Holds no command substitution anywhere, so that expanding it never waits. */
  pure: boolean;
  /** Has unquoted braces that may be a brace expansion. */
  braces: boolean;
  /** As it stands in the script, for printing functions. */
  source?: string;
  /** Set on arguments of declaration commands (`export a=b`, `declare a=(1 2)`). */
  assignment?: Assignment;
}

export type Part =
  | { kind: "text"; text: string }
  | { kind: "quoted"; text: string }
  | { kind: "double"; parts: Part[] }
  /** `soft`: in an argument that looks like an assignment, where POSIX mode has none. */
  | { kind: "tilde"; user: string; soft: boolean }
  /** `fault`: backquotes that hold no script. */
  | { kind: "command"; body: List; legacy: boolean; fault?: Error }
  | { kind: "process"; body: List; input: boolean }
  | ArithmeticPart
  | ParameterPart;

export interface ArithmeticPart {
  kind: "arithmetic";
  /** As it stands in the script. */
  text: string;
  /** The expression's text, expandable like text in double quotes. */
  word: Word;
  /** The source, when it holds no expansion but `$name`: then it is compiled once. */
  source: string | null;
  compiled?: unknown;
}

export interface ParameterPart {
  kind: "parameter";
  name: string;
  /** `[@]`, `[*]`, or none. */
  all: "" | "@" | "*";
  index: Word | null;
  /** `${#name}` */
  length: boolean;
  /** `${!name}`; with all set `${!name[@]}`; with operator "names" `${!prefix*}` */
  indirect: boolean;
  /** "" - = ? + # ## % %% / // /# /% : ^ ^^ , ,, ~ ~~ @ names bad */
  operator: string;
  /** `:-` rather than `-` */
  colon: boolean;
  word: Word | null;
  word2: Word | null;
  /** The source, for messages. */
  source: string;
}

export interface Assignment {
  name: string;
  index: Word | null;
  append: boolean;
  value: Word | null;
  elements: Element[] | null;
  /** As it stands in the script. */
  source: string;
  pure: boolean;
}

export interface Element {
  index: Word | null;
  append: boolean;
  value: Word;
  /** All of it, when braces stand in it: an indexed array takes those for a brace expansion, which makes plain elements. */
  whole?: Word;
}

export interface Redirection {
  /** < > >> >| <> <& >& &> &>> << <<- <<< */
  operator: string;
  fd: number;
  /** `{name}>`: the name of the variable that receives the new fd. */
  fdName: string | null;
  target: Word;
  /** A here-document's delimiter and body as they stand in the script. */
  document?: { delimiter: string; quoted: boolean; body: string };
}

export type Command = Compound | Simple | Pipeline | AndOr | List | FunctionDefinition;

export type Compound =
  | Subshell
  | Group
  | If
  | For
  | ForArithmetic
  | While
  | Case
  | Select
  | Conditional
  | ArithmeticCommand
  | Redirected
  | Coprocess;

export interface Simple {
  kind: "simple";
  line: number;
  /** The source, for `BASH_COMMAND`. */
  text: string;
  assignments: Assignment[];
  words: Word[];
  redirections: Redirection[];
  /** No command substitution in words and assignments. */
  pure: boolean;
}

export interface Pipeline {
  kind: "pipeline";
  line: number;
  negated: boolean;
  /** `time`, with `-p` as "posix" */
  timed: "" | "time" | "posix";
  commands: Command[];
  /** For each but the last: `|&` joins stderr too. */
  joinStderr: boolean[];
}

export interface AndOr {
  kind: "andor";
  first: Command;
  rest: { operator: "&&" | "||"; command: Command }[];
}

export interface List {
  kind: "list";
  items: ListItem[];
}

export interface ListItem {
  command: Command;
  background: boolean;
  /** The source, for `jobs`. */
  text: string;
}

export interface Subshell {
  kind: "subshell";
  body: List;
}
export interface Group {
  kind: "group";
  body: List;
}
export interface If {
  kind: "if";
  clauses: { condition: List; body: List }[];
  otherwise: List | null;
}
export interface For {
  kind: "for";
  line: number;
  /** The source of the words, for `set -x`. */
  text: string;
  name: string;
  words: Word[] | null;
  body: List;
}
export interface Select {
  kind: "select";
  line: number;
  text: string;
  name: string;
  words: Word[] | null;
  body: List;
}
export interface ForArithmetic {
  kind: "forarithmetic";
  line: number;
  init: ArithmeticPart | null;
  test: ArithmeticPart | null;
  step: ArithmeticPart | null;
  body: List;
}
export interface While {
  kind: "while";
  until: boolean;
  condition: List;
  body: List;
}
export interface Case {
  kind: "case";
  line: number;
  /** The source of the word, for `set -x`. */
  text: string;
  word: Word;
  clauses: CaseClause[];
}
export interface CaseClause {
  patterns: Word[];
  body: List;
  end: ";;" | ";&" | ";;&";
}
export interface ArithmeticCommand {
  kind: "arithmeticcommand";
  line: number;
  expression: ArithmeticPart;
}
export interface Conditional {
  kind: "conditional";
  line: number;
  /** The source, for `BASH_COMMAND`. */
  text: string;
  expression: Test;
  pure: boolean;
}
export interface Redirected {
  kind: "redirected";
  line: number;
  body: Command;
  redirections: Redirection[];
}
export interface Coprocess {
  kind: "coprocess";
  name: string;
  body: Command;
  text: string;
}
export interface FunctionDefinition {
  kind: "function";
  name: string;
  body: Command;
  text: string;
  line?: number;
  /** The file that defined it; set when the definition runs. */
  source?: string | null;
  /** `readonly -f` */
  readonly?: boolean;
}

/** What stands in `[[ ]]`; `grouped`: in parentheses. */
export type Test = { grouped?: boolean } & (
  | { kind: "not"; operand: Test }
  | { kind: "and" | "or"; left: Test; right: Test }
  | { kind: "unary"; operator: string; word: Word }
  | { kind: "binary"; operator: string; left: Word; right: Word }
);
