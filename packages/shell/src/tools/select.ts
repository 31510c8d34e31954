// `select`: a menu on stderr, and a loop over what is chosen from it. A part of the shell that comes with the tools; it runs the
// body with what it is handed.

import type { Select } from "../ast.ts";
import type { LoopKit } from "../execute/loops.ts";
import type { Shell } from "../execute/shell.ts";

export async function runSelect(shell: Shell, node: Select, kit: LoopKit): Promise<number> {
  const { expandWords, isLoopName, loopEnds, readLine, runDebug, runList, traceLine } = kit;
  await runDebug(shell, node.line);
  if (shell.options.xtrace) traceLine(shell, `select ${node.name} in ${node.text}`);
  const values = node.words === null ? shell.args.slice() : await expandWords(shell, node.words);
  if (!isLoopName(shell, node.name)) return 1;
  const menu = values.map((value, i) => `${String(i + 1).padStart(String(values.length).length)}) ${value}\n`).join("");
  let status = 0;
  if (values.length === 0) return 0;
  shell.loopDepth++;
  try {
    shell.report(menu);
    for (;;) {
      shell.report(shell.vars.get("PS3") ?? "#? ");
      const line = await readLine(shell, 0);
      if (line === null) {
        return (await shell.write("\n", "select")) || 1;
      }
      if (line === "") {
        shell.report(menu);
        continue;
      }
      shell.vars.set("REPLY", line);
      const choice = /^\s*[0-9]+\s*$/.test(line) ? Number(line) : 0;
      shell.vars.set(node.name, values[choice - 1] ?? "");
      status = await runList(shell, node.body);
      if (loopEnds(shell)) return status;
    }
  } finally {
    shell.loopDepth--;
  }
}
