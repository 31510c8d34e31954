// Programmable completion at the prompt: the words of the command at the cursor, the specification that is for it, and what that
// offers. As bash has it, with COMP_WORDS and the rest.

import type { Completion, LateKit } from "../../builtins/late.ts";
import type { Shell } from "../../execute/shell.ts";
import type { Candidate, Matches, Quote } from "../complete-line.ts";
import { runningCompletions } from "../completion.ts";
import { type Asked, generate } from "../completion-words.ts";

export const WORD_BREAKS = " \t\n\"'@><=;|&(:";

interface Piece {
  from: number;
  to: number;
}

interface CommandLine {
  from: number;
  /** Words, and runs of what breaks words, that are words of their own. */
  pieces: Piece[];
  /** The quote that is open at the cursor, and where. */
  quote: Quote;
  quotedFrom: number;
}

/** The command that the cursor is in. */
function commandAt(line: string, cursor: number, breaks: string): CommandLine {
  let from = 0;
  let pieces: Piece[] = [];
  let openQuote: Quote = "";
  let quotedFrom = -1;
  let at = 0;
  while (at < line.length) {
    const start = at;
    const character = line[at];
    if (/\s/.test(character)) {
      at++;
      continue;
    }
    if (
      /[;|&(){}`\n]/.test(character) &&
      !(character === "&" && /[<>]/.test(line[at - 1] ?? "")) &&
      !/[{}]\S/.test(line.slice(at, at + 2))
    ) {
      if (at >= cursor) break;
      at++;
      from = at;
      pieces = [];
      continue;
    }
    const isBreak = (each: string) => breaks.includes(each) && !/["'\s;|&(]/.test(each);
    if (isBreak(character)) while (at < line.length && isBreak(line[at])) at++;
    else {
      let quote: Quote = "";
      let opened = -1;
      for (; at < line.length; at++) {
        const each = line[at];
        if (at === cursor) {
          openQuote = quote;
          quotedFrom = opened;
        }
        if (quote !== "") {
          if (each === quote) quote = "";
          else if (each === "\\" && quote === '"') at++;
        } else if (each === "\\") at++;
        else if (each === "'" || each === '"') {
          quote = each;
          opened = at + 1;
        } else if (/[\s;|&()`]/.test(each) || isBreak(each)) break;
      }
      at = Math.min(at, line.length);
      if (at === line.length && cursor === at) {
        openQuote = quote;
        quotedFrom = opened;
      }
    }
    pieces.push({ from: start, to: at });
  }
  while (/^\s/.test(line.slice(from))) from++;
  return { from, pieces, quote: openQuote, quotedFrom };
}

/** What the specification for this place offers; null when there is none. */
export async function programmedMatches(
  shell: Shell,
  kit: LateKit,
  line: string,
  cursor: number,
  type: number,
  key: string,
): Promise<{ matches: Matches; options: string[] } | null> {
  if (!shell.shopt.progcomp || shell.completions.size === 0) return null;
  const breaks = shell.vars.get("COMP_WORDBREAKS") ?? WORD_BREAKS;
  const command = commandAt(line, cursor, breaks);
  let { pieces, from } = command;
  // Assignments in front are not the command's words.
  while (pieces.length >= 2 && /^\w+$/.test(slice(line, pieces[0])) && slice(line, pieces[1]).startsWith("=")) {
    const skipped = pieces[2] && pieces[2].from === pieces[1].to && pieces[2].to < cursor ? 3 : 2;
    if ((pieces[skipped - 1]?.to ?? 0) >= cursor) break;
    pieces = pieces.slice(skipped);
    from = pieces[0]?.from ?? cursor;
  }
  // Between two words it is the next one when that begins just behind, and else one that is not there yet.
  let current = pieces.findIndex((piece) => piece.from <= cursor && cursor <= piece.to);
  if (current < 0) {
    current = pieces.findIndex((piece) => piece.from > cursor);
    if (current < 0) current = pieces.length;
    if (pieces[current]?.from !== cursor + 1)
      pieces = [...pieces.slice(0, current), { from: cursor, to: cursor }, ...pieces.slice(current)];
  }
  const words = pieces.map((piece) => slice(line, piece));
  const piece = pieces[current];
  const isBreak =
    words[current] !== "" && [...words[current]].every((each) => breaks.includes(each) && !/["']/.test(each));
  // `@` begins a host's name, and belongs to what is completed.
  const before = pieces[current - 1];
  const isHost = current > 0 && before.to === piece.from && words[current - 1].endsWith("@");
  const start = isHost
    ? piece.from - 1
    : isBreak || piece.from > cursor
      ? cursor
      : command.quote !== "" && command.quotedFrom > piece.from
        ? command.quotedFrom
        : piece.from;
  const word = line.slice(start, cursor);
  const end = pieces.at(-1)!.to;
  const asked: Asked = {
    words: line.trim() === "" ? [] : words,
    current: line.trim() === "" ? -1 : current,
    line: line.slice(from, Math.max(end, cursor)),
    point: points(line.slice(from, cursor)),
    type,
    key: key.charCodeAt(0),
  };
  const isFirst = current === 0;
  for (let tries = 0; tries < 32; tries++) {
    const found = specification(shell, line.trim() === "" ? "-E" : isFirst ? "-I" : words[0], isFirst);
    if (found === null) return null;
    const initial = line.trim() === "" ? "_EmptycmD_" : "_InitialWorD_";
    const running: Completion = { ...found, options: found.options.slice() };
    const before = runningCompletions.get(shell);
    runningCompletions.set(shell, running);
    let generated: string[] | "again" = [];
    const { status, lastArgument } = shell;
    try {
      await kit.runSafely(shell, async () => {
        generated = await generate(shell, running, word, kit, isFirst ? { ...asked, command: initial } : asked);
        return 0;
      });
    } finally {
      shell.status = status;
      shell.lastArgument = lastArgument;
      if (before) runningCompletions.set(shell, before);
      else runningCompletions.delete(shell);
    }
    if ((generated as string[] | "again") === "again") continue;
    const { options } = running;
    const isFile = options.includes("filenames") || isFileAction(running);
    const names = options.includes("nosort") ? [...new Set(generated)] : [...new Set(generated)].sort();
    const candidates = names.map((name): Candidate => {
      const isDirectory = isFile && kit.exists(shell, name.replace(/^~(?=\/|$)/, shell.vars.get("HOME") ?? "~"), true);
      return { name, suffix: isDirectory ? "/" : options.includes("nospace") ? "" : " " };
    });
    const matches: Matches = {
      from: start,
      wordFrom: start,
      directory: "",
      typed: command.quote === "" && isFile ? unquote(word) : word,
      quote: command.quote,
      isQuoted: isFile && !options.includes("noquote"),
      candidates,
    };
    return { matches, options };
  }
  return null;
}

function isFileAction({ actions, globPattern, options }: Completion): boolean {
  const isPlus = options.includes("plusdirs") || options.includes("dirnames");
  return isPlus || globPattern !== null || actions.includes("file") || actions.includes("directory");
}

function slice(line: string, { from, to }: Piece): string {
  return line.slice(from, to);
}

/** COMP_POINT counts characters. */
function points(text: string): number {
  return [...text].length;
}

function unquote(word: string): string {
  return word.replace(/\\(.)/g, "$1");
}

/** By the command's name, by its last part, or the one for all others. */
function specification(shell: Shell, name: string, isFirst: boolean): Completion | null {
  const { completions } = shell;
  if (isFirst) return completions.get(name) ?? null;
  const plain = name.replace(/["'\\]/g, "");
  return (
    completions.get(plain) ?? completions.get(plain.slice(plain.lastIndexOf("/") + 1)) ?? completions.get("-D") ?? null
  );
}
