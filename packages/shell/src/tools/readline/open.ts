// Everything that keys can be bound to: made when it is first asked for, and set up as the inputrc files say.

import type { LateKit } from "../../builtins/late.ts";
import type { Shell } from "../../execute/shell.ts";
import type { Readline } from "../../interactive/editor.ts";
import { completionCommands } from "./completion-commands.ts";
import { editCommands } from "./edit-commands.ts";
import { makeKeymaps } from "./keymaps.ts";
import { WORD_BREAKS } from "./programmable.ts";
import { searchCommands } from "./search-commands.ts";
import { readInitFile } from "./settings.ts";
import { execute, shellCommands } from "./shell-commands.ts";
import { makeVariables } from "./variables.ts";
import { viCommands } from "./vi-commands.ts";

export async function openReadline(shell: Shell, kit: LateKit): Promise<Readline> {
  if (shell.readline !== null) return shell.readline;
  const readline: Readline = {
    keymaps: makeKeymaps(),
    commands: {
      ...kit.coreCommands,
      ...editCommands,
      ...searchCommands,
      ...viCommands,
      ...completionCommands(shell, kit),
      ...shellCommands(shell, kit),
    },
    variables: makeVariables(),
    execute: (editor, command) => execute(shell, kit, editor, command),
    state: {},
    owner: shell.sys.pid,
  };
  shell.readline = readline;
  if (shell.options.interactive && !shell.vars.table.has("COMP_WORDBREAKS"))
    shell.vars.set("COMP_WORDBREAKS", WORD_BREAKS);
  await readInitFile(shell, kit, readline);
  return readline;
}
