// What PS1 and PS2 become: bash's backslash escapes, then expansions. What stands between \[ and \] takes no room on the
// screen: it is given between \x01 and \x02, as readline has it.

import { toolsForExpansion } from "../builtins/late.ts";
import { isDone } from "../execute/jobs.ts";
import type { Shell } from "../execute/shell.ts";

const VERSION = "5.2";

/** The escapes that are times. In UTC they do without the tools. */
const TIMES: Record<string, string> = { t: "%H:%M:%S", A: "%H:%M", T: "%I:%M:%S", "@": "%I:%M %p", d: "%a %b %d" };

/** The escapes of a prompt. Expansions (`$x`, `$(…)`) are left to the caller; what an escape gave is protected from them. */
export function decodePrompt(shell: Shell, text: string, number: number): string {
  return text.replace(/\\(?:([0-7]{3})|D\{([^}]*)\}|(.))/gs, (whole, octal, format, letter) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
    const now = Date.now() / 1000;
    const timeZone = shell.vars.exported("TZ");
    const time = format === undefined ? timeZone && TIMES[letter] : format || "%X";
    if (time) return toolsForExpansion(shell).parts.formatLocalTime(time, now, timeZone);
    return escape(shell, letter, number, now) ?? whole;
  });
}

function escape(shell: Shell, letter: string, number: number, now: number): string | undefined {
  const { vars } = shell;
  const host = (vars.get("HOSTNAME") ?? "vibengine").replaceAll("$", "\\$");
  switch (letter) {
    case "u":
      return shell.sys.uid === 0 ? "root" : (vars.get("USER") ?? "user");
    case "h":
      return host.split(".")[0];
    case "H":
      return host;
    case "w":
    case "W":
      return directory(shell, letter === "W").replace(/[\\$`"]/g, "\\$&");
    case "$":
      return shell.sys.uid === 0 ? "#" : "\\$";
    case "s":
      return shell.name.split("/").pop();
    case "v":
      return VERSION;
    case "V":
      return `${VERSION}.0`;
    case "j":
      return String(shell.jobs.filter((job) => !isDone(job)).length);
    case "l":
      return shell.sys.ttyname(0).replace("/dev/", "") || "tty";
    case "!":
    case "#":
      return String(number);
    case "t":
      return clock(now).slice(0, 8);
    case "A":
      return clock(now).slice(0, 5);
    case "T":
      return halfDay(now).slice(0, 8);
    case "@":
      return halfDay(now).replace(/:..(?= )/, "");
    case "d":
      return new Date(now * 1000).toUTCString().replace(/(...), (..) (...).*/, "$1 $3 $2");
    case "n":
      return "\n";
    case "r":
      return "\r";
    case "e":
      return "\x1b";
    case "a":
      return "\x07";
    case "[":
      return "\x01";
    case "]":
      return "\x02";
    case "\\":
      return "\\\\";
    default:
      return undefined;
  }
}

/** 17:05:09 */
function clock(now: number): string {
  return new Date(now * 1000).toISOString().slice(11);
}

/** 05:05:09 PM */
function halfDay(now: number): string {
  const time = clock(now);
  const hour = Number(time.slice(0, 2));
  return `${String(hour % 12 || 12).padStart(2, "0")}${time.slice(2, 8)} ${hour < 12 ? "AM" : "PM"}`;
}

/** The working directory with ~ for home. */
function directory(shell: Shell, lastOnly: boolean): string {
  const cwd = shell.vars.get("PWD") ?? "/";
  const home = shell.vars.get("HOME") ?? "";
  if (home.length > 1 && cwd === home) return "~";
  if (lastOnly) return cwd === "/" ? "/" : (cwd.split("/").pop() ?? cwd);
  return home.length > 1 && cwd.startsWith(`${home}/`) ? `~${cwd.slice(home.length)}` : cwd;
}
