// let.

import { evaluateText } from "../arithmetic/evaluate.ts";
import type { Shell } from "../execute/shell.ts";

export function let_(shell: Shell, argv: string[]): number {
  if (argv[1] === "--") argv = argv.slice(1);
  if (argv.length === 1) {
    shell.complain("let: expression expected");
    return 1;
  }
  let value: number | bigint = 0;
  for (const text of argv.slice(argv[1] === "--" ? 2 : 1)) value = evaluateText(text, shell.arithmetic);
  return value === 0 ? 1 : 0;
}
