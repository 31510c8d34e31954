// POSIX extended regular expressions as JavaScript's, for `[[ =~ ]]`. Bracket expressions and classes are translated; what the
// two notations share is passed on.

const CLASSES: Record<string, string> = {
  alpha: "\\p{L}",
  digit: "0-9",
  alnum: "\\p{L}0-9",
  upper: "\\p{Lu}",
  lower: "\\p{Ll}",
  space: "\\s",
  blank: " \\t",
  punct: "!-\\/:-@\\[-`{-~",
  print: "\\x20-\\x7e\\xa0-\\u{10ffff}",
  graph: "\\x21-\\x7e\\xa1-\\u{10ffff}",
  cntrl: "\\x00-\\x1f\\x7f",
  xdigit: "0-9A-Fa-f",
};

const cache = new Map<string, RegExp | null>();

/** The expression, null if it is not valid. A backslash quotes the next character. */
export function extendedRegularExpression(source: string, fold: boolean): RegExp | null {
  const key = (fold ? "i" : "-") + source;
  let expression = cache.get(key);
  if (expression === undefined) {
    try {
      expression = new RegExp(translate(source), fold ? "iu" : "u");
    } catch {
      expression = null;
    }
    if (cache.size > 200) cache.clear();
    cache.set(key, expression);
  }
  return expression;
}

function translate(source: string): string {
  let result = "";
  for (let at = 0; at < source.length; at++) {
    const character = source[at];
    if (character === "\\" && at + 1 < source.length) {
      const next = source[++at];
      result += /[\^$\\.*+?()[\]{}|/]/.test(next) ? `\\${next}` : next === "-" ? "-" : next;
    } else if (character === "[") {
      const set = readSet(source, at + 1);
      if (!set) throw new SyntaxError("brackets");
      result += set.text;
      at = set.end;
    } else if (character === "{") {
      const bounds = /^\{[0-9]*(,[0-9]*)?\}/.exec(source.slice(at))?.[0];
      if (bounds === undefined || bounds === "{}") result += "\\{";
      else {
        result += bounds.startsWith("{,") ? `{0${bounds.slice(1)}` : bounds;
        at += bounds.length - 1;
      }
    } else if (character === "}" || character === "]") result += `\\${character}`;
    else if (character === ".") result += "[^]";
    else result += character;
  }
  return result;
}

function readSet(source: string, at: number): { text: string; end: number } | null {
  let text = "[";
  if (source[at] === "^") {
    text += "^";
    at++;
  }
  for (let first = true; at < source.length; first = false) {
    const character = source[at];
    if (character === "]" && !first) return { text: `${text}]`, end: at };
    const named = /^\[([:.=])(.*?)\1\]/.exec(source.slice(at));
    if (named) {
      if (named[1] === ":") {
        if (!CLASSES[named[2]]) return null;
        text += CLASSES[named[2]];
      } else text += escape(named[2]);
      at += named[0].length;
      continue;
    }
    if (character === "\\" && at + 1 < source.length) {
      at++;
      text += escape(source[at]);
    } else text += character === "-" ? (source[at + 1] === "]" || first ? "\\-" : "-") : escape(character);
    at++;
  }
  return null;
}

function escape(character: string): string {
  return /[\\\]^[-]/.test(character) ? `\\${character}` : character;
}
