// awk's tokens. Whether "/" divides or begins a regular expression is for the parser to say: it reads one with `regex`. The program's
// text is a binary string. Pure.

/** A mistake in the program, with the line it was met in. */
export class AwkSyntaxError extends Error {
  line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

export interface Token {
  /** "number", "string", "name", "function" (a name with "(" right behind it), "builtin", "end", or the keyword or operator itself. */
  kind: string;
  text: string;
  value: number;
  line: number;
  at: number;
}

const KEYWORDS = new Set(
  "BEGIN END BEGINFILE ENDFILE function func if else while for do break continue next nextfile exit return delete in getline print printf switch case default".split(
    " ",
  ),
);

export const BUILTINS = new Set(
  (
    "length substr index split sub gsub gensub match sprintf sin cos atan2 exp log sqrt int rand srand tolower toupper system close " +
    "fflush systime strftime mktime asort asorti and or xor lshift rshift compl strtonum patsplit isarray typeof ord chr"
  ).split(" "),
);
// These two are people's own functions as a rule.
BUILTINS.delete("ord");
BUILTINS.delete("chr");

const NUMBER = /(?:0[xX][0-9a-fA-F]+(?![0-9a-zA-Z_.])|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const OPERATOR = /\*\*=|\*\*|\|&|[-+*/%^]=|\+\+|--|<=|>=|==|!=|!~|&&|\|\||>>|[{}()[\];,+\-*/%^!<>|?:~$=]/y;

export class Lexer {
  readonly warnings = new Set<string>();
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token {
    const text = this.#text;
    for (; ; this.#at++) {
      const character = text[this.#at];
      if (character === "\\" && /^\\\r?\n/.test(text.slice(this.#at, this.#at + 3))) {
        this.#at = text.indexOf("\n", this.#at);
        this.#line++;
      } else if (character === "#") {
        const end = text.indexOf("\n", this.#at);
        this.#at = (end < 0 ? text.length : end) - 1;
      } else if (character !== " " && character !== "\t" && character !== "\r") break;
    }
    const at = this.#at;
    const token = (kind: string, word: string, value = 0): Token => ({ kind, text: word, value, line: this.#line, at });
    const character = text[at];
    if (character === undefined) return token("end", "");
    if (character === "\n") {
      this.#at++;
      const found = token("newline", "\n");
      this.#line++;
      return found;
    }
    if (character === '"') return token("string", this.#string());
    const number = this.#match(NUMBER);
    if (number !== "")
      return token("number", number, /^0[0-7]+$/.test(number) ? Number.parseInt(number, 8) : Number(number));
    const name = this.#match(NAME);
    if (name !== "") {
      if (KEYWORDS.has(name)) return token(name === "func" ? "function" : name, name);
      if (BUILTINS.has(name)) return token("builtin", name);
      return token(text[this.#at] === "(" ? "called" : "name", name);
    }
    const operator = this.#match(OPERATOR);
    if (operator !== "") return token(operator === "**" ? "^" : operator === "**=" ? "^=" : operator, operator);
    if (character === "@") throw new AwkSyntaxError("@ directives are not supported", this.#line);
    throw new AwkSyntaxError(`invalid char '${character}' in expression`, this.#line);
  }

  /** The regular expression that begins with the "/" of this token, which was the last one read. */
  regex(token: Token): string {
    let out = "";
    let inBracket = false;
    for (this.#at = token.at + 1; ; this.#at++) {
      const character = this.#text[this.#at];
      if (character === undefined || character === "\n") throw new AwkSyntaxError("unterminated regexp", this.#line);
      if (character === "/" && !inBracket) break;
      if (character === "\\") {
        const next = this.#text[++this.#at];
        if (next === "\n") {
          this.#line++;
          continue;
        }
        out += next === "/" ? "/" : `\\${next ?? ""}`;
        continue;
      }
      if (character === "[" && !inBracket) {
        inBracket = true;
        out += "[";
        if (this.#text[this.#at + 1] === "^") out += this.#text[++this.#at];
        if (this.#text[this.#at + 1] === "]") out += this.#text[++this.#at];
        continue;
      }
      if (character === "[" && this.#text[this.#at + 1] === ":") {
        const end = this.#text.indexOf(":]", this.#at);
        if (end > 0 && end - this.#at < 12) {
          out += this.#text.slice(this.#at, end + 2);
          this.#at = end + 1;
          continue;
        }
      }
      if (character === "]") inBracket = false;
      out += character;
    }
    this.#at++;
    return out;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #string(): string {
    const begin = ++this.#at;
    for (; ; this.#at++) {
      const character = this.#text[this.#at];
      if (character === undefined || character === "\n") throw new AwkSyntaxError("unterminated string", this.#line);
      if (character === '"') break;
      if (character === "\\") {
        this.#at++;
        if (this.#text[this.#at] === "\n") this.#line++;
      }
    }
    return unescapeString(this.#text.slice(begin, this.#at++), (character) => {
      this.warnings.add(`escape sequence \`\\${character}' treated as plain \`${character}'`);
    });
  }
}

const ESCAPES: Record<string, string> = {
  n: "\n",
  t: "\t",
  r: "\r",
  f: "\f",
  v: "\v",
  a: "\x07",
  b: "\b",
  "\\": "\\",
  '"': '"',
  "\n": "",
};

/** A string's escapes; what is none loses its backslash, as gawk has it, which `warn` is told. */
export function unescapeString(text: string, warn?: (character: string) => void): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|([^]))/g, (_, hex, octal, other) => {
    if (hex) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
    if (!Object.hasOwn(ESCAPES, other)) warn?.(other);
    return ESCAPES[other] ?? other;
  });
}
