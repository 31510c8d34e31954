// grep's search in one file after another. A block of whole lines becomes one binary string that is searched as a whole; lines are
// looked for only around matches. Output goes out as the input's own bytes.

import { decode } from "@vibengine/system";
import { binaryToText, bytesToBinary, type Reader, type Writer } from "../stdio.ts";
import { countBytes } from "./byte-scan.ts";
import type { Regex } from "./regex.ts";

export interface Plan {
  regex: Regex;
  /** No pattern at all (an empty -f file): nothing matches. */
  matchesNothing: boolean;
  invert: boolean;
  most: number;
  context: boolean;
  before: number;
  after: number;
  /** Between groups of context; null for none. */
  separator: string | null;
  mode: "quiet" | "l" | "L" | "count" | "only" | "lines";
  lineNumbers: boolean;
  byteOffsets: boolean;
  names: boolean;
  nameEnd: string | null;
  initialTab: boolean;
  color: boolean;
  end: string;
  binary: string;
}

/** A file's state while it is searched. Names and texts are binary strings. */
interface State {
  name: string;
  /** Selected lines so far. */
  count: number;
  /** Lines before `counted`, an offset in the block; the block's own offset in the file. */
  lines: number;
  counted: number;
  offset: number;
  binary: boolean;
  /** A line that would have been printed holds bytes that are no text. */
  hidden: boolean;
  /** Context still to print after the last selected line, and lines kept in case one is selected. */
  trailing: number;
  kept: { text: string; number: number; offset: number }[];
  /** Number of the last line printed: a gap after it gets a separator. */
  printed: number;
}

export class Search {
  /** True once any line of any file was selected; `listed` once -L named a file. */
  selected = false;
  listed = false;
  /** -q has its answer. */
  done = false;
  #plan: Plan;
  #out: Writer;
  #anyPrinted = false;

  constructor(plan: Plan, out: Writer) {
    this.#plan = plan;
    this.#out = out;
  }

  /** Searches one file; "binary" asks the caller to say that a binary file matches. */
  async file(reader: Reader, name: string): Promise<"binary" | null> {
    const plan = this.#plan;
    const end = plan.end.charCodeAt(0);
    const state: State = {
      name,
      count: 0,
      lines: 0,
      counted: 0,
      offset: 0,
      binary: false,
      hidden: false,
      trailing: 0,
      kept: [],
      printed: -1,
    };
    const context = plan.mode === "lines" && plan.context;
    for (let block = await reader.lines(end); block; block = await reader.lines(end)) {
      if (!state.binary && plan.binary !== "text" && end === 10 && block.includes(0)) {
        if (plan.binary === "without-match") return null;
        state.binary = true;
      }
      const text = bytesToBinary(block);
      state.counted = 0;
      const waiting = context && !state.binary ? this.#contextBlock(text, state) : this.#block(text, block, state);
      if (waiting) await waiting;
      if (!context) state.lines += this.#countTo(block, state, block.length);
      state.offset += block.length;
      if (state.count >= plan.most && state.trailing === 0) break;
      if (
        state.count > 0 &&
        (plan.mode === "quiet" || plan.mode === "l" || plan.mode === "L" || (state.binary && plan.mode !== "count"))
      )
        break;
    }
    if (state.count > 0) this.selected = true;
    if (plan.mode === "quiet") this.done = state.count > 0;
    else if (plan.mode === "count") {
      await this.#out.writeBinary(`${plan.names ? name + (plan.nameEnd ?? ":") : ""}${state.count}\n`);
    } else if (plan.mode === "l" || plan.mode === "L") {
      if (state.count > 0 === (plan.mode === "l")) {
        this.listed = true;
        await this.#out.writeBinary(name + (plan.nameEnd ?? "\n"));
      }
    } else if ((state.binary && state.count > 0) || state.hidden) return "binary";
    return null;
  }

  /** A place in the next line that matches, at or behind `from`; -1 when there is none. */
  #next(text: string, from: number): number {
    const { regex } = this.#plan;
    if (regex.references) return regex.find(text, from) ? regex.spans[1] : -1;
    return regex.firstEnd(text, from);
  }

  #block(text: string, block: Uint8Array, state: State, at = 0): void | Promise<void> {
    const plan = this.#plan;
    const { end, invert } = plan;
    const length = text.endsWith(end) ? text.length - 1 : text.length;
    const wholeGaps = invert && this.#isPlain(state);
    let waiting = undefined as void | Promise<void>;
    while (at <= length && at < text.length) {
      const found = plan.matchesNothing ? -1 : this.#next(text, at);
      const none = found < 0 || found > length;
      const lineStart = none ? text.length : found === at ? at : Math.max(at, text.lastIndexOf(end, found - 1) + 1);
      let lineEnd = none ? -1 : text.indexOf(end, found);
      if (lineEnd < 0) lineEnd = length;
      if (invert) {
        // The lines between the last match and this one.
        if (wholeGaps && lineStart > at) {
          state.count +=
            countBytes(block.subarray(at, lineStart), end.charCodeAt(0)) + (none && length === text.length ? 1 : 0);
          if (plan.mode === "lines") waiting = this.#lines(block.subarray(at, lineStart), end);
        } else {
          while (at < lineStart && state.count < plan.most) {
            let stop = text.indexOf(end, at);
            if (stop < 0) stop = length;
            waiting = this.#select(text, block, at, stop, state);
            at = stop + 1;
          }
        }
      } else if (!none) waiting = this.#select(text, block, lineStart, lineEnd, state);
      if (none || state.count >= plan.most || (state.count > 0 && state.binary && plan.mode !== "count"))
        return waiting;
      if (waiting) return waiting.then(() => this.#block(text, block, state, lineEnd + 1));
      at = lineEnd + 1;
    }
    return waiting;
  }

  #countTo(block: Uint8Array, state: State, at: number): number {
    return this.#plan.lineNumbers ? countBytes(block.subarray(state.counted, at), this.#plan.end.charCodeAt(0)) : 0;
  }

  /** Nothing but the lines themselves is wanted: runs of them can go out whole. */
  #isPlain(state: State): boolean {
    const plan = this.#plan;
    const bare = !plan.names && !plan.lineNumbers && !plan.byteOffsets && !plan.color;
    return (
      (plan.mode === "count" || (plan.mode === "lines" && bare && !state.binary)) &&
      plan.most === Number.POSITIVE_INFINITY
    );
  }

  #lines(bytes: Uint8Array, end: string): void | Promise<void> {
    const waiting = this.#out.write(bytes);
    if (bytes[bytes.length - 1] === end.charCodeAt(0)) return waiting;
    return waiting ? waiting.then(() => this.#out.writeBinary(end)) : this.#out.writeBinary(end);
  }

  /** One selected line [from, to). */
  #select(text: string, block: Uint8Array, from: number, to: number, state: State): void | Promise<void> {
    const plan = this.#plan;
    state.count++;
    if ((plan.mode !== "lines" && plan.mode !== "only") || state.binary) return;
    if (plan.lineNumbers) {
      state.lines += this.#countTo(block, state, from);
      state.counted = from;
    }
    if (plan.mode === "only") return this.#only(text.slice(from, to), from, state);
    if (plan.names || plan.lineNumbers || plan.byteOffsets || plan.color) {
      return this.#line(text.slice(from, to), state, ":", state.lines + 1, state.offset + from);
    }
    if (plan.binary !== "text" && !isText(block, from, to)) {
      state.hidden = true;
      return;
    }
    const waiting = this.#out.write(block.subarray(from, to));
    return waiting ? waiting.then(() => this.#out.writeBinary(plan.end)) : this.#out.writeByte(plan.end.charCodeAt(0));
  }

  #only(line: string, from: number, state: State): void | Promise<void> {
    if (this.#plan.invert) return;
    let out = "";
    for (const [begin, end] of this.#matches(line)) {
      const part = line.slice(begin, end);
      out +=
        this.#prefix(state, ":", state.lines + 1, state.offset + from + begin) +
        this.#highlight(part, MATCH) +
        this.#plan.end;
    }
    return this.#emit(out, state);
  }

  #matches(line: string): [number, number][] {
    const { regex } = this.#plan;
    const found: [number, number][] = [];
    for (let at = 0; at < line.length && regex.find(line, at); ) {
      const [begin, end] = regex.spans;
      if (end > begin) found.push([begin, end]);
      at = end > begin ? end : end + 1;
    }
    return found;
  }

  #line(line: string, state: State, mark: string, number: number, offset: number): void | Promise<void> {
    let shown = line;
    if (this.#plan.color && (mark === ":") !== this.#plan.invert) {
      let at = 0;
      shown = "";
      for (const [begin, end] of this.#matches(line)) {
        shown += line.slice(at, begin) + this.#highlight(line.slice(begin, end), MATCH);
        at = end;
      }
      shown += line.slice(at);
    }
    return this.#emit(this.#prefix(state, mark, number, offset) + shown + this.#plan.end, state);
  }

  #emit(text: string, state: State): void | Promise<void> {
    if (this.#plan.binary !== "text" && /[\x80-\xff]/.test(text) && /[\udc80-\udcff]/.test(binaryToText(text))) {
      state.hidden = true;
      return;
    }
    return this.#out.writeBinary(text);
  }

  #prefix({ name }: State, mark: string, number: number, offset: number): string {
    const plan = this.#plan;
    const shownMark = this.#highlight(mark, "36");
    let prefix = "";
    if (plan.names) prefix += this.#highlight(name, "35") + (plan.nameEnd ?? shownMark);
    if (plan.lineNumbers)
      prefix += this.#highlight(plan.initialTab ? String(number).padStart(4) : String(number), "32") + shownMark;
    if (plan.byteOffsets) prefix += this.#highlight(String(offset), "32") + shownMark;
    return plan.initialTab && prefix ? `${prefix}\t` : prefix;
  }

  #highlight(text: string, color: string): string {
    return this.#plan.color ? `\x1b[${color}m\x1b[K${text}\x1b[m\x1b[K` : text;
  }

  /** With context every line is looked at. */
  async #contextBlock(text: string, state: State): Promise<void> {
    const { end, invert, before, after, most, separator, matchesNothing } = this.#plan;
    const lines = text.split(end);
    if (text.endsWith(end)) lines.pop();
    let offset = state.offset;
    for (const line of lines) {
      const number = ++state.lines;
      const matched = !matchesNothing && this.#plan.regex.test(line);
      if (matched !== invert && state.count < most) {
        state.count++;
        const first = number - state.kept.length;
        const gap = state.printed >= 0 ? first > state.printed + 1 : this.#anyPrinted;
        if (gap && separator !== null) await this.#out.writeBinary(`${this.#highlight(separator, "36")}\n`);
        for (const kept of state.kept) await this.#line(kept.text, state, "-", kept.number, kept.offset);
        state.kept = [];
        await this.#line(line, state, ":", number, offset);
        state.printed = number;
        this.#anyPrinted = true;
        state.trailing = after;
      } else if (state.trailing > 0) {
        state.trailing--;
        await this.#line(line, state, "-", number, offset);
        state.printed = number;
      } else if (before > 0) {
        state.kept.push({ text: line, number, offset });
        if (state.kept.length > before) state.kept.shift();
      }
      offset += line.length + 1;
      if (state.count >= most && state.trailing === 0) return;
    }
  }
}

const MATCH = "01;31";

/** True unless the bytes are not valid UTF-8. Nearly all lines are ASCII, which is seen at once. */
function isText(block: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    if (block[i] >= 0x80) return !/[\udc80-\udcff]/.test(decode(block.subarray(from, to)));
  }
  return true;
}
