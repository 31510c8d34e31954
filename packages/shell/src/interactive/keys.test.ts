// Every key sequence of fixtures/*.json leaves the line, the cursor and the commands run that it leaves in bash 5.2. `log` is what
// the case's commands wrote, and for each C-^ the line and the place of the cursor in it.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { PROMPT, startInteractive } from "./testing.ts";

interface Case {
  /** What is typed; between two of them there is a new prompt. */
  keys: string[];
  /** What is typed at last, so that the line is seen. */
  end?: string;
  setup?: string;
  inputrc?: string;
  files?: Record<string, string>;
  history?: string[];
  log: string;
}

const folder = new URL("./fixtures/", import.meta.url);
const HOME = "/home/user";
const RC = `PS1='${PROMPT}'
HISTFILE=
LOG=~/log
log() { printf '= %s\\n' "$*" >> $LOG; }
probe() { printf '[%s|%d]\\n' "$READLINE_LINE" "$READLINE_POINT" >> $LOG; }
for map in emacs vi-insert vi-command; do bind -m $map -x '"\\C-^": probe'; done
unset map
`;

/** Cases that run at the same time: most of the time of one is waiting. */
const TOGETHER = 24;

for (const file of readdirSync(folder)) {
  const { cases }: { cases: Case[] } = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  const groups: [name: string, group: Case[]][] = [];
  for (let at = 0; at < cases.length; at += TOGETHER) {
    const group = cases.slice(at, at + TOGETHER);
    groups.push([`${at + 1} to ${at + group.length}, from ${JSON.stringify(group[0].keys)}`, group]);
  }
  describe(file, () => {
    test.each(groups)("%s", async (_, group) => {
      const logs = await Promise.all(group.map(run));
      const seen = group.map(({ keys }, i) => ({ keys, log: logs[i] }));
      expect(seen).toEqual(group.map(({ keys, log }) => ({ keys, log })));
    });
  });
}

/** Types the keys of a case into a shell of its own: what it logged. */
async function run(one: Case): Promise<string> {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const history = (one.history ?? []).map((line) => `history -s ${quote(line)}\n`).join("");
  const files = Object.entries(one.files ?? {}).map(([name, text]) => [`${HOME}/${name}`, text]);
  const shell = startInteractive({
    [`${HOME}/.bashrc`]: `${RC}${history}${one.setup ?? ""}\n`,
    ...(one.inputrc === undefined ? {} : { [`${HOME}/.inputrc`]: one.inputrc }),
    ...Object.fromEntries(files),
  });
  const ready = (count: number) => shell.when(() => shell.drawn().split("\x1b[?2004h").length > count);
  const keys = one.keys.with(-1, one.keys.at(-1)! + (one.end ?? "\x1e"));
  const probes = keys.join("").split("\x1e").length - 1;
  let prompts = 0;
  for (const each of keys) {
    await ready(++prompts);
    shell.type(each);
  }
  const log = () => shell.read(`${HOME}/log`);
  await shell.when(
    () =>
      log()
        .split("\n")
        .filter((line) => line.startsWith("[")).length >= probes,
  );
  return log();
}
