// What `set -x` prints: commands, assignments and the heads of compound commands, after PS4.

import type { Assignment } from "../ast.ts";
import { quoteAlways } from "../expand/quote.ts";
import { expandText } from "../expand/words.ts";
import { openScript } from "../parser/parser.ts";
import { makeWord, readDoubleQuotedParts } from "../parser/words.ts";
import type { Evaluated } from "./assign.ts";
import type { Shell } from "./shell.ts";

/** A line of the trace, to BASH_XTRACEFD or stderr. */
export function traceLine(shell: Shell, text: string): void {
  const fd = Number(shell.vars.get("BASH_XTRACEFD") || 2);
  shell.report(`${prefix(shell)}${text}\n`, fd);
}

export function traceCommand(shell: Shell, argv: string[]): void {
  traceLine(shell, argv.map(quoteWord).join(" "));
}

/** `declared`: by a declaration command; an array is shown as it stands in the script otherwise. */
export function traceAssignment(shell: Shell, assignment: Assignment, value: Evaluated, declared = false): void {
  const { name, append, source } = assignment;
  const index = value.key === null ? "" : `[${value.key}]`;
  const shown = value.elements
    ? `(${value.elements.map((element) => (element.index === null ? "" : `[${element.index}]=`) + quoteAlways(element.text)).join(" ")})`
    : value.text === ""
      ? ""
      : quoteWord(value.text);
  traceLine(shell, value.elements && !declared ? source : `${name}${index}${append ? "+" : ""}=${shown}`);
}

export function quoteWord(text: string): string {
  if (text === "") return "''";
  if (text === "'") return "\\'";
  if (/[\x01-\x08\x0b-\x1f\x7f]/.test(text)) return quoteAlways(text);
  return needsQuotes(text) ? `'${text.replaceAll("'", "'\\''")}'` : text;
}

function needsQuotes(text: string): boolean {
  return /[\s'"\\|&;()<>!{}*[?\]^$`\x01-\x1f\x7f,]|^[~#]|[=:]~/.test(text);
}

/** PS4, expanded; its first character is repeated for each level of indirection. */
function prefix(shell: Shell): string {
  const source = shell.vars.get("PS4");
  if (source === undefined) return "";
  const { status, options, replayLog } = shell;
  options.xtrace = false;
  shell.replayLog = null;
  let text = source;
  if (/[$`\\]/.test(source)) {
    try {
      const parts = readDoubleQuotedParts(openScript(source, { line: shell.line }), "heredoc");
      text = expandText(shell, makeWord([{ kind: "double", parts }]));
    } catch {
      // A substitution that has to wait, or bad syntax: it is shown as it stands.
    }
  }
  shell.replayLog = replayLog;
  options.xtrace = true;
  shell.status = status;
  const first = String.fromCodePoint(text.codePointAt(0) ?? 43);
  return first.repeat(shell.indirection) + text;
}
