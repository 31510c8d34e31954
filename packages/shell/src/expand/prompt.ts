// `${x@P}`: a value as a prompt, its escapes and then its expansions.

import type { Shell } from "../execute/shell.ts";
import { decodePrompt } from "../interactive/prompt.ts";
import { openScript } from "../parser/parser.ts";
import { makeWord, readDoubleQuotedParts } from "../parser/words.ts";
import { expandText } from "./words.ts";

export function expandPrompt(shell: Shell, text: string): string {
  // No terminal is there to be told what takes no room: \[ and \] leave nothing.
  const decoded = decodePrompt(shell, text, 1).replace(/[\x01\x02]/g, "");
  return expandText(
    shell,
    makeWord([{ kind: "double", parts: readDoubleQuotedParts(openScript(decoded), "heredoc") }]),
  );
}
