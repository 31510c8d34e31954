// Whether a typed command goes on in the next line, so that the prompt can ask for the rest as a shell does. Pure.
// It only counts what must be closed (quotes, brackets, compound commands, here-documents): what it takes for finished and
// is not, the shell reports as the syntax error it is.

const OPENERS: Record<string, string> = {
  if: "fi",
  for: "done",
  while: "done",
  until: "done",
  select: "done",
  case: "esac",
  "{": "}",
};
const CLOSERS = new Set(["fi", "done", "esac", "}"]);
/** After these words a command begins again. */
const LEADERS = new Set(["then", "do", "else", "elif", "!", "time"]);

export function isUnfinished(script: string): boolean {
  const open: string[] = [];
  const hereDocuments: string[] = [];
  let isCommandStart = true;
  let goesOn = false; // after | && ||
  let at = 0;

  while (at < script.length) {
    const rest = script.slice(at);
    const character = rest[0];
    if (character === "\n") {
      at++;
      for (const delimiter of hereDocuments.splice(0)) {
        const end = endOfHereDocument(script, at, delimiter);
        if (end < 0) return true;
        at = end;
      }
      isCommandStart = true;
    } else if (character === " " || character === "\t") {
      at++;
    } else if (character === "#") {
      at += /^.*/.exec(rest)?.[0].length ?? 0;
    } else if (/^(\|\||&&|\|)/.test(rest)) {
      at += rest.startsWith("||") || rest.startsWith("&&") ? 2 : 1;
      isCommandStart = true;
      goesOn = true;
    } else if (character === ";" || character === "&") {
      at++;
      isCommandStart = true;
      goesOn = false;
    } else if (/^<<-?[^<]/.test(rest)) {
      const [all, word] = /^<<-?[ \t]*([^\s;|&<>()]*)/.exec(rest) ?? [rest, ""];
      hereDocuments.push(word.replace(/['"\\]/g, ""));
      at += all.length;
    } else if (character === "<" || character === ">") {
      at += /^[<>&|]+/.exec(rest)?.[0].length ?? 1;
    } else if (character === "(") {
      open.push(")");
      at++;
      isCommandStart = true;
    } else if (character === ")") {
      // In a case command a lone bracket ends a pattern.
      if (open.at(-1) === ")") open.pop();
      at++;
      isCommandStart = true;
      goesOn = false;
    } else {
      const end = endOfWord(script, at);
      if (end < 0) return true;
      const word = script.slice(at, end);
      at = end;
      goesOn = false;
      if (isCommandStart && word in OPENERS) open.push(OPENERS[word]);
      else if (isCommandStart && CLOSERS.has(word) && open.at(-1) === word) open.pop();
      isCommandStart = isCommandStart && (LEADERS.has(word) || ["if", "while", "until", "{"].includes(word));
    }
  }
  return open.length > 0 || goesOn || hereDocuments.length > 0;
}

/** Where the word at `at` ends, quotes and expansions included; -1 when the text ends first. */
function endOfWord(script: string, at: number): number {
  while (at < script.length && !/[\s;&|<>()]/.test(script[at])) {
    const character = script[at];
    if (character === "\\") {
      if (at + 1 >= script.length) return -1;
      at += 2;
    } else if (character === "'") {
      at = script.indexOf("'", at + 1) + 1;
      if (at === 0) return -1;
    } else if (character === '"' || character === "`") {
      at = endOfQuote(script, at + 1, character);
      if (at < 0) return -1;
    } else if (script.startsWith("${", at) || script.startsWith("$(", at)) {
      at = endOfExpansion(script, at + 1);
      if (at < 0) return -1;
    } else {
      at++;
    }
  }
  return at;
}

function endOfQuote(script: string, at: number, quote: string): number {
  while (at < script.length) {
    if (script[at] === quote) return at + 1;
    if (quote === '"' && (script.startsWith("${", at) || script.startsWith("$(", at))) {
      at = endOfExpansion(script, at + 1);
      if (at < 0) return -1;
    } else {
      at += script[at] === "\\" ? 2 : 1;
    }
  }
  return -1;
}

/** From the opening bracket of `${` or `$(` to behind its partner. */
function endOfExpansion(script: string, at: number): number {
  const close = script[at] === "{" ? "}" : ")";
  const opening = script[at];
  let depth = 0;
  while (at < script.length) {
    const character = script[at];
    if (character === "'" && close === ")") {
      at = script.indexOf("'", at + 1);
      if (at < 0) return -1;
    } else if (character === '"') {
      at = endOfQuote(script, at + 1, '"') - 1;
      if (at < 0) return -1;
    } else if (character === "\\") {
      at++;
    } else if (character === opening) {
      depth++;
    } else if (character === close && --depth === 0) {
      return at + 1;
    }
    at++;
  }
  return -1;
}

/** The index behind the line that ends the here-document starting at `at`; -1 when it is not there yet. */
function endOfHereDocument(script: string, at: number, delimiter: string): number {
  while (at < script.length) {
    const newline = script.indexOf("\n", at);
    const end = newline < 0 ? script.length : newline;
    if (script.slice(at, end).replace(/^\t+/, "") === delimiter) return end;
    at = end + 1;
  }
  return -1;
}
