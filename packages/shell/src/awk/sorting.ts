// Orders of arrays: for (k in a) with PROCINFO["sorted_in"], asort and asorti.

import { type AwkArray, compare, textToNumber, toText, type Value } from "./values.ts";

/** @param how as gawk names orders: @ind_str_asc, @ind_num_desc, @val_type_asc … */
export function sortedKeys(array: AwkArray, how: string, format: string): string[] {
  const keys = [...array.keys()];
  const [, by, kind, direction] = /^@(ind|val)_(str|num|type)_(asc|desc)$/.exec(how) ?? [];
  if (!by) return keys;
  const sign = direction === "desc" ? -1 : 1;
  const bytes = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const order = (a: string, b: string): number => {
    if (by === "ind") return kind === "num" ? textToNumber(a) - textToNumber(b) || bytes(a, b) : bytes(a, b);
    const [left, right] = [array.get(a) as Value, array.get(b) as Value];
    if (kind === "str") return bytes(toText(left, format), toText(right, format)) || bytes(a, b);
    return byType(left, right, format) || bytes(a, b);
  };
  return keys.sort((a, b) => sign * order(a, b));
}

/** Numbers before texts. */
function byType(left: Value, right: Value, format: string): number {
  const [a, b] = [typeof left === "string", typeof right === "string"];
  return a === b ? compare(left, right, format) : a ? 1 : -1;
}

export function sortedValues(array: AwkArray, how: string, format: string): Value[] {
  return sortedKeys(array, how || "@val_type_asc", format).map((key) => array.get(key) as Value);
}
