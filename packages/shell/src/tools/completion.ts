// complete, compgen, compopt: what may stand where, as scripts define and ask it. Builtins that come with the tools; they reach
// the shell through what late.ts hands them.

import type { Completion, LateBuiltin } from "../builtins/late.ts";
import type { Shell } from "../execute/shell.ts";
import { quoteAlways } from "../expand/quote.ts";
import { generate } from "./completion-words.ts";

const LETTERS: Record<string, string> = {
  a: "alias",
  b: "builtin",
  c: "command",
  d: "directory",
  e: "export",
  f: "file",
  g: "group",
  j: "job",
  k: "keyword",
  s: "service",
  u: "user",
  v: "variable",
};
const ACTIONS = [
  ...Object.values(LETTERS),
  "arrayvar",
  "binding",
  "disabled",
  "enabled",
  "function",
  "helptopic",
  "hostname",
  "running",
  "setopt",
  "shopt",
  "signal",
  "stopped",
];
const OPTIONS = ["bashdefault", "default", "dirnames", "filenames", "noquote", "nosort", "nospace", "plusdirs"];

interface Parsed {
  completion: Completion;
  rest: string[];
  flags: Set<string>;
}

function parseSpecification(shell: Shell, argv: string[], flags: string): Parsed | number {
  const completion: Completion = {
    actions: [],
    options: [],
    wordList: null,
    globPattern: null,
    functionName: null,
    command: null,
    filter: null,
    prefix: "",
    suffix: "",
  };
  const seen = new Set<string>();
  const set: Record<string, (value: string) => string | null> = {
    A: (value) => {
      if (!ACTIONS.includes(value)) return `${value}: invalid action name`;
      completion.actions.push(value);
      return null;
    },
    o: (value) => {
      if (!OPTIONS.includes(value)) return `${value}: invalid option name`;
      completion.options.push(value);
      return null;
    },
    W: (value) => {
      completion.wordList = value;
      return null;
    },
    G: (value) => {
      completion.globPattern = value;
      return null;
    },
    F: (value) => {
      completion.functionName = value;
      return /[$`"'\\;&|<>() \t\n]/.test(value) || value === "" ? `\`${value}': not a valid identifier` : null;
    },
    C: (value) => {
      completion.command = value;
      return null;
    },
    X: (value) => {
      completion.filter = value;
      return null;
    },
    P: (value) => {
      completion.prefix = value;
      return null;
    },
    S: (value) => {
      completion.suffix = value;
      return null;
    },
  };
  let at = 1;
  for (; at < argv.length && /^-./.test(argv[at]); at++) {
    const word = argv[at];
    if (word === "--") {
      at++;
      break;
    }
    for (let i = 1; i < word.length; i++) {
      const letter = word[i];
      if (LETTERS[letter]) completion.actions.push(LETTERS[letter]);
      else if (flags.includes(letter)) seen.add(letter);
      else if (set[letter]) {
        const value = i + 1 < word.length ? word.slice(i + 1) : argv[++at];
        const error = value === undefined ? `-${letter}: option requires an argument` : set[letter](value);
        if (error !== null) {
          shell.complain(`${argv[0]}: ${error}`);
          return value === undefined || letter === "A" || letter === "o" ? 2 : 1;
        }
        break;
      } else {
        shell.complain(`${argv[0]}: -${letter}: invalid option`);
        const names =
          "[-abcdefgjksuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix]";
        shell.report(
          `${argv[0]}: usage: ${argv[0]} ${argv[0] === "complete" ? "[-abcdefgjksuv] [-pr] [-DEI] " : ""}${names} ${argv[0] === "complete" ? "[name ...]" : "[word]"}\n`,
        );
        return 2;
      }
    }
  }
  return { completion, rest: argv.slice(at), flags: seen };
}

export const compgen: LateBuiltin = async (shell, argv, kit) => {
  const parsed = parseSpecification(shell, argv, "");
  if (typeof parsed === "number") return parsed;
  const { completion, rest } = parsed;
  if (completion.functionName)
    shell.report(`${shell.place()}: compgen: warning: -F option may not work as you expect\n`);
  if (completion.command) shell.report(`${shell.place()}: compgen: warning: -C option may not work as you expect\n`);
  const found = await generate(shell, completion, rest[0] ?? "", kit);
  if (found.length === 0 || found === "again") return 1;
  return shell.write(found.map((each) => `${each}\n`).join(""), "compgen");
};

export const complete: LateBuiltin = (shell, argv) => {
  const parsed = parseSpecification(shell, argv, "prDEI");
  if (typeof parsed === "number") return parsed;
  const { completion, flags, rest } = parsed;
  const names = [
    ...(flags.has("D") ? ["-D"] : []),
    ...(flags.has("E") ? ["-E"] : []),
    ...(flags.has("I") ? ["-I"] : []),
    ...rest,
  ];
  let status = 0;
  if (flags.has("r")) {
    if (names.length === 0) shell.completions.clear();
    for (const name of names) {
      if (shell.completions.delete(name)) continue;
      shell.complain(`complete: ${name}: no completion specification`);
      status = 1;
    }
    return status;
  }
  if (flags.has("p") || argv.length === 1) {
    let text = "";
    for (const name of names.length > 0 ? names : shell.completions.keys()) {
      const known = shell.completions.get(name);
      if (known) text += `${describe(name, known)}\n`;
      else {
        shell.complain(`complete: ${name}: no completion specification`);
        status = 1;
      }
    }
    const written = shell.write(text, "complete");
    return typeof written === "number" ? written || status : written.then((result) => result || status);
  }
  if (names.length === 0) {
    shell.report(
      "complete: usage: complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]\n",
    );
    return 2;
  }
  for (const name of names) shell.completions.set(name, completion);
  return 0;
};

function describe(name: string, completion: Completion): string {
  const words = ["complete", ...completion.options.flatMap((option) => ["-o", option])];
  for (const action of completion.actions) {
    const letter = Object.keys(LETTERS).find((each) => LETTERS[each] === action);
    if (letter) words.push(`-${letter}`);
    else words.push("-A", action);
  }
  const quoted = {
    G: completion.globPattern,
    W: completion.wordList,
    P: completion.prefix || null,
    S: completion.suffix || null,
    X: completion.filter,
    C: completion.command,
  };
  for (const [letter, value] of Object.entries(quoted))
    if (value !== null) words.push(`-${letter}`, quoteAlways(value));
  if (completion.functionName !== null) words.push("-F", completion.functionName);
  return [...words, name].join(" ");
}

/** The completion that runs, which its function may change for this once. */
export const runningCompletions = new WeakMap<Shell, Completion>();

function changeOptions(completion: Completion, changes: [string, boolean][]): void {
  for (const [option, on] of changes) {
    completion.options = completion.options.filter((each) => each !== option);
    if (on) completion.options.push(option);
  }
}

export const compopt: LateBuiltin = (shell, argv) => {
  const words = argv.slice(1);
  const changes: [string, boolean][] = [];
  let names: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === "-o" || word === "+o") {
      const option = words[++i] ?? "";
      if (!OPTIONS.includes(option)) {
        shell.complain(`compopt: ${option}: invalid option name`);
        return 2;
      }
      changes.push([option, word === "-o"]);
    } else if (/^-[DEI]$/.test(word)) names.push(word);
    else if (/^-./.test(word) && word !== "--") {
      shell.complain(`compopt: ${word.slice(0, 2)}: invalid option`);
      shell.report("compopt: usage: compopt [-o|+o option] [-DEI] [name ...]\n");
      return 2;
    } else if (word !== "--") names = [...names, word];
  }
  const running = runningCompletions.get(shell);
  if (names.length === 0 && running) {
    changeOptions(running, changes);
    return 0;
  }
  if (names.length === 0) {
    shell.complain("compopt: not currently executing completion function");
    return 1;
  }
  let status = 0;
  for (const name of names) {
    const known = shell.completions.get(name);
    if (!known) {
      shell.complain(`compopt: ${name}: no completion specification`);
      status = 1;
      continue;
    }
    changeOptions(known, changes);
  }
  return status;
};
