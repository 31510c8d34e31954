// Where vi's motions go: pure functions over a line and a place in it. -1 where there is nowhere to go.

/** What a character belongs to: 0 a blank, 1 a word, 2 what stands between words. `W`, `B` and `E` know only blanks and the rest. */
function kind(text: string, at: number, isBig: boolean): number {
  if (/\s/.test(text[at])) return 0;
  return isBig || /[\p{L}\p{N}_]/u.test(text[at]) ? 1 : 2;
}

/** The start of the next word. */
export function nextWord(text: string, from: number, isBig: boolean): number {
  let at = from;
  if (at >= text.length) return at;
  const here = kind(text, at, isBig);
  while (at < text.length && here !== 0 && kind(text, at, isBig) === here) at++;
  while (at < text.length && kind(text, at, isBig) === 0) at++;
  return at;
}

export function previousWord(text: string, from: number, isBig: boolean): number {
  let at = from;
  while (at > 0 && kind(text, at - 1, isBig) === 0) at--;
  if (at === 0) return 0;
  const here = kind(text, at - 1, isBig);
  while (at > 0 && kind(text, at - 1, isBig) === here) at--;
  return at;
}

/** The last character of this word, or of the next when it is that already. */
export function wordEnd(text: string, from: number, isBig: boolean): number {
  let at = from + 1;
  while (at < text.length && kind(text, at, isBig) === 0) at++;
  if (at >= text.length) return Math.max(from, text.length - 1);
  const here = kind(text, at, isBig);
  while (at + 1 < text.length && kind(text, at + 1, isBig) === here) at++;
  return at;
}

/** The bracket that belongs to the one at or behind `from`. */
export function matchingBracket(text: string, from: number): number {
  const found = /[()[\]{}]/.exec(text.slice(from));
  if (!found) return -1;
  const pairs = "()[]{}";
  const here = pairs.indexOf(found[0]);
  const other = pairs[here ^ 1];
  const step = here % 2 === 0 ? 1 : -1;
  let depth = 0;
  for (let at = from + found.index; at >= 0 && at < text.length; at += step) {
    if (text[at] === found[0]) depth++;
    else if (text[at] === other && --depth === 0) return at;
  }
  return -1;
}

/** The `count`th `wanted` after (or before) the cursor; `t` and `T` stop short of it. */
export function findCharacter(text: string, from: number, key: string, wanted: string, count: number): number {
  const isBack = key === "F" || key === "T";
  const isShort = key === "t" || key === "T";
  let at = from;
  for (let i = 0; i < count; i++) {
    const next = isBack ? (at === 0 ? -1 : text.lastIndexOf(wanted, at - 1)) : text.indexOf(wanted, at + 1);
    if (next < 0 && i === 0) return -1;
    if (next < 0) break;
    at = next;
  }
  return isShort ? at + (isBack ? 1 : -1) : at;
}
