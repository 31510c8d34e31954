// Variables as declarations: what `declare -p`, `export -p`, `readonly -p` and `${x@A}` print.

import { EXPORT, INTEGER, LOWER, NAMEREF, READONLY, UPPER, type Variable } from "../execute/variables.ts";
import { quoteDouble } from "./quote.ts";

/** The letters of a variable's attributes, in bash's order. */
export function attributeLetters(variable: Variable | undefined): string {
  if (variable === undefined) return "";
  let letters = "";
  if (variable.list) letters += "a";
  if (variable.map) letters += "A";
  if (variable.flags & INTEGER) letters += "i";
  if (variable.flags & NAMEREF) letters += "n";
  if (variable.flags & READONLY) letters += "r";
  if (variable.flags & EXPORT) letters += "x";
  if (variable.flags & LOWER) letters += "l";
  if (variable.flags & UPPER) letters += "u";
  return letters;
}

export function describeVariable(name: string, variable: Variable): string {
  const head = `declare -${attributeLetters(variable) || "-"} ${name}`;
  if (variable.list) {
    const items: string[] = [];
    variable.list.forEach((value, index) => {
      if (value !== undefined) items.push(`[${index}]=${quoteDouble(value)}`);
    });
    return `${head}=(${items.join(" ")})`;
  }
  if (variable.map) {
    const items = [...variable.map].map(
      ([key, value]) => `[${/^[\w.-]+$/.test(key) ? key : quoteDouble(key)}]=${quoteDouble(value)} `,
    );
    return `${head}=(${items.join("")})`;
  }
  const { value } = variable;
  return value === undefined ? head : `${head}=${quoteDouble(value)}`;
}
