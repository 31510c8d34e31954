// sed: its command line and where the script comes from. The script's language is sed-parse.ts, the machine sed-machine.ts.

import { AT_FDCWD, encode, O_CLOEXEC, O_RDONLY, strerror } from "@vibengine/system";
import { isBytewise } from "../locale.ts";
import { bytesToBinary, Reader, textToBinary } from "../stdio.ts";
import { define, Failure, type Invocation, UsageError } from "./define.ts";
import { Machine } from "./sed-machine.ts";
import { parseScript } from "./sed-parse.ts";

const HELP = `Filter and transform text: run SCRIPT on each line of the input files, or of standard input.

  -n, --quiet, --silent       suppress automatic printing of pattern space
  -e, --expression=SCRIPT     add the script to the commands to be executed
  -f, --file=FILE             add the contents of FILE to the commands to be executed
  -E, -r, --regexp-extended   use extended regular expressions in the script
  -i[SUFFIX], --in-place[=SUFFIX]  edit files in place (makes backup if SUFFIX supplied)
  -l, --line-length=N         specify the desired line-wrap length for the \`l' command
      --posix                 (ignored)
  -b, --binary                (ignored)
  -s, --separate              consider files as separate rather than as a single continuous stream
  -u, --unbuffered            flush the output after every block of input
  -z, --null-data             separate lines by NUL characters

If no -e or -f is given, the first operand is the script.`;

export const sed = define(
  {
    name: "sed",
    usage: "[OPTION]... {SCRIPT} [FILE]...",
    help: HELP,
    hint: "Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\nTry 'sed --help' for more information.",
  },
  async (invocation) => {
    const { options, operands } = invocation;
    const pieces: string[] = [];
    for (const { key, value } of options.list) {
      if (key === "e") pieces.push(textToBinary(value!));
      else if (key === "f") pieces.push(await readScript(invocation, value!));
    }
    if (pieces.length === 0) {
      const script = operands.shift();
      if (script === undefined) throw new UsageError("no script specified");
      pieces.push(textToBinary(script));
    }
    if (options.has("i") && operands.length === 0) throw new Failure("no input files");
    const { commands, quiet } = parseScript(
      pieces.join("\n"),
      options.has("E"),
      options.has("z"),
      isBytewise((name) => invocation.env.get(name)),
    );
    const machine = new Machine(invocation, commands, quiet || options.has("n"));
    return machine.run();
  },
);

async function readScript({ sys, stdin }: Invocation, name: string): Promise<string> {
  if (name === "-") return bytesToBinary(await stdin.readAll()).replace(/\n$/, "");
  const fd = sys.open(AT_FDCWD, encode(name), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) throw new Failure(`couldn't open file ${name}: ${strerror(fd)}`);
  const text = bytesToBinary(await new Reader(sys, fd).readAll());
  sys.close(fd);
  return text.replace(/\n$/, "");
}
