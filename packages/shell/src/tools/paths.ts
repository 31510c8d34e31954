// pathchk and whereis: names, and where they lead.

import { encode } from "@vibengine/system";
import { define, UsageError } from "./define.ts";
import { isDir, stat } from "./files.ts";
import { findProgram } from "./programs.ts";
import { quote, quotePlain } from "./quote.ts";

export const pathchk = define(
  {
    name: "pathchk",
    usage: "[OPTION]... NAME...",
    help: `Diagnose invalid or unportable file names.

  -p                  check for most POSIX systems
  -P                  check for empty names and leading "-"
      --portability   check for all POSIX systems (equivalent to -p -P)`,
  },
  async (invocation) => {
    const { options, operands, sys } = invocation;
    if (operands.length === 0) throw new UsageError("missing operand");
    const strict = options.has("p") || options.has("portability");
    const hyphens = options.has("P") || options.has("portability");
    const [longestName, longestPath] = strict ? [14, 256] : [255, 4096];
    for (const name of operands) {
      const parts = name.split("/").filter((part) => part !== "");
      const bad = strict ? /[^A-Za-z0-9._/-]/u.exec(name) : null;
      const long = parts.find((part) => encode(part).length > longestName);
      if (hyphens && parts.some((part) => part.startsWith("-")))
        invocation.warn(`leading '-' in a component of file name ${quote(name)}`);
      else if (name === "" && (strict || hyphens)) invocation.warn("empty file name");
      else if (name === "") invocation.warn(`${quotePlain("")}: No such file or directory`);
      else if (bad) invocation.warn(`nonportable character ${quotePlain(bad[0])} in file name ${quote(name)}`);
      else if (encode(name).length >= longestPath)
        invocation.warn(
          `limit ${longestPath - 1} exceeded by length ${encode(name).length} of file name ${quote(name)}`,
        );
      else if (long !== undefined)
        invocation.warn(
          `limit ${longestName} exceeded by length ${encode(long).length} of file name component ${quote(long)}`,
        );
      else if (!strict) {
        for (let i = 1; i < parts.length; i++) {
          const parent = (name.startsWith("/") ? "/" : "") + parts.slice(0, i).join("/");
          const found = stat(sys, parent);
          if (typeof found === "number") break;
          if (!isDir(found)) {
            invocation.warn(`${name}: Not a directory`);
            break;
          }
        }
      }
    }
  },
);

export const whereis = define(
  {
    name: "whereis",
    usage: "[options] name...",
    help: `Locate the binary for a command.

  -b    search only for binaries
  -m    (ignored)
  -s    (ignored)
  -u    (ignored)`,
  },
  async ({ operands, sys, stdout }) => {
    if (operands.length === 0) throw new UsageError("not enough arguments");
    for (const name of operands) {
      const { paths } = findProgram(sys, name.slice(name.lastIndexOf("/") + 1), "/usr/bin:/bin:/usr/local/bin", true);
      await stdout.write(`${name}:${[...new Set(paths)].map((path) => ` ${path}`).join("")}\n`);
    }
  },
);
