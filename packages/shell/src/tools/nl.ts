// nl: numbers the lines of logical pages, each with a header, a body and a footer.

import { ERANGE, strerror } from "@vibengine/system";
import { textToBinary } from "../stdio.ts";
import { define, eachInput, Failure, UsageError } from "./define.ts";
import { lineBlocks } from "./lines.ts";
import { quotePlain } from "./quote.ts";
import { compileRegex } from "./regex.ts";

export const nl = define(
  {
    name: "nl",
    usage: "[OPTION]... [FILE]...",
    help: `Write each FILE to standard output, with line numbers added.

  -b, --body-numbering=STYLE    a (all), t (nonempty, the default), n (none) or pBRE (lines that match)
  -d, --section-delimiter=CC    use CC for logical page delimiters
  -f, --footer-numbering=STYLE  use STYLE for numbering footer lines
  -h, --header-numbering=STYLE  use STYLE for numbering header lines
  -i, --line-increment=NUMBER   line number increment at each line
  -l, --join-blank-lines=NUMBER  group of NUMBER empty lines counted as one
  -n, --number-format=FORMAT    ln (left), rn (right, the default) or rz (right with zeros)
  -p, --no-renumber             do not reset line numbers for each section
  -s, --number-separator=STRING  add STRING after (possible) line number
  -v, --starting-line-number=NUMBER  first line number for each section
  -w, --number-width=NUMBER     use NUMBER columns for line numbers

A line of \\:\\:\\: begins a header, \\:\\: a body, \\: a footer.`,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    const integer = (key: string, what: string, missing: number, least = Number.NEGATIVE_INFINITY) => {
      const text = options.value(key) ?? String(missing);
      const number = /^-?\d+$/.test(text);
      if (!number || Number(text) < least)
        throw new Failure(`invalid ${what}: ${quotePlain(text)}${number ? `: ${strerror(ERANGE)}` : ""}`);
      return Number(text);
    };
    const numbers = (key: string, section: string, missing: string): ((line: string) => boolean) => {
      const style = options.value(key) ?? missing;
      if (!/^(a|t|n|p.*)$/s.test(style))
        throw new UsageError(`invalid ${section} numbering style: ${quotePlain(style)}`);
      if (style === "a") return () => true;
      if (style === "t") return (line) => line !== "";
      if (style === "n") return () => false;
      const regex = compileRegex(style.slice(1), { syntax: "basic" });
      return (line) => regex.test(line);
    };
    const sections = [numbers("h", "header", "n"), numbers("b", "body", "t"), numbers("f", "footer", "n")];
    const format = options.value("n") ?? "rn";
    if (!["ln", "rn", "rz"].includes(format))
      throw new UsageError(`invalid line numbering format: ${quotePlain(format)}`);
    const separator = textToBinary(options.value("s") ?? "\t");
    const step = integer("i", "line number increment", 1);
    const width = integer("w", "line number field width", 6, 1);
    const first = integer("v", "starting line number", 1);
    const group = integer("l", "line number of blank lines", 1, 1);
    const given = textToBinary(options.value("d") ?? "\\:");
    const mark = given.length === 1 ? `${given}:` : given;
    const marks = mark === "" ? [] : [mark.repeat(3), mark.repeat(2), mark];
    const blank = " ".repeat(width + separator.length);
    let number = first;
    let section = 1;
    let empty = 0;
    await eachInput(invocation, operands, async (reader) => {
      for await (const lines of lineBlocks(reader)) {
        let out = "";
        for (const line of lines) {
          const next = marks.indexOf(line);
          if (next >= 0) {
            section = next;
            empty = 0;
            if (!options.has("p")) number = first;
            out += "\n";
            continue;
          }
          empty = line === "" ? empty + 1 : 0;
          // Of a run of empty lines only every group's last counts.
          const counts = sections[section](line) && (line !== "" || empty % group === 0);
          if (!counts) {
            out += `${blank}${line}\n`;
            continue;
          }
          const digits = String(Math.abs(number));
          const sign = number < 0 ? "-" : "";
          const text =
            format === "ln"
              ? (sign + digits).padEnd(width)
              : format === "rz"
                ? sign + digits.padStart(width - sign.length, "0")
                : (sign + digits).padStart(width);
          out += `${text}${separator}${line}\n`;
          number += step;
        }
        await stdout.writeBinary(out);
      }
    });
  },
);
