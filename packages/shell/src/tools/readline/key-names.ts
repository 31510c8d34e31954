// Key sequences as people write them (`\C-x\e[A`, `Control-t`) and as the terminal sends them. Meta is the eighth bit: people write `\e` for ESC in front.

import { textOfByte } from "../../locale.ts";

const ESCAPES: Record<string, string> = {
  a: "\x07",
  b: "\b",
  d: "\x7f",
  e: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
const NAMES: Record<string, string> = {
  del: "\x7f",
  rubout: "\x7f",
  esc: "\x1b",
  escape: "\x1b",
  lfd: "\n",
  newline: "\n",
  ret: "\r",
  return: "\r",
  spc: " ",
  space: " ",
  tab: "\t",
};

/** Meta sets the eighth bit, as long as `convert-meta` is off, which it is where text is UTF-8. */
function meta(key: string): string {
  return textOfByte(key.charCodeAt(0) | 0x80);
}

function control(key: string): string {
  return key === "?" ? "\x7f" : String.fromCharCode(key.toUpperCase().charCodeAt(0) & 0x1f);
}

/** What stands between quotes, with its backslash escapes. */
export function parseSequence(text: string): string {
  let keys = "";
  let isControl = false;
  let isMeta = false;
  for (let at = 0; at < text.length; ) {
    let key = text[at++];
    if (key === "\\" && at < text.length) {
      const rest = text.slice(at);
      if (/^[CM]-/.test(rest) && rest.length > 2) {
        if (rest[0] === "C") isControl = true;
        else isMeta = true;
        at += 2;
        continue;
      }
      const code = /^(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2}))/.exec(rest);
      if (code) {
        key = textOfByte(code[1] === undefined ? Number.parseInt(code[2], 16) : Number.parseInt(code[1], 8) & 255);
        at += code[0].length;
      } else {
        key = ESCAPES[rest[0]] ?? rest[0];
        at++;
      }
    }
    if (isControl) key = control(key);
    keys += isMeta ? meta(key) : key;
    isControl = isMeta = false;
  }
  return keys;
}

/** A key by its name: `Control-t`, `M-x`, `C-M-a`, `RETURN`. */
export function parseKeyName(name: string): string {
  const dash = name.lastIndexOf("-", name.length - 2);
  const modifiers = name.slice(0, dash + 1);
  const rest = name.slice(dash + 1);
  const key = NAMES[rest.toLowerCase()] ?? rest.slice(0, 1);
  const named = /c(?:ontrol|trl)?-/i.test(modifiers) ? control(key) : key;
  return /m(?:eta)?-/i.test(modifiers) ? meta(named) : named;
}

/** Keys as they are written between quotes. */
export function nameSequence(keys: string): string {
  return keys.replace(/[\x00-\x1f"\\\x7f\udc80-\udcff]/g, (key) => {
    const code = key.charCodeAt(0) & 0xff;
    if (key === "\x1b") return "\\e";
    if (key === "\x7f") return "\\C-?";
    if (code < 32)
      return `\\C-${String.fromCharCode(code | 0x40)
        .toLowerCase()
        .replace("\\", "\\\\")}`;
    return code < 127 ? `\\${key}` : `\\${code.toString(8)}`;
  });
}
