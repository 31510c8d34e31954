// The grammar: lists, pipelines, simple commands, redirections. Compound commands are compound.ts's, `[[ ]]` conditional.ts's.
// Reads one complete command line at a time, so that a script runs as it is read and aliases take effect line by line.

import type { AndOr, Command, List, ListItem, Pipeline, Redirection, Simple } from "../ast.ts";
import { expandAlias } from "./aliases.ts";
import { assignmentArgument, elementsArgument, readAssignment } from "./assignments.ts";
import { readCompound, readFunction } from "./compound.ts";
import { type Grammar, Lexer, type LexerOptions, type Token } from "./lexer.ts";
import { readRedirection } from "./redirections.ts";

/** Words that end a list wherever a command may begin. */
const CLOSERS = new Set(["then", "else", "elif", "fi", "do", "done", "esac", "}"]);
const OPENERS = new Set([
  "if",
  "for",
  "while",
  "until",
  "case",
  "select",
  "{",
  "[[",
  "function",
  "!",
  "time",
  "coproc",
]);
/** Commands whose arguments may look like `a=(…)`: they read them as text. */
const TEXT_ARGUMENTS = new Set(["let", "eval", "alias"]);
const DECLARATIONS = new Set(["declare", "typeset", "local", "export", "readonly"]);

const grammar: Grammar = {
  substitution(lexer, closed) {
    const pending = lexer.pending;
    const { inSubstitution } = lexer;
    lexer.pending = [];
    lexer.inSubstitution = closed;
    const list = readList(lexer);
    const end = lexer.next();
    lexer.inSubstitution = inSubstitution;
    if (closed ? end.text !== ")" || end.kind !== "operator" : end.kind !== "end") {
      if (end.kind === "end" && closed) throw lexer.unterminated(")", lexer.endLine());
      throw lexer.unexpected(end);
    }
    // A here-document that was announced here but not read follows the line.
    const { length } = lexer.pending;
    if (closed && length > 0) lexer.warn?.(lexer.line, `command substitution: ${length} unterminated here-document`);
    lexer.pending = closed ? [...pending, ...lexer.pending] : pending;
    return list;
  },
};

/** A lexer for a script. */
export function openScript(text: string, options: Omit<LexerOptions, "grammar"> = {}): Lexer {
  return new Lexer(text, { ...options, grammar });
}

/**
 * The next complete command line of a script, null at its end. Throws SyntaxFault, or NeedInput if the source has no line ready
 * (then set the lexer back to where it was and call again).
 */
export function readCommandLine(lexer: Lexer): List | null {
  lexer.edits = [];
  for (;;) {
    const token = lexer.peek();
    if (token.kind === "end") return null;
    if (token.kind === "newline") lexer.next();
    else if (!expandAlias(lexer)) break;
  }
  const list: List = { kind: "list", items: [] };
  if (!startsCommand(lexer)) throw lexer.unexpected(lexer.peek());
  for (;;) {
    readListItem(lexer, list.items);
    const token = lexer.peek();
    if (token.kind === "newline" || token.kind === "end") {
      lexer.next();
      return list;
    }
    if (!startsCommand(lexer) && !expandAlias(lexer)) throw lexer.unexpected(token);
  }
}

/** Parses a whole script at once. */
export function parse(text: string, options: Omit<LexerOptions, "grammar"> = {}): List {
  const lexer = openScript(text, options);
  const items: ListItem[] = [];
  for (let line = readCommandLine(lexer); line; line = readCommandLine(lexer)) items.push(...line.items);
  return { kind: "list", items };
}

/** Commands up to a word or operator that cannot begin one. It may be empty: see readBody. */
export function readList(lexer: Lexer): List {
  const items: ListItem[] = [];
  lexer.enter();
  for (;;) {
    skipNewlines(lexer);
    if (expandAlias(lexer)) continue;
    if (!startsCommand(lexer)) break;
    readListItem(lexer, items);
  }
  lexer.leave();
  return { kind: "list", items };
}

/** A list with at least one command in it. */
export function readBody(lexer: Lexer): List {
  const list = readList(lexer);
  if (list.items.length === 0) throw lexer.unexpected(lexer.peek());
  return list;
}

export function skipNewlines(lexer: Lexer): void {
  while (lexer.peek().kind === "newline") lexer.next();
}

/** An and-or list with its `;` or `&`; the newline that may end it is left. */
function readListItem(lexer: Lexer, items: ListItem[]): void {
  const start = lexer.peek().start;
  const command = readAndOr(lexer);
  const token = lexer.peek();
  let background = false;
  const text = lexer.text.slice(start, token.start).trim();
  if (token.kind === "operator" && (token.text === ";" || token.text === "&")) {
    background = token.text === "&";
    lexer.next();
  } else if (
    token.kind !== "newline" &&
    token.kind !== "end" &&
    !(token.kind === "operator" && (token.text === ")" || token.text.startsWith(";")))
  ) {
    if (!(isReserved(token, CLOSERS) && command.kind !== "simple" && command.kind !== "andor"))
      throw lexer.unexpected(token);
  }
  items.push({ command, background, text });
}

function startsCommand(lexer: Lexer): boolean {
  const token = lexer.peek();
  if (token.kind === "end" || token.kind === "newline") return false;
  if (token.kind === "operator") return token.text === "(" || /^(&>>?|[<>].*)$/.test(token.text);
  return !isReserved(token, CLOSERS);
}

export function isReserved(token: Token, words: Set<string> | string): boolean {
  if (token.kind !== "word" || !token.word!.bare) return false;
  const text = (token.word!.parts[0] as { text: string }).text;
  return typeof words === "string" ? text === words : words.has(text);
}

/** Consumes a reserved word, or fails. */
export function expectReserved(lexer: Lexer, word: string): void {
  const token = lexer.peek();
  if (!isReserved(token, word)) throw lexer.unexpected(token);
  lexer.next();
}

function readAndOr(lexer: Lexer): Command {
  const first = readPipeline(lexer);
  let node: AndOr | null = null;
  for (;;) {
    const token = lexer.peek();
    if (token.kind !== "operator" || (token.text !== "&&" && token.text !== "||")) return node ?? first;
    lexer.next();
    skipNewlines(lexer);
    node ??= { kind: "andor", first, rest: [] };
    node.rest.push({ operator: token.text, command: readPipeline(lexer) });
  }
}

function readPipeline(lexer: Lexer): Command {
  const line = lexer.peek().line;
  let negated = false;
  let prefixed = false;
  let timed: Pipeline["timed"] = "";
  for (;;) {
    expandAlias(lexer);
    const token = lexer.peek();
    if (isReserved(token, "!")) {
      negated = !negated;
      prefixed = true;
      lexer.next();
    } else if (isReserved(token, "time") && !timed) {
      lexer.next();
      timed = "time";
      if (isReserved(lexer.peek(), "-p")) {
        lexer.next();
        timed = "posix";
      }
    } else break;
  }
  const next = lexer.peek();
  const nothing = next.kind === "newline" || next.kind === "end" || next.text === ";";
  const first: Command = (prefixed || timed) && nothing ? emptyCommand(line) : readCommand(lexer);
  const commands: Command[] = [first];
  const joinStderr: boolean[] = [];
  for (;;) {
    const token = lexer.peek();
    if (token.kind !== "operator" || (token.text !== "|" && token.text !== "|&")) break;
    lexer.next();
    skipNewlines(lexer);
    joinStderr.push(token.text === "|&");
    if (isReserved(lexer.peek(), "!")) throw lexer.unexpected(lexer.peek());
    commands.push(readCommand(lexer));
  }
  if (commands.length === 1 && !negated && !timed) return first;
  return { kind: "pipeline", line, negated, timed, commands, joinStderr };
}

function emptyCommand(line: number): Simple {
  return { kind: "simple", line, text: "", assignments: [], words: [], redirections: [], pure: true };
}

export function readCommand(lexer: Lexer): Command {
  while (expandAlias(lexer)) skipNewlines(lexer);
  const token = lexer.peek();
  lexer.enter();
  const compound = readCompoundWithRedirections(lexer, token);
  const command = compound ?? readSimple(lexer);
  lexer.leave();
  return command;
}

function readCompoundWithRedirections(lexer: Lexer, token: Token): Command | null {
  if (token.kind === "operator" ? token.text !== "(" : !isReserved(token, OPENERS)) return null;
  const body = readCompound(lexer, token);
  if (body === null || body.kind === "function" || body.kind === "coprocess") return body;
  return withRedirections(lexer, body, token.line);
}

export function withRedirections(lexer: Lexer, body: Command, line: number): Command {
  const redirections: Redirection[] = [];
  while (readRedirection(lexer, redirections));
  return redirections.length > 0 ? { kind: "redirected", line, body, redirections } : body;
}

function readSimple(lexer: Lexer): Command {
  const start = lexer.peek();
  const node: Simple = {
    kind: "simple",
    line: start.line,
    text: "",
    assignments: [],
    words: [],
    redirections: [],
    pure: true,
  };
  let declaration = false;
  let end = start.start;
  for (;;) {
    if (node.words.length === 0 && lexer.peek().kind === "word") {
      const assignment = readAssignment(lexer);
      if (assignment) {
        node.assignments.push(assignment);
        end = lexer.pos;
        continue;
      }
      // A command after assignments or redirections is still subject to aliases.
      if (node.assignments.length + node.redirections.length > 0 && expandAlias(lexer)) continue;
    }
    if (readRedirection(lexer, node.redirections)) {
      end = lexer.pos;
      continue;
    }
    const token = lexer.peek();
    if (token.kind === "word" || token.kind === "number" || token.kind === "fdname") {
      if (declaration) {
        const word = assignmentArgument(lexer);
        if (word) {
          node.words.push(word);
          end = lexer.pos;
          continue;
        }
      }
      if (node.words.length > 0 && TEXT_ARGUMENTS.has(node.words[0].literal ?? "")) {
        const word = elementsArgument(lexer);
        if (word) {
          node.words.push(word);
          end = lexer.pos;
          continue;
        }
      }
      lexer.next();
      if (node.words.length === 0) {
        const function_ =
          node.assignments.length === 0 && node.redirections.length === 0 ? readFunctionHead(lexer, token) : null;
        if (function_) return function_;
        declaration = DECLARATIONS.has(token.text);
      } else if (!declaration && lexer.posix() && node.words.every((word) => word.bare && word.literal === "command")) {
        declaration = DECLARATIONS.has(token.text);
      }
      node.words.push(token.word!);
      end = token.start + token.text.length;
      continue;
    }
    break;
  }
  if (node.words.length + node.assignments.length + node.redirections.length === 0)
    throw lexer.unexpected(lexer.peek());
  node.text = lexer.text.slice(start.start, end);
  node.pure =
    node.words.every((word) => word.pure && !word.assignment) &&
    node.assignments.every((assignment) => assignment.pure);
  return node;
}

/** `name ( )` */
function readFunctionHead(lexer: Lexer, name: Token): Command | null {
  const token = lexer.peek();
  if (token.kind !== "operator" || token.text !== "(") return null;
  lexer.next();
  const close = lexer.next();
  if (close.text !== ")" || close.kind !== "operator") throw lexer.unexpected(close);
  return readFunction(lexer, name.word!.bare ? (name.word!.literal ?? name.text) : name.text, name.start);
}
