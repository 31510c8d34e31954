// find's options that stand in the expression: how deep it goes and in which order, what -regex and days mean behind them. True as tests.

import { Failure } from "./define.ts";
import type { Parser } from "./find-expression.ts";
import { quote } from "./quote.ts";
import { parseMoment } from "./time.ts";
import { zoneOf } from "./zone.ts";

const REGEX_TYPES =
  "findutils-default ed emacs gnu-awk grep posix-awk awk posix-basic posix-egrep egrep posix-extended posix-minimal-basic sed".split(
    " ",
  );

/** Sets an option by its name, with its words; false when there is none of that name. */
export function parseOption(parser: Parser, word: string): boolean {
  switch (word) {
    case "-depth":
      parser.context.depthFirst = true;
      return true;
    case "-mount":
    case "-xdev":
      parser.context.oneDevice = true;
      return true;
    case "-daystart": {
      parser.daystart = true;
      const zone = zoneOf(parser.invocation.env.get("TZ"));
      parser.now = parseMoment("tomorrow 00:00", parser.now, zone)?.sec ?? parser.now;
      return true;
    }
    case "-noleaf":
    case "-warn":
    case "-nowarn":
    case "-ignore_readdir_race":
      return true;
    case "-regextype":
      parser.regexType = parser.argument(word);
      if (!REGEX_TYPES.includes(parser.regexType))
        throw new Failure(
          `Unknown regular expression type ${quote(parser.regexType)}; valid types are ${REGEX_TYPES.map((type) => quote(type)).join(", ")}.`,
        );
      return true;
    case "-follow":
      parser.follow = true;
      return true;
    case "-maxdepth":
    case "-mindepth": {
      const text = parser.argument(word);
      if (!/^\d+$/.test(text))
        throw new Failure(`Expected a positive decimal integer argument to ${word}, but got ${quote(text)}`);
      if (word === "-maxdepth") parser.context.maxDepth = Number(text);
      else parser.context.minDepth = Number(text);
      return true;
    }
  }
  return false;
}
