// The words that a completion offers: those of -A actions, of a list of words, of functions and globs.

import type { Completion, LateKit } from "../builtins/late.ts";
import type { Shell } from "../execute/shell.ts";
import { signalName } from "../execute/signals.ts";
import { quoteAlways } from "../expand/quote.ts";
import { compilePattern, matches } from "../pattern.ts";
import { RESERVED } from "./describe-command.ts";

/** A variable's flag, as variables.ts has it. */
const EXPORT = 1;
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

export async function generate(shell: Shell, completion: Completion, word: string, kit: LateKit): Promise<string[]> {
  let found: string[] = [];
  for (const action of completion.actions) found.push(...actionWords(shell, action, word, kit));
  if (completion.globPattern !== null) found.push(...kit.glob(shell, completion.globPattern));
  if (completion.wordList !== null) {
    const words = await splitWordList(shell, completion.wordList, kit);
    found.push(...words.filter((each) => each.startsWith(word)));
  }
  const definition = completion.functionName === null ? undefined : shell.functions.get(completion.functionName);
  if (completion.functionName !== null && definition === undefined)
    shell.complain(`compgen: ${completion.functionName}: command not found`);
  if (definition) {
    shell.vars.table.delete("COMPREPLY");
    shell.vars.writable("COMP_WORDS").list = [];
    shell.vars.set("COMP_CWORD", "-1");
    shell.vars.set("COMP_LINE", "");
    shell.vars.set("COMP_POINT", "0");
    await kit.callFunction(shell, definition, [definition.name, "compgen", word, ""]);
    found.push(...shell.vars.elements("COMPREPLY", false));
    for (const name of ["COMPREPLY", "COMP_WORDS", "COMP_CWORD", "COMP_LINE", "COMP_POINT"])
      shell.vars.table.delete(name);
  }
  if (completion.command !== null) {
    const output = await kit.substitute(shell, kit.parse(`${completion.command} '' ${quoteAlways(word)} ''`));
    found.push(...output.text.split("\n").filter((line) => line !== ""));
  }
  if (completion.filter !== null) {
    const negated = completion.filter.startsWith("!");
    const source = completion.filter.slice(negated ? 1 : 0).replace(/\\?&/g, (text) => (text === "&" ? word : "&"));
    const pattern = compilePattern(source, true);
    found = found.filter((each) => matches(pattern, each) === negated);
  }
  if (completion.options.includes("plusdirs") || (completion.options.includes("dirnames") && found.length === 0))
    found.push(...fileNames(shell, word, true, kit));
  if (found.length === 0 && (completion.options.includes("default") || completion.options.includes("bashdefault")))
    found.push(...fileNames(shell, word, false, kit));
  return found.map((each) => completion.prefix + each + completion.suffix);
}

/** A word list is expanded as words are, without globs, and split at IFS. */
async function splitWordList(shell: Shell, source: string, kit: LateKit): Promise<string[]> {
  if (!/["'\\$`]/.test(source)) {
    const collector = new kit.Collector(shell, "fields");
    collector.split(source);
    const { noglob } = shell.options;
    shell.options.noglob = true;
    collector.end();
    shell.options.noglob = noglob;
    return collector.fields;
  }
  // What is special to commands, but not to words, stands for itself; characters of IFS part words.
  const { source: ifs } = shell.separators;
  const text = source.replace(PIECES, (piece) => {
    if (piece.length > 1) return piece;
    if (ifs.includes(piece)) return " ";
    if (piece === "\n") return "$'\\n'";
    return /[\s|&;()<>*?[\]~#{}!]/.test(piece) ? `\\${piece}` : piece;
  });
  try {
    const { command } = kit.parse(`: ${text}`).items[0];
    return command.kind === "simple" ? (await kit.expandWords(shell, command.words)).slice(1) : [];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    shell.complain(/\$\{[^}]*$/.test(source) ? `${source}: bad substitution` : error.message);
    return [];
  }
}

/** What is quoted or expanded, as a whole; else a character. */
const PIECES = /\\[^]|\$\(\(.*?\)\)|\$\((?:[^()]|\([^()]*\))*\)|\$\{[^}]*\}?|`[^`]*`|'[^']*'|"(?:\\[^]|[^"\\])*"|[^]/gs;

function actionWords(shell: Shell, action: string, word: string, kit: LateKit): string[] {
  const { builtins, optionNames } = kit;
  const start = (names: Iterable<string>) => [...names].filter((name) => name.startsWith(word));
  const { vars } = shell;
  switch (action) {
    case "alias":
      return start([...shell.aliases.keys()].sort());
    case "arrayvar":
      return start(
        [...vars.table]
          .filter(([, variable]) => variable.list || variable.map)
          .map(([name]) => name)
          .sort(),
      );
    case "builtin":
    case "helptopic":
      return start([...builtins.keys()].sort());
    case "enabled":
      return start([...builtins.keys()].filter((name) => !shell.disabledBuiltins.has(name)).sort());
    case "disabled":
      return start([...shell.disabledBuiltins].sort());
    case "command":
      return [
        ...start(shell.aliases.keys()),
        ...start(RESERVED),
        ...start([...shell.functions.keys()].sort()),
        ...start(builtins.keys()),
        ...start(
          new Set(
            (vars.get("PATH") ?? "")
              .split(":")
              .flatMap((path) => names(shell, path || ".", kit).map(({ name }) => name)),
          ),
        ),
      ];
    case "directory":
      return fileNames(shell, word, true, kit);
    case "export":
      return start(
        [...vars.table]
          .filter(([, variable]) => (variable.flags & EXPORT) !== 0)
          .map(([name]) => name)
          .sort(),
      );
    case "file":
      return fileNames(shell, word, false, kit);
    case "function":
      return start([...shell.functions.keys()].sort());
    case "group":
      return start(["root", "user"]);
    case "user":
      return start(["root", "user"]);
    case "hostname":
      return start(["localhost"]);
    case "job":
    case "running":
      return start(shell.jobs.map((job) => job.text.split(" ")[0]));
    case "keyword":
      return start(RESERVED);
    case "setopt":
      return start(optionNames);
    case "shopt":
      return start(Object.keys(shell.shopt));
    case "signal": {
      const all: string[] = [];
      for (let signal = 0; signal <= 102; signal++) {
        const name = signalName(signal);
        if (name !== null) all.push(signal === 0 || signal >= 100 ? name : `SIG${name}`);
      }
      return start(all);
    }
    case "variable":
      return start([...vars.table.keys()].filter((name) => IDENTIFIER.test(name)).sort());
    default:
      return [];
  }
}

/** Paths that begin with `word`. */
function fileNames(shell: Shell, word: string, directoriesOnly: boolean, kit: LateKit): string[] {
  const slash = word.lastIndexOf("/") + 1;
  const directory = word.slice(0, slash);
  const home = shell.vars.get("HOME") ?? "~";
  return names(shell, directory === "" ? "." : directory.replace(/^~(?=\/)/, home), kit)
    .filter(({ name, isDirectory }) => name.startsWith(word.slice(slash)) && (isDirectory || !directoriesOnly))
    .map(({ name }) => directory + name)
    .filter((path) => word.slice(slash).startsWith(".") || !path.slice(slash).startsWith("."))
    .sort();
}

export function names(shell: Shell, directory: string, kit: LateKit): { name: string; isDirectory: boolean }[] {
  return kit
    .list(shell, directory)
    .filter(({ name }) => name !== "." && name !== "..")
    .map(({ name, type }) => ({
      name,
      isDirectory: type === 4 || (type === 10 && kit.exists(shell, `${directory}/${name}`, true)),
    }));
}
