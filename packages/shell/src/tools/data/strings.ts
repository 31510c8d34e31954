// strings: the runs of printable characters in a file.

import { define, eachInput, Failure } from "../define.ts";
import { quote } from "../quote.ts";

export const strings = define(
  {
    name: "strings",
    usage: "[option(s)] [file(s)]",
    help: `Display printable strings in [file(s)] (stdin by default)

  -a, --all                 scan the entire file (the default)
  -d, --data                (same as -a)
  -f, --print-file-name     print the name of the file before each string
  -n, --bytes=MIN           print any sequence of at least MIN characters (default 4)
  -t, --radix=RADIX         print the location of the string in base 8 (o), 10 (d) or 16 (x)
  -o                        an alias for --radix=o
  -w, --include-all-whitespace  include all whitespace as valid string characters
  -e, --encoding=ENCODING   s = 7-bit, S = 8-bit, {b,l} = 16-bit, {B,L} = 32-bit
  -s, --output-separator=STRING  string used to separate strings in output`,
    rewrite: (words) => words.map((word) => word.replace(/^-(\d+)$/, "-n$1")),
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    const least = Number(options.value("n") ?? 4);
    if (!Number.isInteger(least) || least < 1) throw new Failure(`invalid minimum string length ${options.value("n")}`);
    const radix = options.last("t", "o") === "o" ? "o" : options.value("t");
    const encoding = options.value("e") ?? "s";
    const unit = "bl".includes(encoding) ? 2 : "BL".includes(encoding) ? 4 : 1;
    const big = "bB".includes(encoding);
    const eight = encoding === "S";
    const wide = options.has("w");
    const end = options.value("s") ?? "\n";
    const printable = (code: number) =>
      (code >= 32 && code < 127) ||
      code === 9 ||
      (eight && code >= 128 && code < 256) ||
      (wide && code >= 10 && code <= 13);
    await eachInput(
      invocation,
      operands,
      async (reader, name) => {
        const label = options.has("f") ? `${name === "-" ? "{standard input}" : name}: ` : "";
        const address = (at: number) =>
          radix === undefined ? "" : `${at.toString({ o: 8, d: 10, x: 16 }[radix] ?? 10).padStart(7)} `;
        let text = "";
        let start = 0;
        let offset = 0;
        let held: number[] = [];
        const finish = () => {
          const found = text.length >= least ? `${label}${address(start)}${text}${end}` : "";
          text = "";
          return found;
        };
        for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
          let out = "";
          for (const byte of chunk) {
            let code = byte;
            offset++;
            if (unit > 1) {
              held.push(byte);
              if (held.length < unit) continue;
              const bytes: number[] = big ? held : [...held].reverse();
              code = bytes.reduce((sum, one) => sum * 256 + one, 0);
              if (!printable(code)) {
                // Not aligned, perhaps: look again from the next byte.
                out += finish();
                held = held.slice(1);
                continue;
              }
              held = [];
            }
            if (printable(code)) {
              if (text === "") start = offset - unit;
              text += String.fromCharCode(code);
            } else if (text !== "") out += finish();
          }
          await stdout.writeBinary(out);
        }
        await stdout.writeBinary(finish());
      },
      { open: (name) => quote(name) },
    );
  },
);
