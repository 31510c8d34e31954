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

for (const file of readdirSync(folder)) {
  const { cases }: { cases: Case[] } = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  describe(file, () => {
    test.each(cases.map((one) => [JSON.stringify(one.keys), one] as const))("%s", async (_, one) => {
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
        log,
      );
      expect(log()).toBe(one.log);
    });
  });
}
