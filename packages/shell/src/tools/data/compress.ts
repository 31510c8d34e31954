// gzip, bzip2 and xz with their other names: one command line over three codecs, each with its own words for what goes wrong.

import { define, Failure, type Invocation } from "../define.ts";
import { BZIP2, type Family, GZIP, help, type Settings, XZ } from "./compress-families.ts";
import { handle, type Totals } from "./compress-file.ts";
import { listLine } from "./compress-report.ts";

const tool = (name: string, family: Family, implied: string[]) =>
  define({ name, usage: "[OPTION]... [FILE]...", help: help(family) }, (invocation) =>
    run(invocation, family, implied),
  );

export const gzip = tool("gzip", GZIP, []);
export const gunzip = tool("gunzip", GZIP, ["d"]);
export const zcat = tool("zcat", GZIP, ["d", "c"]);
export const bzip2 = tool("bzip2", BZIP2, []);
export const bunzip2 = tool("bunzip2", BZIP2, ["d"]);
export const bzcat = tool("bzcat", BZIP2, ["d", "c"]);
export const xz = tool("xz", XZ, []);
export const unxz = tool("unxz", XZ, ["d"]);
export const xzcat = tool("xzcat", XZ, ["d", "c"]);

async function run(invocation: Invocation, family: Family, implied: string[]): Promise<number> {
  const { options } = invocation;
  const has = (key: string) => options.has(key) || implied.includes(key);
  const level = options.list.findLast(({ key }) => /^\d$/.test(key))?.key;
  const direction = options.last("d", "z", "t", "l");
  const settings: Settings = {
    family,
    decompress: direction ? direction !== "z" : implied.includes("d"),
    toStdout: has("c"),
    test: options.has("t"),
    list: options.has("l"),
    keep: has("k") || has("c") || has("t") || has("l"),
    force: options.has("f"),
    verbose: options.has("v") && !options.has("q"),
    level: Math.max(family === XZ ? 0 : 1, Number(level ?? family.level)),
    suffix: options.value("S") ?? family.suffix,
  };
  if (family === GZIP && settings.suffix === "") throw new Failure("invalid suffix ''");
  const say: Invocation = {
    ...invocation,
    name: family === GZIP ? family.name : invocation.name,
    warn(text, status = 1) {
      const lead = text.startsWith("\n") ? "\n" : "";
      if (!(options.has("q") && status === 2))
        void invocation.stderr.write(`${lead}${this.name}: ${text.slice(lead.length)}\n`);
      // A warning of gzip's or xz's (2) gives way to an error (1); for bzip2 the larger tells more.
      if (family === BZIP2 ? status > invocation.status : status === 1 || invocation.status === 0)
        invocation.status = status;
    },
  };
  const totals: Totals = { count: 0, packed: 0, size: 0 };
  const operands = invocation.operands.length > 0 ? invocation.operands : ["-"];
  for (const name of operands) await handle(say, settings, name, totals);
  if (settings.list && totals.count > 1 && !options.has("q"))
    await invocation.stdout.write(listLine(totals.packed, totals.size, "(totals)", 0));
  return invocation.status;
}
