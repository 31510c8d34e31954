// less, more and man: text a page at a time where stdout is a terminal, and as it is elsewhere.

import { bytesToBinary } from "../stdio.ts";
import { define, eachInput, Failure, openInput } from "./define.ts";
import { pageThrough } from "./less.ts";

const OPTIONS = `  -F    quit if the whole text fits on one screen
  -R    show colours as colours
  -S    cut long lines, do not fold them
  -N    a line number at the beginning of each line
  -i    a search for small letters finds capitals too
  -s    squeeze multiple blank lines into one
  +KEYS press these keys at the start: +G, +/pattern
  -X -r -n -I -e -E -K -M -m -q -Q -d -f -J -w -W   (ignored)
  -p PATTERN  start at the pattern
  -P PROMPT -x TABS -j N -b N -h N -y N -z N -k FILE -o FILE -O FILE -t TAG -T FILE   (ignored)`;

const pager = (name: string) =>
  define(
    {
      name,
      usage: "[OPTION]... [FILE]...",
      help: `Show text a screen at a time; h tells the keys. Without a terminal it is copied as it is.\n\n${OPTIONS}`,
      operandLike: /^\+/,
    },
    async (invocation) => {
      const { options, operands, sys, stdout } = invocation;
      const files = operands.filter((word) => !word.startsWith("+"));
      const pattern = options.value("p");
      const start =
        pattern === undefined ? (operands.findLast((word) => word.startsWith("+")) ?? "+").slice(1) : `/${pattern}`;
      const isShown = sys.isatty(1);
      if (isShown) {
        const opened = (file: string) => async () => openInput(invocation, file, (path) => path);
        const names = files.length > 0 ? files : ["-"];
        const wasShown = await pageThrough(invocation, files[0] ?? "", names.map(opened), {
          numbers: options.has("N"),
          chop: options.has("S"),
          raw: options.has("R") || options.has("r"),
          ignoreCase: options.has("i") || options.has("I"),
          squeeze: options.has("s"),
          quitIfOneScreen: options.has("F") || name === "more",
          start,
        });
        if (wasShown) return;
      }
      let line = 0;
      let isBlank = false;
      const isPlain = !options.has("N") && !options.has("s");
      await eachInput(
        invocation,
        files,
        async (reader) => {
          for (let block = await reader.lines(); block; block = await reader.lines()) {
            if (isPlain) {
              await stdout.write(block);
              continue;
            }
            for (const text of bytesToBinary(block).split(/(?<=\n)/)) {
              if (options.has("s") && isBlank && text === "\n") continue;
              isBlank = text === "\n";
              await stdout.writeBinary(options.has("N") ? `${String(++line).padStart(7)} ${text}` : text);
            }
          }
        },
        { open: (path) => path },
      );
    },
  );

export const less = pager("less");
export const more = pager("more");

const manual = (name: string) =>
  define(
    {
      name,
      usage: "[SECTION] PAGE...",
      help: `Show what a program says of itself with --help. For the shell's own commands: help NAME, in the shell.

  -k    (ignored)
  -f    (ignored)
  -P PAGER  (ignored)`,
    },
    async (invocation) => {
      const operands = invocation.operands.filter((word) => !/^\d\w*$/.test(word));
      if (operands.length === 0) {
        void invocation.stderr.write("What manual page do you want?\nFor example, try 'man man'.\n");
        return 1;
      }
      let status = 0;
      for (const page of operands) {
        const { sys } = invocation;
        await invocation.stdout.flush();
        const child = sys.fork();
        if (typeof child === "number") throw new Failure("fork failed");
        const result = /^[\w.+[-]+$/.test(page) ? await invocation.run([page, "--help"], child) : 127;
        if (result !== 127) continue;
        void invocation.stderr.write(`No manual entry for ${page}\n`);
        status = 16;
      }
      return status;
    },
  );

export const man = manual("man");
