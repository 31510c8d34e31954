// Parts of the shell itself that few sessions need before their first prompt, or at all: they come with the tools. The shell
// reaches them through late.ts; they know of it only what they are handed.

import { formatNumber } from "../builtins/float.ts";
import { Reader, Writer } from "../stdio.ts";
import { runCoprocess } from "./coprocess.ts";
import { matchExtended } from "./match-extended.ts";
import { printFunction } from "./print-function.ts";
import { printTraps } from "./print-traps.ts";
import { declareUsage, printAll, printDeclarations, printMarked } from "./print-variables.ts";
import { expandHistory } from "./readline/expand-history.ts";
import { joinLines } from "./readline/join-lines.ts";
import { openReadline } from "./readline/open.ts";
import { runSelect } from "./select.ts";
import { transform } from "./transform.ts";
import { formatLocalTime } from "./zone.ts";

export const parts = {
  Reader,
  Writer,
  declareUsage,
  formatNumber,
  formatLocalTime,
  expandHistory,
  joinLines,
  matchExtended,
  openReadline,
  printAll,
  printDeclarations,
  printFunction,
  printMarked,
  printTraps,
  runCoprocess,
  runSelect,
  transform,
};

export type Parts = typeof parts;
