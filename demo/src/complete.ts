// Completion with Tab: which word stands before the cursor, where to look for it, and what to put in. Pure: terminal.ts
// does the looking.

export interface Wanted {
  /** The directory to list, as typed; empty for the current one. */
  directory: string;
  /** How the names begin. */
  prefix: string;
  /** The word is the command's name, and no path: look in PATH. */
  isCommand: boolean;
}

export interface Candidate {
  name: string;
  isDirectory: boolean;
}

export interface Completion {
  /** Text to put in at the cursor; may be empty. */
  insert: string;
  /** What to choose from, when there is more than one. */
  choices: string[];
}

export function wantedAt(text: string, cursor: number): Wanted {
  const before = text.slice(0, cursor);
  const word = /(?:\\.|[^\s\\|&;<>()'"=])*$/.exec(before)?.[0] ?? "";
  const plain = word.replace(/\\(.)/g, "$1");
  const slash = plain.lastIndexOf("/");
  const lead = before.slice(0, before.length - word.length).trimEnd();
  return {
    directory: plain.slice(0, slash + 1),
    prefix: plain.slice(slash + 1),
    isCommand: slash < 0 && (lead === "" || /[|&;(\n]$/.test(lead)),
  };
}

export function complete(wanted: Wanted, candidates: Candidate[]): Completion {
  const fitting = candidates
    .filter(({ name }) => name.startsWith(wanted.prefix) && (wanted.prefix !== "" || !name.startsWith(".")))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (fitting.length === 0) return { insert: "", choices: [] };
  if (fitting.length === 1) {
    const [{ name, isDirectory }] = fitting;
    return { insert: escaped(name.slice(wanted.prefix.length)) + (isDirectory ? "/" : " "), choices: [] };
  }
  let shared = fitting[0].name;
  for (const { name } of fitting) while (!name.startsWith(shared)) shared = shared.slice(0, -1);
  return {
    insert: escaped(shared.slice(wanted.prefix.length)),
    choices: fitting.map(({ name, isDirectory }) => name + (isDirectory ? "/" : "")),
  };
}

function escaped(text: string): string {
  return text.replace(/[^\w@%+=:,./~-]/gu, "\\$&");
}
