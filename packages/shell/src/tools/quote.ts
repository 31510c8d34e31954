// File names in messages and listings, quoted as GNU quotes them so that they can be pasted into a shell. Pure text functions.

import { byteText } from "../locale.ts";

/** Always quoted: `cannot access 'a b'`. */
export function quote(name: string): string {
  if (!/[\0-\x1f\x7f\udc80-\udcff']/.test(name)) return `'${name}'`;
  // A lone ' is shown inside double quotes, unless something else in the name means something there.
  if (!/[\0-\x1f\x7f\udc80-\udcff"$`\\!]/.test(name)) return `"${name}"`;
  let text = "'";
  let escaped = false;
  for (const character of name) {
    const escape = escapeOf(character);
    if (escape) {
      text += escaped ? escape : `'$'${escape}`;
      escaped = true;
      continue;
    }
    if (escaped) text += "''";
    escaped = false;
    text += character === "'" ? "'\\''" : character;
  }
  return `${text}'`;
}

/** Quoted only when the shell would need it: `cat: nope: No such file or directory`. */
export function quoteIfNeeded(name: string): string {
  const special = name === "" || /[\0-\x20"'!$&()*;<=>[\\^`|\x7f?\udc80-\udcff]/.test(name) || /^[~#]/.test(name);
  return special || name === "{" || name === "}" ? quote(name) : name;
}

/** As messages quote what is not a file name: 'x', with escapes but no shell syntax. */
export function quotePlain(text: string): string {
  let out = "";
  for (const character of text)
    out += character === "'" || character === "\\" ? `\\${character}` : (escapeOf(character) ?? character);
  return `'${out}'`;
}

/** As diff's headers have it, which patch reads: what is not plain ASCII stands between quotes, with C's escapes. */
export function quoteInHeader(name: string): string {
  if (/^[\x21\x23-\x5b\x5d-\x7e]*$/.test(name)) return name;
  const escaped = Array.from(byteText(name), (one) => (/["\\]/.test(one) ? `\\${one}` : (escapeOf(one) ?? one)));
  return `"${escaped.join("")}"`;
}

function escapeOf(character: string): string | undefined {
  const code = character.charCodeAt(0);
  if (character.length === 1 && code >= 0xdc80 && code <= 0xdcff) return `\\${(code & 0xff).toString(8)}`;
  if (code >= 0x20 && code !== 0x7f) return undefined;
  const named = "\x07a\bb\tt\nn\vv\ff\rr".indexOf(character);
  return named >= 0 ? `\\${"\x07a\bb\tt\nn\vv\ff\rr"[named + 1]}` : `\\${code.toString(8).padStart(3, "0")}`;
}
