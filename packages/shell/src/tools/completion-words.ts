// The words that a completion offers: those of -A actions, of a list of words, of functions and globs.

import type { Word } from "../ast.ts";
import type { Completion, LateKit } from "../builtins/late.ts";
import type { Shell } from "../execute/shell.ts";
import { signalName } from "../execute/signals.ts";
import { quoteAlways } from "../expand/quote.ts";
import { compilePattern, matches } from "../pattern.ts";
import { RESERVED } from "./describe-command.ts";

/** A variable's flag, as variables.ts has it. */
const EXPORT = 1;
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What a completion is asked for with Tab: what functions and commands see of it. */
export interface Asked {
  words: string[];
  current: number;
  line: string;
  point: number;
  /** What stands for the command's name, where that is what is typed. */
  command?: string;
  /** The code of what is to be done: 9 for Tab, 63 for a list, 37 for a menu, 42 to put all in. */
  type: number;
  key: number;
}

const NOTHING_ASKED: Asked = { words: [], current: -1, line: "", point: 0, type: 9, key: 9 };
/** A function's status that says: look for the completion again, it has been defined. */
const AGAIN = 124;
const NAMES = ["COMP_WORDS", "COMP_CWORD", "COMP_LINE", "COMP_POINT", "COMP_TYPE", "COMP_KEY"];

function tell(shell: Shell, asked: Asked, flag: number): void {
  const { vars } = shell;
  const words = vars.writable("COMP_WORDS");
  words.value = undefined;
  words.map = null;
  words.list = asked.words.slice();
  const values = [asked.current, asked.line, asked.point, asked.type, asked.key];
  for (const [i, name] of NAMES.slice(1).entries()) {
    vars.set(name, String(values[i]));
    vars.writable(name).flags |= flag;
  }
}

/** @returns the words, or "again" for a function that has defined the completion anew */
export async function generate(
  shell: Shell,
  completion: Completion,
  word: string,
  kit: LateKit,
  asked: Asked | null = null,
): Promise<string[] | "again"> {
  let found: string[] = [];
  for (const action of completion.actions) found = found.concat(actionWords(shell, action, word, kit));
  if (completion.globPattern !== null) found = found.concat(kit.glob(shell, completion.globPattern));
  if (completion.wordList !== null) {
    const words = await splitWordList(shell, completion.wordList, kit, asked !== null);
    found = found.concat(words.filter((each) => each.startsWith(word)));
  }
  const command = asked?.command ?? asked?.words[0] ?? "compgen";
  const previous = asked?.words[Math.max(0, asked.current - 1)] ?? "";
  const definition = completion.functionName === null ? undefined : shell.functions.get(completion.functionName);
  if (completion.functionName !== null && definition === undefined)
    shell.report(
      `${shell.place()}: ${asked ? "completion: function" : "compgen:"} ${asked ? `\`${completion.functionName}' not found` : `${completion.functionName}: command not found`}\n`,
    );
  if (definition) {
    shell.vars.table.delete("COMPREPLY");
    tell(shell, asked ?? NOTHING_ASKED, 0);
    const status = await kit.callFunction(shell, definition, [definition.name, command, word, previous]);
    found = found.concat(shell.vars.elements("COMPREPLY", false));
    for (const name of ["COMPREPLY", ...NAMES]) shell.vars.table.delete(name);
    if (status === AGAIN && asked) return "again";
  }
  if (completion.command !== null) {
    if (asked) tell(shell, asked, EXPORT);
    const words = asked ? [command, word, previous] : ["", word, ""];
    const output = await kit.substitute(shell, kit.parse(`${completion.command} ${words.map(quoteAlways).join(" ")}`));
    if (asked) for (const name of NAMES) shell.vars.table.delete(name);
    found = found.concat(output.text.split("\n").filter((line) => line !== ""));
  }
  if (completion.filter !== null) {
    const negated = completion.filter.startsWith("!");
    const source = completion.filter.slice(negated ? 1 : 0).replace(/\\?&/g, (text) => (text === "&" ? word : "&"));
    const pattern = compilePattern(source, true);
    found = found.filter((each) => matches(pattern, each) === negated);
  }
  if (completion.options.includes("plusdirs") || (completion.options.includes("dirnames") && found.length === 0))
    found = found.concat(fileNames(shell, word, true, kit));
  if (
    !asked &&
    found.length === 0 &&
    (completion.options.includes("default") || completion.options.includes("bashdefault"))
  )
    found = found.concat(fileNames(shell, word, false, kit));
  return found.map((each) => completion.prefix + each + completion.suffix);
}

/** A word list is expanded as words are, without globs, and split at IFS. At Tab a fault in it only means that it has no words. */
async function splitWordList(shell: Shell, source: string, kit: LateKit, atTab: boolean): Promise<string[]> {
  if (!/["'\\$`]/.test(source)) {
    const collector = new kit.Collector(shell, "fields");
    collector.split(source);
    const { noglob } = shell.options;
    shell.options.noglob = true;
    collector.end();
    shell.options.noglob = noglob;
    return collector.fields;
  }
  let expanded: string[] = [];
  const { noglob } = shell.options;
  const expand = async () => {
    expanded = (await kit.expandWords(shell, parseWords(shell, source, kit))).slice(1);
    return 0;
  };
  shell.options.noglob = true;
  try {
    await (atTab ? kit.runSafely(shell, expand) : expand());
  } finally {
    shell.options.noglob = noglob;
  }
  return expanded;
}

/** The words of a command of a list's words. */
function parseWords(shell: Shell, source: string, kit: LateKit): Word[] {
  try {
    const { command } = kit.parse(`: ${listWords(source, shell.vars.get("IFS") ?? " \t\n").join(" ")}`).items[0];
    return command.kind === "simple" ? command.words : [];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new kit.ShellFault(/\$\{[^}]*$/.test(source) ? `${source}: bad substitution` : error.message);
  }
}

/** The words of a list, split at IFS outside quotes and expansions. What is special to commands alone stands for itself. */
function listWords(source: string, ifs: string): string[] {
  const words: string[] = [];
  let word = "";
  for (let at = 0; at < source.length; ) {
    const whole =
      /^(?:\\[^]|'[^']*(?:'|$)|"(?:\\[^]|[^"\\])*(?:"|$)|`[^`]*`|\$\(\((?:[^()]|\([^()]*\))*\)\)|\$\((?:[^()]|\([^()]*\))*\)|\$\{[^}]*\}?)/.exec(
        source.slice(at),
      )?.[0];
    let here = whole ?? source[at];
    at += here.length;
    // A quote that nothing closes reaches to the end.
    if (/^(?:'[^']*|"(?:\\[^]|[^"\\])*)$/.test(here)) here += here[0];
    if (whole === undefined && ifs.includes(here)) {
      if (word !== "") words.push(word);
      word = "";
    } else word += whole === undefined && /[\s|&;()<>*?[\]~#{}!]/.test(here) ? `\\${here}` : here;
  }
  return word === "" ? words : [...words, word];
}

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
  return names(shell, directory === "" ? "." : directory.replace(/^~(?=\/)/, () => home), kit)
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
