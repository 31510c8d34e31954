// The names of jq's functions: native ones, those the evaluator itself must know, and those written in jq.

import { builtins } from "./jq-builtins.ts";
import { parseDefinitions } from "./jq-parse.ts";
import { PRELUDE } from "./jq-prelude.ts";
import type { Definition } from "./jq-tree.ts";

let prelude: Map<string, Definition> | null = null;

export function preludeFunction(key: string): Definition | undefined {
  prelude ??= new Map(
    parseDefinitions(PRELUDE).map((definition) => [`${definition.name}/${definition.params.length}`, definition]),
  );
  return prelude.get(key);
}

export function builtinNames(): string[] {
  preludeFunction("");
  return [...Object.keys(builtins), ...SPECIAL, ...prelude!.keys()].filter((name) => !name.startsWith("_"));
}

const SPECIAL =
  "empty/0 error/0 error/1 path/1 input/0 debug/0 stderr/0 input_line_number/0 range/1 range/2 range/3 recurse/0 recurse/1 first/1 last/1 limit/2 skip/2 isempty/1 repeat/1 while/2 until/2 getpath/1 paths/0 select/1 env/0 halt/0 halt_error/1 input_filename/0 builtins/0 not/0 sort_by/1 group_by/1 min_by/1 max_by/1 unique_by/1 $__loc__/0 splits/1 splits/2".split(
    " ",
  );
