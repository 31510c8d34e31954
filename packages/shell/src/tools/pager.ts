// less, more and man: text a page at a time where stdout is a terminal, and as it is elsewhere.

import { bytesToBinary } from "../stdio.ts";
import { define, eachInput, Failure, type Invocation } from "./define.ts";
import { terminalSize } from "./terminal.ts";

const OPTIONS = `  -F    quit if the whole text fits on one screen
  -R    (ignored)
  -r    (ignored)
  -S    (ignored)
  -X    (ignored)
  -N    print a line number at the beginning of each line
  -n    (ignored)
  -i    (ignored)
  -I    (ignored)
  -e    (ignored)
  -E    (ignored)
  -K    (ignored)
  -M    (ignored)
  -m    (ignored)
  -q    (ignored)
  -Q    (ignored)
  -s    squeeze multiple blank lines into one
  -d    (ignored)
  -f    (ignored)
  -p PATTERN  (ignored)
  -P PROMPT   (ignored)
  -x TABS     (ignored)`;

const pager = (name: string) =>
  define(
    {
      name,
      usage: "[OPTION]... [FILE]...",
      help: `Show text a screen at a time: space for the next, return for a line, q to quit. Without a terminal it is copied as it is.\n\n${OPTIONS}`,
      rewrite: (words) => words.filter((word) => !/^\+/.test(word)),
    },
    async (invocation) => {
      const { options, operands, stdout } = invocation;
      const screen = new Screen(invocation);
      let line = 0;
      let blank = false;
      await eachInput(
        invocation,
        operands,
        async (reader) => {
          const plain = !screen.interactive && !options.has("N") && !options.has("s");
          for (let block = await reader.lines(); block && !screen.quit; block = await reader.lines()) {
            if (plain) {
              await stdout.write(block);
              continue;
            }
            for (const text of bytesToBinary(block).split(/(?<=\n)/)) {
              if (options.has("s") && blank && text === "\n") continue;
              blank = text === "\n";
              await screen.line(options.has("N") ? `${String(++line).padStart(7)} ${text}` : text);
              if (screen.quit) break;
            }
          }
        },
        { open: (path) => path },
      );
    },
  );

export const less = pager("less");
export const more = pager("more");

/** Counts lines, and asks after each screenful. The answers come from stderr's terminal, as stdin may be the text. */
class Screen {
  readonly interactive: boolean;
  quit = false;
  #left: number;
  #page: number;
  #invocation: Invocation;

  constructor(invocation: Invocation) {
    const { sys } = invocation;
    this.#invocation = invocation;
    this.interactive = sys.isatty(1) && sys.isatty(2);
    this.#page = terminalSize(invocation).lines - 1;
    this.#left = this.#page;
  }

  async line(text: string): Promise<void> {
    const { stdout, sys } = this.#invocation;
    if (this.interactive && this.#left === 0) {
      await stdout.flush();
      await stdout.write("\x1b[7m--More--\x1b[m");
      await stdout.flush();
      const key = new Uint8Array(256);
      const count = await sys.block(() => sys.read(2, key, 0, key.length));
      await stdout.write("\r\x1b[K");
      if (count <= 0 || key[0] === 113) {
        this.quit = true;
        return;
      }
      // A line that ends there is one more line; anything else is a page.
      this.#left = count === 1 && key[0] === 10 ? 1 : this.#page;
    }
    this.#left--;
    await stdout.writeBinary(text);
  }
}

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
