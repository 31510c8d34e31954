// Variables as declarations: what `declare -p`, `export -p`, `readonly -p` and `${x@A}` print.

import {
  BARE,
  EXPORT,
  entries,
  INTEGER,
  indexes,
  LOWER,
  NAMEREF,
  READONLY,
  UPPER,
  type Variable,
} from "../execute/variables.ts";
import { quoteDouble, quoteValue } from "../expand/quote.ts";

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

/** `declare -a a=([0]="x")` */
export function describeVariable(name: string, variable: Variable): string {
  const value = valueText(variable, quoteDouble);
  return `declare -${attributeLetters(variable) || "-"} ${name}${value === null ? "" : `=${value}`}`;
}

/** As `set` lists a variable, with a newline; nothing if it is unset. */
export function describeValue(name: string, variable: Variable): string {
  const value = valueText(variable, quoteValue);
  return value === null ? "" : `${name}=${value}\n`;
}

/** What stands behind the `=`; null: nothing. */
function valueText(variable: Variable, quote: (text: string) => string): string | null {
  const { list, map, value } = variable;
  if ((variable.flags & BARE) !== 0) return null;
  if (list)
    return `(${indexes(list)
      .map((at) => `[${at}]=${quoteDouble(list[at] as string)}`)
      .join(" ")})`;
  if (map)
    return `(${entries(map)
      .map(([key, each]) => `[${/^[\w.,:+%/-]+$/.test(key) ? key : quoteDouble(key)}]=${quoteDouble(each)} `)
      .join("")})`;
  return value === undefined ? null : quote(value);
}
