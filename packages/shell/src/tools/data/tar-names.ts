// The members that a tar command line names: as they stand there or as patterns, with all below them.

import type { Invocation } from "../define.ts";
import { globToRegExp } from "../glob.ts";
import { parents } from "./tar-extract.ts";
import { shown } from "./tar-list.ts";

export class MemberNames {
  #invocation: Invocation;
  #names: { name: string; found: boolean; matches(path: string): boolean }[];

  constructor(invocation: Invocation, names: readonly string[]) {
    const { options } = invocation;
    this.#invocation = invocation;
    this.#names = names.map((name) => {
      const bare = name.replace(/\/+$/, "");
      const glob = options.has("wildcards") ? globToRegExp(bare, options.has("ignore-case")) : null;
      return {
        name,
        found: false,
        matches: (path: string) =>
          glob
            ? glob.test(path) || parents(path).some((one) => glob.test(one))
            : path === bare || path.startsWith(`${bare}/`),
      };
    });
  }

  get isEmpty(): boolean {
    return this.#names.length === 0;
  }

  /** Whether a member (its name without slashes at the end) is one of them. */
  include(path: string): boolean {
    const matching = this.#names.filter(({ matches }) => matches(path));
    for (const each of matching) each.found = true;
    return matching.length > 0;
  }

  /** Complains about those that no member had. */
  tellMissing(): void {
    const { options } = this.#invocation;
    for (const { name, found } of this.#names) {
      if (found) continue;
      if (/[*?[]/.test(name) && !options.has("wildcards") && !options.has("no-wildcards"))
        this.#invocation.warn(
          "Pattern matching characters used in file names\ntar: Use --wildcards to enable pattern matching, or --no-wildcards to suppress this warning",
          0,
        );
      this.#invocation.warn(`${shown(name)}: Not found in archive`);
    }
  }
}
