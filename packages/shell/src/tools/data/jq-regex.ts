// jq's regular expressions (Oniguruma's) by the engine's own: flags, named groups, offsets in characters. Pure.

import { described, JqError, type JsonObject, type Value } from "./jq-value.ts";

/** All matches as jq describes them; with `test` only whether there is one. */
export function matches(input: Value, pattern: Value, flags: Value, test: Value): Value {
  if (typeof input !== "string") throw new JqError(`${described(input)} cannot be matched, as it is not a string`);
  if (typeof pattern !== "string") throw new JqError(`${described(pattern)} is not a string`);
  if (flags !== null && typeof flags !== "string") throw new JqError(`${described(flags)} is not a string`);
  const wrong = /[^gixnspl]/.exec(flags ?? "");
  if (wrong) throw new JqError(`${flags} is not a valid modifier string`);
  const has = (flag: string) => flags?.includes(flag) ?? false;
  const regex = compile(pattern, has("i"), has("x"), has("s") || has("p"));
  if (test === true) return regex.test(input);
  const found: Value[] = [];
  const offsets = offsetsOf(input);
  for (const match of input.matchAll(regex)) {
    if (match[0] === "" && has("n")) continue;
    found.push(describe(match, regex, offsets));
    if (!has("g")) break;
  }
  return found;
}

/** Characters before each place of the string. */
function offsetsOf(input: string): (at: number) => number {
  if (!/[\ud800-\udbff]/.test(input)) return (at) => at;
  return (at) => [...input.slice(0, at)].length;
}

function describe(match: RegExpExecArray, regex: RegExp, offset: (at: number) => number): JsonObject {
  const names = [...regex.source.matchAll(/\\.|\[(?:\\.|[^\]])*\]|\((?!\?)|\(\?<([A-Za-z_]\w*)>/g)].filter(([whole]) =>
    whole.startsWith("("),
  );
  const { indices } = match as unknown as { indices: ([number, number] | undefined)[] };
  const captures = match.slice(1).map((text, i): Value => {
    const place = indices[i + 1];
    return new Map<string, Value>([
      ["offset", place ? offset(place[0]) : -1],
      ["length", place ? [...(text as string)].length : 0],
      ["string", place ? (text as string) : null],
      ["name", names[i]?.[1] ?? null],
    ]);
  });
  return new Map<string, Value>([
    ["offset", offset(match.index)],
    ["length", [...match[0]].length],
    ["string", match[0]],
    ["captures", captures],
  ]);
}

function compile(pattern: string, fold: boolean, extended: boolean, single: boolean): RegExp {
  let source = pattern;
  if (extended)
    source = source.replace(/\\[^]|\[(?:\\.|[^\]])*\]|\s+|#[^\n]*/g, (part) => (/^[\s#]/.test(part) ? "" : part));
  let flags = `gd${fold ? "i" : ""}${single ? "s" : ""}`;
  // Flags at the front, POSIX classes, and what Oniguruma writes otherwise.
  source = source
    .replace(/^\(\?([imsx]+)\)/, (_, given: string) => {
      if (given.includes("i") && !fold) flags += "i";
      if (given.includes("m") && !single) flags += "s";
      return "";
    })
    .replace(/\[:(\^?)(\w+):\]/g, (whole, not: string, name: string) =>
      CLASSES[name]
        ? not
          ? `\\P{${CLASSES[name]}}`
          : CLASSES[name].startsWith("\\")
            ? CLASSES[name]
            : `\\p{${CLASSES[name]}}`
        : whole,
    )
    .replace(/\\h/g, "[0-9a-fA-F]")
    .replace(/\\H/g, "[^0-9a-fA-F]")
    .replace(/\\A/g, "^")
    .replace(/\\[zZ]/g, "$");
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    try {
      return new RegExp(source, flags);
    } catch (error) {
      throw new JqError(
        `${pattern} (at offset 0) is not a valid regex: ${error instanceof Error ? error.message.replace(/^.*: /, "") : ""}`,
      );
    }
  }
}

const CLASSES: Record<string, string> = {
  alpha: "L",
  upper: "Lu",
  lower: "Ll",
  digit: "Nd",
  punct: "P",
  space: "\\s",
  alnum: "\\p{L}\\p{N}",
  word: "\\p{L}\\p{N}_",
  xdigit: "\\dA-Fa-f",
  blank: "\\t ",
  cntrl: "Cc",
};
