// Perl's patterns in JavaScript's notation, as far as both can say the same: \A \z \Z \h \K \Q…\E \x{…}, [[:alpha:]], (?i) in
// front, (?P<name>…), (?>…) and possessive quantifiers, which become plain ones. Pure.

const CLASSES: Record<string, string> = {
  alnum: "\\p{L}\\p{N}",
  alpha: "\\p{L}",
  ascii: "\\x00-\\x7f",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "\\x21-\\x7e",
  lower: "\\p{Ll}",
  print: "\\x20-\\x7e",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\s",
  upper: "\\p{Lu}",
  word: "\\w",
  xdigit: "0-9A-Fa-f",
};

const ESCAPES: Record<string, string> = {
  A: "(?<![^])",
  z: "(?![^])",
  Z: "(?=\\n?(?![^]))",
  h: "[ \\t]",
  H: "[^ \\t]",
  R: "(?:\\r\\n|[\\n-\\r])",
  e: "\\x1b",
  a: "\\x07",
  G: "",
};

export function perlSource(pattern: string): { source: string; flags: string } {
  let flags = "";
  let out = "";
  const text = pattern.replace(/^\(\?([imsx]+)\)/, (_, letters) => {
    flags = letters;
    return "";
  });
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === "\\") {
      const next = text[++i] ?? "";
      if (next === "Q") {
        const end = text.indexOf("\\E", i);
        const quoted = text.slice(i + 1, end < 0 ? text.length : end);
        out += quoted.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
        i = end < 0 ? text.length : end + 1;
      } else if (next === "K") out = `(?<=${out})`;
      else if (next === "x" && text[i + 1] === "{") {
        const end = text.indexOf("}", i);
        out += `\\u{${text.slice(i + 2, end)}}`;
        i = end;
      } else if (next === "g" && /^\{?-?\d+\}?/.test(text.slice(i + 1))) {
        const [whole, number] = /^\{?(\d+)\}?/.exec(text.slice(i + 1)) ?? ["", ""];
        out += `\\${number}`;
        i += whole.length;
      } else out += ESCAPES[next] ?? (/[\w^$\\.*+?()[\]{}|/-]/.test(next) ? `\\${next}` : next);
    } else if (character === "[") {
      const end = bracketEnd(text, i);
      out += text
        .slice(i, end)
        .replace(/\[:(\w+):\]/g, (whole, name) => CLASSES[name] ?? whole)
        .replace(/(?<=.)\[/g, "\\[")
        .replace(/^(\[\^?)\]/, "$1\\]");
      i = end - 1;
    } else if (text.startsWith("(?P<", i)) {
      out += "(?<";
      i += 3;
    } else if (text.startsWith("(?>", i)) {
      out += "(?:";
      i += 2;
    } else if (character === "+" && /[*+?}]/.test(text[i - 1] ?? "") && text[i - 2] !== "\\") {
      // Possessive: what it would rule out is rarely looked for.
    } else if (text.startsWith("(?#", i)) i = text.indexOf(")", i);
    else if (flags.includes("x") && /\s/.test(character)) continue;
    else out += character;
  }
  return { source: out, flags };
}

/** Behind the "]" of the bracket expression that begins at `at`. */
function bracketEnd(text: string, at: number): number {
  let i = at + 1;
  if (text[i] === "^") i++;
  for (let first = true; i < text.length; first = false, i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === "[" && text[i + 1] === ":") i = Math.max(i, text.indexOf(":]", i) + 1);
    else if (text[i] === "]" && !first) return i + 1;
  }
  return text.length;
}
