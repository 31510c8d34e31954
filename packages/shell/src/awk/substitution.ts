// sub, gsub and gensub.

import type { Regex } from "../regex/regex.ts";
import type { Expressions } from "./expressions.ts";
import { isLvalue } from "./parse-expression.ts";
import type { Expression, Lvalue } from "./tree.ts";
import { AwkError, textToNumber } from "./values.ts";

/** Parts of a replacement: text, or the number of a group. */
type Replacement = (string | number)[];

const known = new Map<string, Replacement>();

/** `&` is the match, `\&` an ampersand; for gensub `\1` to `\9` are groups. */
function parseReplacement(text: string, groups: boolean): Replacement {
  const key = (groups ? "g" : "s") + text;
  let parts = known.get(key);
  if (parts) return parts;
  parts = [];
  let plain = "";
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    const next = text[i + 1];
    if (character === "\\" && (next === "&" || next === "\\")) {
      // For sub, a backslash is special before & only, or before another that stands before &.
      if (next === "\\" && !groups && text[i + 2] !== "&") {
        plain += "\\\\";
        i++;
        continue;
      }
      plain += next;
      i++;
    } else if (character === "&" || (groups && character === "\\" && next >= "0" && next <= "9")) {
      if (plain) parts.push(plain);
      plain = "";
      parts.push(character === "&" ? 0 : Number(next));
      if (character !== "&") i++;
    } else plain += character;
  }
  if (plain) parts.push(plain);
  if (known.size > 500) known.clear();
  known.set(key, parts);
  return parts;
}

function expand(parts: Replacement, subject: string, spans: number[]): string {
  let out = "";
  for (const part of parts) {
    if (typeof part === "string") out += part;
    else if (2 * part < spans.length && spans[2 * part] >= 0)
      out += subject.slice(spans[2 * part], spans[2 * part + 1]);
  }
  return out;
}

/** Replaces match number `nth`, or every one from it on; null when there was none. `replaced` counts. */
function replace(
  subject: string,
  regex: Regex,
  parts: Replacement,
  nth: number,
  all: boolean,
): { text: string; count: number } | null {
  const plain = parts.length === 0 ? "" : parts.length === 1 && typeof parts[0] === "string" ? parts[0] : null;
  const captures = parts.some((part) => typeof part === "number" && part > 0);
  let out = "";
  let at = 0;
  let met = 0;
  let count = 0;
  let before = -1;
  for (let from = 0; from <= subject.length && regex.find(subject, from); ) {
    const [start, end] = regex.spans;
    from = end > start ? end : end + 1;
    // An empty match right behind the last match does not count.
    if (start === end && start === before) continue;
    before = end;
    if (++met < nth) continue;
    out +=
      subject.slice(at, start) + (plain ?? expand(parts, subject, captures ? regex.capture(subject) : regex.spans));
    at = end;
    count++;
    if (!all) break;
  }
  return count > 0 ? { text: out + subject.slice(at), count } : null;
}

export function substituteIn(
  make: Expressions,
  all: boolean,
  pattern: Expression,
  replacement: Expression,
  target: Expression,
): () => number {
  const place = target.kind === "group" ? target.of : target;
  const regex = make.regex(pattern);
  const text = make.text(replacement);
  const subject = make.text(place);
  // A target that is no variable is matched, and the result dropped.
  const store = isLvalue(place) ? make.store(place as Lvalue) : null;
  return () => {
    const expression = regex();
    const parts = parseReplacement(text(), false);
    const made = replace(subject(), expression, parts, 1, all);
    if (!made) return 0;
    store?.(() => made.text);
    return made.count;
  };
}

export function gensub(make: Expressions, args: Expression[]): () => string {
  const regex = make.regex(args[0]);
  const replacement = make.text(args[1]);
  const which = make.text(args[2]);
  const subject = make.text(args[3] ?? { kind: "field", of: { kind: "number", value: 0 } });
  return () => {
    const expression = regex();
    const parts = parseReplacement(replacement(), true);
    const how = which();
    const all = /^[gG]/.test(how);
    const nth = all ? 1 : Math.max(1, Math.trunc(textToNumber(how)));
    const whole = subject();
    if (Number.isNaN(nth)) throw new AwkError(`gensub: third argument \`${how}' treated as 1`);
    return replace(whole, expression, parts, nth, all)?.text ?? whole;
  };
}
