// What the parser throws: a syntax error with bash's wording, or the wish for more input. No layer below.

/** Text that is not a script. `near` is the token, null for an unexpected end of file. */
export class SyntaxFault extends Error {
  line: number;
  /** The source line that holds the token, for bash's second line; empty if there is none to show. */
  excerpt: string;
  /** In an array's elements: costs the line, not the script. */
  recoverable = false;
  constructor(message: string, line: number, excerpt = "") {
    super(message);
    this.line = line;
    this.excerpt = excerpt;
  }
}

/** Thrown through the parser by a source that has no line ready: wait for input, then parse the command again. */
export class NeedInput {}
