// What `declare -f`, `type` and `set` print of a function.

import type { Shell } from "../execute/shell.ts";

export function functionText(shell: Shell, name: string): string {
  return shell.functions.get(name)!.text;
}
