// Quoting text so that the shell reads it back: as `${x@Q}`, `printf %q`, `set`, `export -p` and `alias` print it.

/** In single quotes, or `$'…'` if there are control characters; always quoted. */
export function quoteAlways(text: string): string {
  if (text === "'") return "\\'";
  return CONTROL.test(text) ? quoteAnsi(text) : `'${text.replaceAll("'", "'\\''")}'`;
}

/** As `set` prints values: plain if nothing in it is special. */
export function quoteValue(text: string): string {
  if (text === "") return "";
  return /[\s'"\\|&;()<>!{}*[\]?^$`]|^[#~]|[=:]~/.test(text) ? quoteAlways(text) : text;
}

/** As `printf %q`: backslashes before what is special. */
export function quoteBackslash(text: string): string {
  if (text === "") return "''";
  if (CONTROL.test(text)) return quoteAnsi(text);
  const escaped = text.replace(/[ !"$&'()*,;<=>?[\\\]^`{|}]/g, (character) =>
    character === "=" ? "=" : `\\${character}`,
  );
  return /^[~#]/.test(escaped) ? `\\${escaped}` : escaped;
}

/** In double quotes, as `declare -p` and `export -p` print values. */
export function quoteDouble(text: string): string {
  return CONTROL.test(text) ? quoteAnsi(text) : `"${text.replace(/["$`\\]/g, "\\$&")}"`;
}

const CONTROL = /[\x01-\x1f\x7f\udc80-\udcff]/u;
const NAMES: Record<string, string> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\x1b": "\\E",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

function quoteAnsi(text: string): string {
  let quoted = "$'";
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (character === "'" || character === "\\") quoted += `\\${character}`;
    else if (NAMES[character]) quoted += NAMES[character];
    else if (code < 32 || code === 127) quoted += `\\${code.toString(8).padStart(3, "0")}`;
    else if (code >= 0xdc80 && code <= 0xdcff) quoted += `\\${(code & 0xff).toString(8)}`;
    else quoted += character;
  }
  return `${quoted}'`;
}
