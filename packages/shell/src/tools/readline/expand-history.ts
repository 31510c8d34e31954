// The `!` of an interactive shell: events, words of them, and what changes them, as bash has it. Comes with the tools, with the
// first line that has one.

import type { Shell } from "../../execute/shell.ts";
import { quoteAlways } from "../../expand/quote.ts";
import { openQuote } from "./join-lines.ts";

export interface Expanded {
  text: string;
  /** `:p`: the line is shown and kept, and not run. */
  isOnlyShown: boolean;
}

/** What a message about a line begins with, as bash words it. */
class HistoryFault extends Error {}

/** Behind these a `!` is a `!`. */
const PLAIN = " \t\n\r=";
const EVENT_END = ";&()|<>";
const OPERATOR = /\d*(?:<<<|<<-|<<|>>|<&|>&|>\||<>|&>|[<>])|&&|\|\||;;&|;;|;&|\|&|[;&|()\n]/y;
const WORD = /(?:\\[^]|'[^']*'?|\$?"(?:\\[^]|[^"\\])*"?|`[^`]*`?|[$<>]\([^)]*\)|[^\s;&|<>()\\'"`])+/y;

/** A command's words as the history counts them: operators are words of their own. */
export function historyWords(line: string): string[] {
  const words: string[] = [];
  for (let at = 0; at < line.length; ) {
    if (/[ \t]/.test(line[at])) {
      at++;
      continue;
    }
    OPERATOR.lastIndex = at;
    WORD.lastIndex = at;
    const found = OPERATOR.exec(line)?.[0] ?? WORD.exec(line)?.[0] ?? line[at];
    words.push(found);
    at += found.length;
  }
  return words;
}

interface Substitution {
  from: string;
  to: string;
}

/** Last searches and substitutions of a shell, which `!?`, `:&` and `%` use again. */
const memories = new WeakMap<Shell, { search: string; matched: string; substitution: Substitution | null }>();

class Expander {
  readonly #shell: Shell;
  readonly #line: string;
  readonly #mark: string;
  readonly #quick: string;
  readonly #comment: string;
  readonly #memory: { search: string; matched: string; substitution: Substitution | null };
  #at = 0;
  /** Where the last event ended. */
  #behind = -1;
  isOnlyShown = false;

  constructor(shell: Shell, line: string) {
    this.#shell = shell;
    this.#line = line;
    const characters = shell.vars.get("histchars") ?? "!^#";
    this.#mark = characters[0] ?? "!";
    this.#quick = characters[1] ?? "^";
    this.#comment = characters[2] ?? "#";
    let memory = memories.get(shell);
    if (memory === undefined) memories.set(shell, (memory = { search: "", matched: "", substitution: null }));
    this.#memory = memory;
  }

  /** @param quote the one that an earlier line left open */
  expand(quote: string): string {
    const line = this.#line;
    if (quote === "" && line.startsWith(this.#quick)) {
      this.#at = 1;
      const event = this.#event(-1, `${this.#mark}${this.#mark}`);
      const changed = this.#substitute(event, this.#quick, false, `:s${line}`);
      return this.#modify(changed, 0) + line.slice(this.#at);
    }
    let open = quote;
    let text = "";
    while (this.#at < line.length) {
      const character = line[this.#at];
      if (open === "'") {
        if (character === "'") open = "";
      } else if (character === "\\") {
        text += line.slice(this.#at, this.#at + 2);
        this.#at += 2;
        continue;
      } else if (character === '"') open = open === '"' ? "" : '"';
      else if (character === "'" && open === "") open = "'";
      else if (character === this.#comment && open === "" && (this.#at === 0 || /[\s;&|()<>]/.test(line[this.#at - 1])))
        return text + line.slice(this.#at);
      else if (character === this.#mark && this.#isEvent(open)) {
        text += this.#designator(text, open);
        this.#behind = this.#at;
        continue;
      }
      text += character;
      this.#at++;
    }
    return text;
  }

  #isEvent(open: string): boolean {
    const line = this.#line;
    const at = this.#at;
    const next = line[at + 1];
    if (next === undefined || PLAIN.includes(next) || (open === '"' && next === '"')) return false;
    if (line[at - 1] === "[" && line.indexOf("]", at + 1) >= 0) return false;
    if (line[at - 1] === "{" && line[at - 2] === "$" && line.indexOf("}", at + 1) >= 0) return false;
    if (next === "(" && this.#shell.shopt.extglob) return false;
    return line[at - 1] !== "$" || at === this.#behind;
  }

  #event(number: number, name: string): string {
    const { lines, base } = this.#shell.history;
    const event = number < 0 ? lines.at(number) : lines[number - base];
    if (event === undefined) throw new HistoryFault(`${name}: event not found`);
    return event;
  }

  /** What a `!…` stands for; goes on behind it. */
  #designator(before: string, open: string): string {
    const line = this.#line;
    const start = this.#at++;
    const rest = line.slice(this.#at);
    const { lines } = this.#shell.history;
    const memory = this.#memory;
    const number = /^-?\d+/.exec(rest)?.[0];
    let event: string;
    if (rest[0] === this.#mark) {
      this.#at++;
      event = this.#event(-1, `${this.#mark}${this.#mark}`);
    } else if (rest[0] === "#") {
      this.#at++;
      event = before;
    } else if (number !== undefined) {
      this.#at += number.length;
      event = this.#event(Number(number), line.slice(start, this.#at));
    } else if (/^[:$*^%]/.test(rest)) event = this.#event(-1, `${this.#mark}${rest[0]}`);
    else {
      const isInside = rest[0] === "?";
      let end = this.#at + (isInside ? 1 : 0);
      const first = end;
      while (end < line.length && line[end] !== "\n") {
        const here = line[end];
        if (isInside ? here === "?" : /\s/.test(here) || here === ":" || EVENT_END.includes(here) || here === open)
          break;
        if (!isInside && ((here === "-" && end > first) || "^$*%".includes(here))) break;
        end++;
      }
      let wanted = line.slice(first, end);
      if (isInside) {
        if (wanted === "") wanted = memory.search;
        memory.search = wanted;
      }
      this.#at = isInside && line[end] === "?" ? end + 1 : end;
      const found =
        wanted === ""
          ? undefined
          : lines.findLast((each) => (isInside ? each.includes(wanted) : each.startsWith(wanted)));
      if (found === undefined) throw new HistoryFault(`${line.slice(start, this.#at)}: event not found`);
      if (isInside) memory.matched = historyWords(found).find((word) => word.includes(wanted)) ?? "";
      event = found;
    }
    return this.#modify(this.#words(event), start);
  }

  #words(event: string): string {
    const found = /^(?::(?=[\d^$*%-]))?(?:(\*)|(%)|(\d+|\^|(?=-))(?:(-)(\d+|\$|\^)?|(\*))?|(\$))/.exec(
      this.#line.slice(this.#at),
    );
    // A digit needs the colon.
    if (!found || found[0] === "" || /^\d/.test(found[0])) return event;
    this.#at += found[0].length;
    const [whole, star, percent, first, dash, last, onward, end] = found;
    const words = historyWords(event);
    if (percent) return this.#memory.matched;
    if (star) return words.slice(1).join(" ");
    const fault = () => new HistoryFault(`${whole}: bad word specifier`);
    const place = (text: string) => (text === "^" ? 1 : text === "$" ? words.length - 1 : Number(text || 0));
    const from = end ? words.length - 1 : place(first);
    let to = from;
    if (onward) to = words.length - 1;
    else if (dash) to = last === undefined ? words.length - 2 : place(last);
    if (onward && from === words.length) return "";
    if (from >= words.length || to >= words.length || (to < from && !(dash && last === undefined))) throw fault();
    return words.slice(from, to + 1).join(" ");
  }

  #modify(text: string, start: number): string {
    const line = this.#line;
    let result = text;
    while (line[this.#at] === ":") {
      const begin = this.#at++;
      let isGlobal = false;
      let eachWord = false;
      for (; /[gaG]/.test(line[this.#at] ?? ""); this.#at++) {
        if (line[this.#at] === "G") eachWord = true;
        else isGlobal = true;
      }
      const modifier = line[this.#at++];
      const each = (change: (word: string) => string) =>
        eachWord ? historyWords(result).map(change).join(" ") : change(result);
      switch (modifier) {
        case "h":
          result = result.includes("/") ? result.slice(0, result.lastIndexOf("/")) : result;
          break;
        case "t":
          result = result.slice(result.lastIndexOf("/") + 1);
          break;
        case "r":
          result = result.replace(/\.[^.]*$/, "");
          break;
        case "e":
          result = /\.[^.]*$/.exec(result)?.[0] ?? result;
          break;
        case "p":
          this.isOnlyShown = true;
          break;
        case "q":
          result = quoteAlways(result);
          break;
        case "x":
          result = result
            .split(/[ \t\n]+/)
            .map(quoteAlways)
            .join(" ");
          break;
        case "s":
        case "&": {
          if (modifier === "s") {
            const delimiter = line[this.#at++] ?? "/";
            this.#readSubstitution(delimiter);
          }
          const name = line.slice(begin, this.#at);
          result = each((word) => this.#apply(word, isGlobal, eachWord, name));
          break;
        }
        default:
          throw new HistoryFault(`${line.slice(begin, this.#at)}: unrecognized history modifier`);
      }
    }
    void start;
    return result;
  }

  /** Reads `old/new/`. */
  #readSubstitution(delimiter: string): void {
    const part = () => {
      let text = "";
      while (this.#at < this.#line.length && this.#line[this.#at] !== delimiter) {
        if (this.#line[this.#at] === "\\" && this.#line[this.#at + 1] === delimiter) this.#at++;
        text += this.#line[this.#at++];
      }
      this.#at++;
      return text;
    };
    const memory = this.#memory;
    const from = part() || memory.substitution?.from || memory.search;
    const to = part().replace(/\\?&/g, (found) => (found === "&" ? from : "&"));
    this.#at = Math.min(this.#at, this.#line.length);
    memory.substitution = { from, to };
  }

  #apply(text: string, isGlobal: boolean, isWord: boolean, name: string): string {
    const { substitution } = this.#memory;
    if (!substitution || substitution.from === "") throw new HistoryFault(`${name}: no previous substitution`);
    const { from, to } = substitution;
    if (!text.includes(from)) {
      if (isWord) return text;
      throw new HistoryFault(`${name}: substitution failed`);
    }
    return isGlobal ? text.replaceAll(from, () => to) : text.replace(from, () => to);
  }

  #substitute(event: string, delimiter: string, isGlobal: boolean, name: string): string {
    this.#readSubstitution(delimiter);
    return this.#apply(event, isGlobal, false, name);
  }
}

/**
 * A line with its events put in, or what is wrong with it.
 * @param typed what was typed of the command before: a quote may be open
 */
export function expandHistory(shell: Shell, line: string, typed: string): Expanded | string {
  const expander = new Expander(shell, line);
  try {
    const text = expander.expand(openQuote(typed));
    return { text, isOnlyShown: expander.isOnlyShown };
  } catch (error) {
    if (error instanceof HistoryFault) return error.message;
    throw error;
  }
}
