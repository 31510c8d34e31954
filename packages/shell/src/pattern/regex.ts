// POSIX extended regular expressions for `[[ =~ ]]`: the leftmost match, and of those the longest. An expression becomes a small
// program whose states are tried in order, each place of the text once, so that time grows with program × text; only with
// back-references can it grow faster. GNU's \w \s \b \< \> are understood.

import { Codes } from "./codes.ts";
import { CLASSES } from "./compile.ts";

type Test = (code: number) => boolean;
type Instruction =
  | { kind: "one"; test: Test }
  | { kind: "split"; first: number; second: number }
  | { kind: "jump"; to: number }
  | { kind: "save"; slot: number }
  | { kind: "place"; holds: (codes: Codes, at: number) => boolean }
  | { kind: "back"; group: number }
  | { kind: "end" };

type Node =
  | { kind: "one"; test: Test }
  | { kind: "place"; holds: (codes: Codes, at: number) => boolean }
  | { kind: "back"; group: number }
  | { kind: "group"; number: number; inner: Node }
  | { kind: "sequence"; items: Node[] }
  | { kind: "choice"; items: Node[] }
  | { kind: "repeat"; inner: Node; least: number; most: number };

class BadRegex extends Error {}

/** glibc's RE_DUP_MAX. */
const REPEAT_MAX = 32767;
const PROGRAM_MAX = 100_000;
/** Nested groups. */
const DEPTH_MAX = 200;

const isWord: Test = (code) => CLASSES.word(code);
const atWord = (codes: Codes, at: number) => at >= 0 && at < codes.length && isWord(codes.at(at));
const PLACES: Record<string, (codes: Codes, at: number) => boolean> = {
  b: (codes, at) => atWord(codes, at - 1) !== atWord(codes, at),
  B: (codes, at) => atWord(codes, at - 1) === atWord(codes, at),
  "<": (codes, at) => !atWord(codes, at - 1) && atWord(codes, at),
  ">": (codes, at) => atWord(codes, at - 1) && !atWord(codes, at),
  "`": (_, at) => at === 0,
  "'": (codes, at) => at === codes.length,
};
const SETS: Record<string, Test> = {
  w: isWord,
  W: (code) => !isWord(code),
  s: CLASSES.space,
  S: (code) => !CLASSES.space(code),
};

class Parser {
  source: string[];
  at = 0;
  groups = 0;
  depth = 0;
  fold: boolean;

  constructor(source: string, fold: boolean) {
    this.source = Array.from(source);
    this.fold = fold;
  }

  choice(): Node {
    if (++this.depth > DEPTH_MAX) throw new BadRegex();
    const items = [this.sequence()];
    while (this.source[this.at] === "|") {
      this.at++;
      items.push(this.sequence());
    }
    this.depth--;
    return items.length === 1 ? items[0] : { kind: "choice", items };
  }

  sequence(): Node {
    const items: Node[] = [];
    for (;;) {
      const character = this.source[this.at];
      if (character === undefined || character === "|" || (character === ")" && this.depth > 1)) break;
      const place = character === "^" || character === "$";
      items.push(this.atom());
      if (place && /^[*+?{]$/.test(this.source[this.at] ?? "") && character === "^") throw new BadRegex();
      for (let bounds = this.bounds(); bounds; bounds = this.bounds())
        items.push({ kind: "repeat", inner: items.pop() as Node, least: bounds[0], most: bounds[1] });
    }
    return items.length === 1 ? items[0] : { kind: "sequence", items };
  }

  /** * + ? {n,m} */
  bounds(): [number, number] | null {
    const character = this.source[this.at];
    if (character === "*" || character === "+" || character === "?") {
      this.at++;
      return [character === "+" ? 1 : 0, character === "?" ? 1 : Number.POSITIVE_INFINITY];
    }
    if (character !== "{") return null;
    const end = this.source.indexOf("}", this.at);
    const match = end < 0 ? null : /^(\d*)(,?)(\d*)$/.exec(this.source.slice(this.at + 1, end).join(""));
    if (!match || (match[1] === "" && match[2] === "")) throw new BadRegex();
    this.at = end + 1;
    const least = Number(match[1]);
    const most = match[2] === "" ? least : match[3] === "" ? Number.POSITIVE_INFINITY : Number(match[3]);
    if (least > most || least > REPEAT_MAX || (most > REPEAT_MAX && most !== Number.POSITIVE_INFINITY))
      throw new BadRegex();
    return [least, most];
  }

  atom(): Node {
    const character = this.source[this.at++];
    switch (character) {
      case "(": {
        const number = ++this.groups;
        const inner = this.choice();
        if (this.source[this.at++] !== ")") throw new BadRegex();
        return { kind: "group", number, inner };
      }
      case "*":
      case "+":
      case "?":
      case "{":
        throw new BadRegex();
      case "^":
        return { kind: "place", holds: PLACES["`"] };
      case "$":
        return { kind: "place", holds: PLACES["'"] };
      case ".":
        return { kind: "one", test: () => true };
      case "[":
        return { kind: "one", test: this.bracket() };
      case "\\": {
        const next = this.source[this.at++];
        if (next === undefined) throw new BadRegex();
        if (SETS[next]) return { kind: "one", test: SETS[next] };
        if (PLACES[next]) return { kind: "place", holds: PLACES[next] };
        if (/[1-9]/.test(next)) {
          if (Number(next) > this.groups) throw new BadRegex();
          return { kind: "back", group: Number(next) };
        }
        return { kind: "one", test: this.character(next) };
      }
      default:
        return { kind: "one", test: this.character(character) };
    }
  }

  character(character: string): Test {
    const code = character.codePointAt(0) as number;
    if (!this.fold) return (other) => other === code;
    const lower = foldCode(code);
    return (other) => foldCode(other) === lower;
  }

  /** Behind the `[`. A backslash quotes, for the shell's quoting has become backslashes. */
  bracket(): Test {
    const { source } = this;
    const tests: Test[] = [];
    const negated = source[this.at] === "^";
    if (negated) this.at++;
    for (let first = true; ; first = false) {
      const character = source[this.at];
      if (character === undefined) throw new BadRegex();
      if (character === "]" && !first) break;
      const kind = source[this.at + 1];
      if (character === "[" && kind === ":") {
        const name = this.named(kind);
        const test = CLASSES[this.fold && (name === "upper" || name === "lower") ? "alpha" : name];
        if (!test) throw new BadRegex();
        tests.push(test);
        continue;
      }
      const low = this.element();
      if (source[this.at] !== "-" || source[this.at + 1] === "]" || source[this.at + 1] === undefined) {
        tests.push(this.character(low));
        continue;
      }
      this.at++;
      const [from, to] = [low.codePointAt(0) as number, this.element().codePointAt(0) as number];
      if (from > to) throw new BadRegex();
      const within: Test = (code) => code >= from && code <= to;
      tests.push(this.fold ? (code) => within(code) || within(foldCode(code)) || within(riseCode(code)) : within);
    }
    this.at++;
    return (code) => tests.some((test) => test(code)) !== negated;
  }

  named(kind: string): string {
    const end = this.source.findIndex((each, i) => i > this.at + 1 && each === kind && this.source[i + 1] === "]");
    if (end < 0) throw new BadRegex();
    const name = this.source.slice(this.at + 2, end).join("");
    this.at = end + 2;
    return name;
  }

  element(): string {
    const character = this.source[this.at];
    const kind = this.source[this.at + 1];
    if (character === "[" && (kind === "." || kind === "=")) {
      const name = this.named(kind);
      if (Array.from(name).length !== 1) throw new BadRegex();
      return name;
    }
    if (character === "\\" && kind !== undefined && kind !== "]") this.at++;
    return this.source[this.at++] ?? "";
  }
}

function foldCode(code: number): number {
  return String.fromCodePoint(code).toLowerCase().codePointAt(0) as number;
}

function riseCode(code: number): number {
  return String.fromCodePoint(code).toUpperCase().codePointAt(0) as number;
}

export class PosixRegex {
  readonly groups: number;
  #program: Instruction[] = [];
  #remembers = true;

  constructor(source: string, fold: boolean) {
    const parser = new Parser(source, fold);
    const tree = parser.choice();
    if (parser.at < parser.source.length) throw new BadRegex();
    this.groups = parser.groups;
    this.#emit(tree);
    this.#program.push({ kind: "end" });
  }

  #emit(node: Node): void {
    const program = this.#program;
    if (program.length > PROGRAM_MAX) throw new BadRegex();
    switch (node.kind) {
      case "one":
      case "place":
        program.push(node);
        return;
      case "back":
        this.#remembers = false;
        program.push(node);
        return;
      case "group":
        program.push({ kind: "save", slot: node.number * 2 });
        this.#emit(node.inner);
        program.push({ kind: "save", slot: node.number * 2 + 1 });
        return;
      case "sequence":
        for (const item of node.items) this.#emit(item);
        return;
      case "choice": {
        const jumps: { kind: "jump"; to: number }[] = [];
        node.items.forEach((item, i) => {
          if (i === node.items.length - 1) {
            this.#emit(item);
            return;
          }
          const split = { kind: "split" as const, first: program.length + 1, second: 0 };
          program.push(split);
          this.#emit(item);
          const jump = { kind: "jump" as const, to: 0 };
          jumps.push(jump);
          program.push(jump);
          split.second = program.length;
        });
        for (const jump of jumps) jump.to = program.length;
        return;
      }
      case "repeat": {
        for (let i = 0; i < node.least; i++) this.#emit(node.inner);
        if (node.most === Number.POSITIVE_INFINITY) {
          const start = program.length;
          const split = { kind: "split" as const, first: start + 1, second: 0 };
          program.push(split);
          this.#emit(node.inner);
          program.push({ kind: "jump", to: start });
          split.second = program.length;
          return;
        }
        const splits: { kind: "split"; first: number; second: number }[] = [];
        for (let i = node.least; i < node.most; i++) {
          const split = { kind: "split" as const, first: program.length + 1, second: 0 };
          splits.push(split);
          program.push(split);
          this.#emit(node.inner);
        }
        for (const split of splits) split.second = program.length;
      }
    }
  }

  /** The whole match and the groups, "" for those that took no part; null without a match. */
  exec(text: string): string[] | null {
    const codes = new Codes(text);
    // What led nowhere from one start leads nowhere from the next.
    const seen = new Uint8Array(this.#remembers ? this.#program.length * (codes.length + 1) : 0);
    for (let start = 0; start <= codes.length; start++) {
      const slots = this.#matchAt(codes, start, seen);
      if (!slots) continue;
      const result: string[] = [];
      for (let i = 0; i <= this.groups; i++)
        result.push(slots[i * 2 + 1] >= 0 && slots[i * 2] >= 0 ? codes.slice(slots[i * 2], slots[i * 2 + 1]) : "");
      return result;
    }
    return null;
  }

  /** The longest match from `start`; of two equally long ones that which was preferred by the earlier choices. */
  #matchAt(codes: Codes, start: number, seen: Uint8Array): number[] | null {
    const program = this.#program;
    const width = codes.length + 1;
    let best: number[] | null = null;
    const stack: [number, number, number[]][] = [[0, start, new Array(this.groups * 2 + 2).fill(-1)]];
    for (let top = stack.pop(); top; top = stack.pop()) {
      let [state, at, slots] = top;
      for (;;) {
        const key = state * width + at;
        const instruction = program[state];
        if (this.#remembers) {
          if (seen[key] === 1) break;
          seen[key] = 1;
        } else if (instruction.kind === "split") {
          // With back-references only a loop that took nothing is cut short.
          if (slots[0] === key) break;
          slots = slots.with(0, key);
        }
        if (instruction.kind === "one") {
          if (at >= codes.length || !instruction.test(codes.at(at))) break;
          at++;
          state++;
        } else if (instruction.kind === "split") {
          stack.push([instruction.second, at, slots]);
          state = instruction.first;
        } else if (instruction.kind === "jump") state = instruction.to;
        else if (instruction.kind === "save") {
          slots = slots.with(instruction.slot, at);
          state++;
        } else if (instruction.kind === "place") {
          if (!instruction.holds(codes, at)) break;
          state++;
        } else if (instruction.kind === "back") {
          const [from, to] = [slots[instruction.group * 2], slots[instruction.group * 2 + 1]];
          let same = from >= 0 && to >= from;
          for (let i = from; same && i < to; i++, at++) same = at < codes.length && codes.at(at) === codes.at(i);
          if (!same) break;
          state++;
        } else {
          if (best === null || at > best[1]) {
            best = slots.slice();
            best[0] = start;
            best[1] = at;
          }
          if (at === codes.length) return best;
          break;
        }
      }
    }
    return best;
  }
}

const cache = new Map<string, PosixRegex | null>();

/** The expression, null if it is not valid. */
export function posixRegex(source: string, fold: boolean): PosixRegex | null {
  const key = (fold ? "i" : "-") + source;
  let regex = cache.get(key);
  if (regex === undefined) {
    try {
      regex = new PosixRegex(source, fold);
    } catch (error) {
      if (!(error instanceof BadRegex)) throw error;
      regex = null;
    }
    if (cache.size > 200) cache.clear();
    cache.set(key, regex);
  }
  return regex;
}
