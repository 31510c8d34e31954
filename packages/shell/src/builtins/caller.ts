// caller: from where the running function, or one of those that called it, was called.

import type { Status } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { parseCount } from "./flow.ts";

export function caller(shell: Shell, argv: string[]): Status {
  const depth = argv.length > 1 ? parseCount(argv[1]) : 0;
  if (depth === null) {
    shell.complain(`caller: ${argv[1]}: invalid number`);
    shell.report("caller: usage: caller [expr]\n");
    return 2;
  }
  const call = shell.stack.at(-1 - depth);
  if (!call || depth < 0) return 1;
  const isOuter = depth + 1 === shell.stack.length;
  const outer = isOuter ? (shell.isFile ? "main" : null) : shell.stack.at(-2 - depth)!.name;
  if (argv.length > 1 && outer === null) return 1;
  const source = call.source ?? (isOuter ? "NULL" : shell.commandString === null ? "main" : "environment");
  return shell.write(`${call.line} ${argv.length > 1 ? `${outer} ` : ""}${source}\n`, "caller");
}
