// Where expanded text is collected: as fields (split, and matched against file names), as one text, or as a pattern.
// The walker (words.ts) says of each piece whether it was quoted, literal or the result of an expansion.

import type { Shell } from "../execute/shell.ts";
import { globFields } from "./glob.ts";

/** regex and template (what `${x/y/…}` puts) are patterns with other sets of characters to escape. */
export type Mode = "fields" | "text" | "pattern" | "regex" | "template";

const SPECIAL = /[*?[\]\\()|!+@^&-]/;
const SPECIALS = /[*?[\]\\()|!+@^&-]/g;

/** Makes text match only itself in a pattern. */
export function escapePattern(text: string): string {
  return SPECIAL.test(text) ? text.replace(SPECIALS, "\\$&") : text;
}

/** Characters of IFS by kind. */
export interface Separators {
  source: string;
  blank: string;
  other: string;
}

export function separators(ifs: string | undefined): Separators {
  const source = ifs ?? " \t\n";
  let blank = "";
  let other = "";
  for (const character of source) {
    if (character === " " || character === "\t" || character === "\n") blank += character;
    else other += character;
  }
  return { source, blank, other };
}

export class Collector {
  readonly shell: Shell;
  readonly mode: Mode;
  readonly fields: string[];
  text = "";
  pattern = "";
  /** The field at hand exists even if it is empty. */
  present = false;
  /** It holds unquoted characters that may make it a pattern. */
  special = false;
  /** The last field was ended by blanks, so that one other separator may follow. */
  afterBlank = false;

  constructor(shell: Shell, mode: Mode, fields: string[] = []) {
    this.shell = shell;
    this.mode = mode;
    this.fields = fields;
  }

  quoted(text: string): void {
    this.present = true;
    this.afterBlank = false;
    if (text === "") return;
    if (this.mode === "regex" || this.mode === "template") {
      this.pattern += text.replace(this.mode === "regex" ? /[\\^$.*+?()[\]{}|]/g : /[\\&]/g, "\\$&");
      return;
    }
    if (this.mode !== "pattern") this.text += text;
    if (this.mode !== "text") this.pattern += escapePattern(text);
  }

  literal(text: string): void {
    if (text === "") return;
    this.present = true;
    this.afterBlank = false;
    if (this.mode !== "pattern") this.text += text;
    if (this.mode !== "text") {
      this.pattern += text;
      if (!this.special && /[*?[(]/.test(text)) this.special = true;
    }
  }

  /** The result of an unquoted expansion: split at IFS when fields are wanted. */
  split(value: string): void {
    if (value === "") return;
    if (this.mode !== "fields") {
      this.literal(value);
      return;
    }
    const { source, blank } = this.shell.separators;
    let start = 0;
    for (let at = 0; at < value.length; at++) {
      const character = value[at];
      if (!source.includes(character)) continue;
      if (at > start) this.literal(value.slice(start, at));
      start = at + 1;
      if (blank.includes(character)) {
        if (this.present) {
          this.end();
          this.afterBlank = true;
        }
      } else if (this.present) this.end();
      else if (this.afterBlank) this.afterBlank = false;
      else this.fields.push("");
    }
    if (start < value.length) this.literal(start === 0 ? value : value.slice(start));
  }

  /** Ends the field at hand, if there is one. */
  end(): void {
    this.afterBlank = false;
    if (!this.present) return;
    if (this.special && !this.shell.options.noglob) globFields(this.shell, this.pattern, this.text, this.fields);
    else this.fields.push(this.text);
    this.text = "";
    this.pattern = "";
    this.present = false;
    this.special = false;
  }
}
