// awk: its command line; the language is in ../awk. A program is parsed, made into instructions, and run until it ends.

import { AT_FDCWD, encode, O_CLOEXEC, O_RDONLY, strerror } from "@vibengine/system";
import { STOP } from "../awk/emitter.ts";
import { Instructions } from "../awk/instructions.ts";
import { AwkSyntaxError, unescapeString } from "../awk/lexer.ts";
import { Machine } from "../awk/machine.ts";
import { SPECIAL } from "../awk/parse-names.ts";
import { parseProgram } from "../awk/parser.ts";
import { AwkError, AwkFileError } from "../awk/values.ts";
import { binaryToText, bytesToBinary, Reader, textToBinary } from "../stdio.ts";
import { define, Failure, type Invocation, UsageError } from "./define.ts";

export const awk = define(
  {
    name: "awk",
    usage: "[OPTION]... 'PROGRAM' [FILE]...\n[OPTION]... -f PROGFILE [FILE]...",
    help: `Run PROGRAM, pattern { action } rules, on the records of each FILE, or of standard input.

  -f, --file=PROGFILE           read the program from PROGFILE
  -F, --field-separator=FS      use FS between fields
  -v, --assign=VAR=VAL          set the variable VAR before the program begins
  -e, --source=PROGRAM          use PROGRAM as program text
  -b, --characters-as-bytes     (ignored)
  -c, --traditional             (ignored)
  -E, --exec=PROGFILE           like -f
  -i, --include=FILE            read FILE before the program; 'inplace' edits files in place
  -M, --bignum                  (ignored)
  -N, --use-lc-numeric          (ignored)
  -n, --non-decimal-data        (ignored)
  -O, --optimize                (ignored)
  -P, --posix                   (ignored)
  -r, --re-interval             (ignored)
  -s, --no-optimize             (ignored)
  -S, --sandbox                 (ignored)

Functions: length substr index split sub gsub gensub match sprintf tolower toupper sin cos atan2 exp log sqrt int rand srand
system close fflush systime strftime mktime asort asorti patsplit strtonum and or xor lshift rshift compl typeof isarray`,
    inOrder: true,
    hint: "Usage: awk [POSIX or GNU style options] -f progfile [--] file ...\nUsage: awk [POSIX or GNU style options] [--] 'program' file ...\nTry 'awk --help' for more information.",
  },
  async (invocation) => {
    const { options, operands } = invocation;
    const pieces: string[] = [];
    for (const { key, value } of options.list) {
      if (key === "f" || key === "E") pieces.push(await readProgram(invocation, value!));
      else if (key === "e") pieces.push(textToBinary(value!));
      else if (key === "i") throw new Failure(`cannot include ${value}`, 2);
    }
    if (pieces.length === 0) {
      const program = operands.shift();
      if (program === undefined) throw new UsageError("");
      pieces.push(textToBinary(program));
    }
    let machine: Machine | null = null;
    try {
      const program = parseProgram(pieces.join("\n"));
      for (const warning of program.warnings) invocation.warn(`cmd. line:1: warning: ${binaryToText(warning)}`, 0);
      machine = new Machine(invocation, program.globals);
      machine.load(["awk", ...operands]);
      const separator = options.value("F");
      if (separator !== undefined) {
        machine.setSeparator("FS", unescapeString(textToBinary(separator)));
      }
      for (const text of options.values("v")) {
        const match = /^([A-Za-z_][A-Za-z0-9_]*)=([^]*)$/.exec(text);
        if (!match) throw new AwkError(`\`${text}' argument to \`-v' not in \`var=value' form`);
        if (!SPECIAL.has(match[1]) && !machine.names.has(match[1])) continue;
        machine.assign(match[1], textToBinary(match[2]));
      }
      await run(machine, new Instructions(program, machine));
      await machine.flushOutput();
      await machine.streams.closeAll();
      return machine.exitStatus;
    } catch (error) {
      if (error instanceof AwkSyntaxError) {
        throw new Failure(`cmd. line:${error.line}: ${binaryToText(error.message)}`, 1);
      }
      if (!(error instanceof AwkError)) throw error;
      if (machine) {
        await machine.flushOutput();
        await machine.streams.closeAll();
      }
      if (error instanceof AwkFileError) throw new Failure(`fatal: ${binaryToText(error.message)}`, 2);
      const where =
        machine && machine.nr > 0 ? `(FILENAME=${binaryToText(machine.filename || "-")} FNR=${machine.fnr}) ` : "";
      throw new Failure(`cmd. line:1: ${where}fatal: ${binaryToText(error.message)}`, 2);
    }
  },
);

async function run(machine: Machine, { code, begin, beginFile, endFile }: Instructions): Promise<void> {
  const from = async (place: number): Promise<void> => {
    for (let at = place; at !== STOP; ) {
      while (at >= 0) at = code[at]();
      if (at !== STOP) at = await machine.pending!;
    }
  };
  if (beginFile >= 0 || endFile >= 0) {
    machine.onFile = async (which) => {
      const place = which === "begin" ? beginFile : endFile;
      if (place >= 0) await from(place);
    };
  }
  await from(begin);
}

async function readProgram({ sys, stdin }: Invocation, name: string): Promise<string> {
  if (name === "-" || name === "/dev/stdin") return bytesToBinary(await stdin.readAll());
  const fd = sys.open(AT_FDCWD, encode(name), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) throw new Failure(`fatal: cannot open source file \`${name}' for reading: ${strerror(fd)}`, 2);
  const text = bytesToBinary(await new Reader(sys, fd).readAll());
  sys.close(fd);
  return text;
}
