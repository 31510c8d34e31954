// `${x@Q}` and its siblings: quoting, escapes, case, attributes, declarations. They come with the tools; `@P` is the shell's.

import type { ParameterPart } from "../ast.ts";
import type { Shell } from "../execute/shell.ts";
import { quoteAlways, quoteDouble } from "../expand/quote.ts";
import { unescapeAnsi } from "../parser/ansi.ts";
import { attributeLetters, describeVariable } from "./describe.ts";

export function transform(shell: Shell, part: ParameterPart, value: string): string {
  const first = Array.from(value)[0] ?? "";
  switch (part.word?.literal) {
    case "Q":
      return quoteAlways(value);
    case "E":
      return unescapeAnsi(value);
    case "U":
      return value.toUpperCase();
    case "u":
      return first.toUpperCase() + value.slice(first.length);
    case "L":
      return value.toLowerCase();
    case "a":
      return attributeLetters(shell.vars.find(part.name));
    case "A": {
      const variable = shell.vars.find(part.name);
      if (variable === undefined) return "";
      const letters = attributeLetters(variable);
      if (letters === "") return `${part.name}=${quoteAlways(value)}`;
      return part.all || variable.list || variable.map || variable.value === undefined
        ? describeVariable(part.name, variable)
        : `declare -${letters} ${part.name}=${quoteAlways(value)}`;
    }
    case "K":
    case "k": {
      if (!part.all) return quoteAlways(value);
      const isMap = shell.vars.isAssociative(part.name);
      const values = shell.vars.elements(part.name, false);
      const pairs = shell.vars.elements(part.name, true).map((key, i) => `${key} ${quoteDouble(values[i])}`);
      return pairs.join(" ") + (isMap && pairs.length > 0 ? " " : "");
    }
    default:
      return value;
  }
}
