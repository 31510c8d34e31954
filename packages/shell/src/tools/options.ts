// Options as getopt_long reads them: short ones bundled, long ones abbreviated, operands anywhere, "--" ends them. The table of
// options is the help text itself, one source for both. Pure: no System, no streams.

/** What is wrong with a command line, in getopt_long's words, without the tool's name. */
export class UsageError extends Error {
  /** The exit status, where it is not the tool's usual one for wrong usage. */
  status: number | undefined;
  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

interface Known {
  /** The option's first spelling without dashes: what the parsed result calls it. */
  key: string;
  argument: "none" | "required" | "optional";
}

export interface OptionTable {
  short: Map<string, Known>;
  long: Map<string, Known>;
}

export interface ParseRules {
  /** Stop at the first operand (env, xargs, timeout): the rest belongs to another command. */
  inOrder?: boolean;
  /** Words that start with "-" and are operands all the same, such as the number in `seq -1 5`. */
  operandLike?: RegExp;
}

/**
 * Reads the table out of help lines such as `-n, --lines=NUM  print NUM lines`, `--color[=WHEN]`, `-s, --squeeze`. A line's options
 * end at two spaces. An indented line without a leading dash is prose.
 */
export function optionTable(help: string): OptionTable {
  const table: OptionTable = { short: new Map(), long: new Map() };
  for (const line of help.split("\n")) {
    const column = line.trimStart().split("  ", 1)[0];
    if (!column.startsWith("-")) continue;
    const spellings = column.split(", ").map((text) => /^(--?)([^\s=[]+|\[|=)(.*)$/.exec(text)!);
    const key = spellings[0][2];
    const required = spellings.some(([, , , rest]) => rest !== "" && !rest.startsWith("["));
    for (const [, dashes, name, rest] of spellings) {
      // "-i, --interactive[=WHEN]": the long spelling alone takes the optional argument.
      const argument = rest.startsWith("[") ? "optional" : required ? "required" : "none";
      (dashes === "-" ? table.short : table.long).set(name, { key, argument });
    }
  }
  return table;
}

/** A parsed command line: the options in order, and the operands. */
export class Options {
  readonly list: { key: string; value: string | undefined }[] = [];
  readonly operands: string[] = [];

  has(key: string): boolean {
    return this.list.some((option) => option.key === key);
  }

  /** The value of the last such option; undefined when it is absent or has none. */
  value(key: string): string | undefined {
    return this.list.findLast((option) => option.key === key)?.value;
  }

  values(key: string): string[] {
    return this.list.filter((option) => option.key === key).map((option) => option.value ?? "");
  }

  /** Which of these options came last: they override one another. */
  last(...keys: string[]): string | undefined {
    return this.list.findLast((option) => keys.includes(option.key))?.key;
  }
}

/** Parses the words behind the tool's name. Throws UsageError. */
export function parseOptions(words: string[], table: OptionTable, rules: ParseRules = {}): Options {
  const options = new Options();
  let i = 0;
  for (; i < words.length; i++) {
    const word = words[i];
    if (word === "--") {
      i++;
      break;
    }
    if (word[0] !== "-" || word === "-" || rules.operandLike?.test(word)) {
      if (rules.inOrder) break;
      options.operands.push(word);
    } else if (word.startsWith("--")) {
      const equals = word.indexOf("=");
      const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
      const known = findLong(name, table);
      let value = equals < 0 ? undefined : word.slice(equals + 1);
      const full = longName(known.name);
      if (known.option.argument === "none" && value !== undefined) {
        throw new UsageError(`option '${full}' doesn't allow an argument`);
      }
      if (known.option.argument === "required" && value === undefined) {
        if (i + 1 >= words.length) throw new UsageError(`option '${full}' requires an argument`);
        value = words[++i];
      }
      options.list.push({ key: known.option.key, value });
      // These two answer at once, whatever follows.
      if (known.option.key === "help" || known.option.key === "version") return options;
    } else {
      for (let at = 1; at < word.length; at++) {
        const letter = String.fromCodePoint(word.codePointAt(at)!);
        const option = table.short.get(letter);
        if (!option) throw new UsageError(`invalid option -- '${letter}'`);
        if (option.argument === "none") {
          options.list.push({ key: option.key, value: undefined });
          continue;
        }
        let value: string | undefined = word.slice(at + 1);
        if (value === "") {
          if (option.argument === "optional") value = undefined;
          else if (i + 1 >= words.length) throw new UsageError(`option requires an argument -- '${letter}'`);
          else value = words[++i];
        }
        options.list.push({ key: option.key, value });
        break;
      }
    }
  }
  for (; i < words.length; i++) options.operands.push(words[i]);
  return options;
}

const longName = (name: string) => `--${name}`;

/** The option of that name, or the only one that starts with it. */
function findLong(name: string, table: OptionTable): { name: string; option: Known } {
  const exact = table.long.get(name);
  if (exact) return { name, option: exact };
  const candidates = [...table.long].filter(([known]) => known.startsWith(name));
  if (candidates.length === 0) throw new UsageError(`unrecognized option '--${name}'`);
  const [first] = candidates;
  if (candidates.some(([, option]) => option.key !== first[1].key)) {
    const possible = candidates.map(([known]) => `'--${known}'`).join(" ");
    throw new UsageError(`option '--${name}' is ambiguous; possibilities: ${possible}`);
  }
  return { name: first[0], option: first[1] };
}

/**
 * Picks a word out of a fixed list, abbreviations allowed (`--color=alw`), as GNU's argmatch does. Each group is a word and its
 * synonyms, "always,yes,force"; the first one is the result.
 * Throws UsageError with the list of valid ones.
 */
export function chooseWord(given: string, option: string, groups: string[]): string {
  const words = groups.map((group) => group.split(","));
  const exact = words.find((group) => group.includes(given));
  if (exact) return exact[0];
  const candidates = words.filter((group) => group.some((word) => word.startsWith(given)));
  if (candidates.length === 1 && given !== "") return candidates[0][0];
  const kind = candidates.length > 1 ? "ambiguous" : "invalid";
  const valid = words.map((group) => `  - ${group.map((word) => `'${word}'`).join(", ")}`).join("\n");
  throw new UsageError(`${kind} argument '${given}' for '${option}'\nValid arguments are:\n${valid}`, 1);
}
