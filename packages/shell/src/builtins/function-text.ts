// What `declare -f`, `type` and `set` print of a function.

import { printFunction } from "../execute/print.ts";
import type { Shell } from "../execute/shell.ts";

export function functionText(shell: Shell, name: string): string {
  return printFunction(shell.functions.get(name)!);
}
