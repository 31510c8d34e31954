// `${x@P}`: a prompt's backslash escapes, then its expansions.

import { decode } from "@vibengine/system";
import { isDone } from "../execute/jobs.ts";
import type { Shell } from "../execute/shell.ts";
import { openScript } from "../parser/parser.ts";
import { makeWord, readDoubleQuotedParts } from "../parser/words.ts";
import { formatTime } from "../strftime.ts";
import { tildeText } from "./tilde.ts";
import { expandText } from "./words.ts";

const TIMES: Record<string, string> = {
  d: "%a %b %d",
  t: "%H:%M:%S",
  T: "%I:%M:%S",
  "@": "%I:%M %p",
  A: "%H:%M",
};
const CHARACTERS: Record<string, string> = { a: "\x07", e: "\x1b", n: "\n", r: "\r", "\\": "\\", "[": "", "]": "" };

export function expandPrompt(shell: Shell, text: string): string {
  const decoded = text.replace(
    /\\(?:([0-7]{1,3})|D\{([^}]*)\}|([^]))/g,
    (whole, octal: string | undefined, format: string | undefined, letter: string) => {
      if (octal !== undefined) return decode(Uint8Array.of(Number.parseInt(octal, 8)));
      if (format !== undefined) return formatTime(format || "%X", Math.floor(Date.now() / 1000));
      if (TIMES[letter]) return formatTime(TIMES[letter], Math.floor(Date.now() / 1000));
      if (CHARACTERS[letter] !== undefined) return CHARACTERS[letter];
      // What comes of the machine is not expanded again.
      return describe(shell, letter)?.replace(/[$`"\\]/g, "\\$&") ?? (letter === "$" ? dollar(shell) : whole);
    },
  );
  return expandText(
    shell,
    makeWord([{ kind: "double", parts: readDoubleQuotedParts(openScript(decoded), "heredoc") }]),
  );
}

function dollar(shell: Shell): string {
  return shell.sys.uid === 0 ? "#" : "\\$";
}

function describe(shell: Shell, letter: string): string | undefined {
  const { vars } = shell;
  switch (letter) {
    case "h":
      return (vars.get("HOSTNAME") ?? "").split(".")[0];
    case "H":
      return vars.get("HOSTNAME") ?? "";
    case "u":
      return shell.sys.uid === 0 ? "root" : (vars.get("USER") ?? "user");
    case "w":
    case "W": {
      const directory = vars.get("PWD") ?? "";
      const home = tildeText(shell, "");
      const short =
        directory === home || directory.startsWith(`${home}/`) ? `~${directory.slice(home.length)}` : directory;
      return letter === "w" ? short : short.slice(short.lastIndexOf("/") + 1) || short;
    }
    case "s":
      return shell.name.replace(/^.*\//, "");
    case "v":
      return "5.2";
    case "V":
      return "5.2.15";
    case "j":
      return String(shell.jobs.filter((job) => !isDone(job)).length);
    case "l":
      return "tty";
    case "!":
    case "#":
      return "1";
  }
  return undefined;
}
