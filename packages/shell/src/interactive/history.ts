// What was typed: kept, and written to a file.

import { O_APPEND } from "@vibengine/system";
import { record, writeLines } from "../builtins/history.ts";
import type { Shell } from "../execute/shell.ts";

/** The lines of a command as one, as `shopt cmdhist` has it. */
async function joined(shell: Shell, text: string): Promise<string> {
  if (!/\n./.test(text)) return text;
  const tools = await Promise.resolve(shell.programs.tools()).catch(() => null);
  return tools?.parts.joinLines(text, shell.shopt.lithist) ?? text;
}

/** Adds what was typed and appends it to the file at once: a sandbox may end at any moment. */
export async function remember(shell: Shell, text: string): Promise<void> {
  const { history } = shell;
  const before = history.added;
  if (shell.shopt.cmdhist) record(shell, await joined(shell, text));
  else for (const line of text.split("\n")) record(shell, line);
  const path = shell.vars.get("HISTFILE");
  if (history.added === before || !path) return;
  history.added = 0;
  history.read++;
  await writeLines(shell, path, history.lines.slice(before - history.added), O_APPEND);
}
