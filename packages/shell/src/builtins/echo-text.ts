// What `echo` prints: options -n, -e, -E, alone or joined, before the first word that is none.

import { unescape } from "../parser/ansi.ts";

export function echoText(argv: string[], escapes = false): string {
  let first = 1;
  let newline = true;
  for (; first < argv.length && /^-[neE]+$/.test(argv[first]); first++) {
    for (const letter of argv[first].slice(1)) {
      if (letter === "n") newline = false;
      else escapes = letter === "e";
    }
  }
  let text = first === argv.length - 1 ? argv[first] : argv.slice(first).join(" ");
  if (escapes) {
    const result = unescape(text, "echo");
    if (result.stopped) return result.text;
    text = result.text;
  }
  return newline ? `${text}\n` : text;
}
