// A lazily built DFA over bytes: a tree becomes an NFA, and the sets of NFA states that a text reaches become DFA states when first
// met. Every scan is one pass, whatever the pattern. A pattern is built for ASCII first, and again with UTF-8 sequences when a
// text has other bytes.

import type { Look, Node } from "./node.ts";
import { RegexError } from "./parse.ts";

/** What stands beside a position. */
const EDGE = 0;
const NEWLINE = 1;
const WORD = 2;
const OTHER = 3;

const context = (byte: number): number =>
  byte === 10 ? NEWLINE : byte >= 128 || /\w/.test(String.fromCharCode(byte)) ? WORD : OTHER;

const contexts = Uint8Array.from({ length: 256 }, (_, byte) => context(byte));

/** Does a condition hold between what stands before and what stands behind? */
export function holdsAt(look: Look, before: number, behind: number): boolean {
  const [left, right] = [before === WORD, behind === WORD];
  switch (look) {
    case "textStart":
      return before === EDGE;
    case "textEnd":
      return behind === EDGE;
    case "lineStart":
      return before <= NEWLINE;
    case "lineEnd":
      return behind <= NEWLINE;
    case "boundary":
      return left !== right;
    case "inside":
      return left === right;
    case "wordStart":
      return !left && right;
    case "wordEnd":
      return left && !right;
    case "noWordBefore":
      return !left;
    case "noWordAfter":
      return !right;
  }
}

/** The context of the character at a place; outside the text, the edge. */
export const contextAt = (text: string, at: number): number =>
  at >= 0 && at < text.length ? contexts[text.charCodeAt(at)] : EDGE;

const MOST_STATES = 3000;
const MOST_NFA_STATES = 300_000;
/** Numbers of DFA states: 0 is not a state, 1 has no way on. */
const DEAD = 1;

export class Dfa {
  /** The text is read from its end to its start. */
  readonly #reverse: boolean;
  readonly #unanchored: boolean;
  readonly #prefix: string;
  readonly #tree: Node;
  /** The NFA: a set and where it leads, or (set null) ways on without a byte, subject to a condition. */
  #sets: (Uint8Array | null)[] = [];
  #next: number[] = [];
  #other: number[] = [];
  #looks: (Look | null)[] = [];
  #start = 0;
  /** Byte → class of bytes that no set tells apart; the last class is the end of the text. */
  #classes = new Uint8Array(256);
  #samples: number[] = [];
  #stride = 0;
  /** Bytes above 127 are one class, which asks for the tree to be built again. */
  #ascii = true;
  #hasLooks = false;
  #table = new Int32Array(0);
  #states: { nfa: number[]; before: number; closures: ({ sets: number[]; matched: boolean } | undefined)[] }[] = [];
  #numbers = new Map<string, number>();
  #seen = new Int32Array(0);
  #mark = 0;
  /** Where the last scan that went as far as it could came to its end. */
  stopped = 0;

  /** @param prefix what every match begins with: an unanchored scan looks it up where nothing has begun */
  constructor(tree: Node, reverse: boolean, unanchored: boolean, prefix = "") {
    this.#prefix = prefix;
    this.#tree = tree;
    this.#reverse = reverse;
    this.#unanchored = unanchored;
    this.#build();
  }

  #build(): void {
    this.#sets = [null];
    this.#next = [-1];
    this.#other = [-1];
    this.#looks = [null];
    this.#hasLooks = false;
    this.#start = this.#add(this.#tree, 0);
    this.#seen = new Int32Array(this.#sets.length);
    this.#mark = 0;
    this.#classify();
    this.#reset();
  }

  #reset(): void {
    this.#states = [];
    this.#numbers.clear();
    this.#table = new Int32Array(this.#stride * 16);
    for (let i = 0; i <= DEAD; i++) this.#states.push({ nfa: [], before: EDGE, closures: [] });
    this.#numbers.set(this.#hasLooks ? `,${OTHER}` : "", DEAD);
  }

  #put(set: Uint8Array | null, next: number, other: number, look: Look | null): number {
    if (this.#sets.length > MOST_NFA_STATES) throw new RegexError("Regular expression too big");
    this.#next.push(next);
    this.#other.push(other);
    this.#looks.push(look);
    return this.#sets.push(set) - 1;
  }

  /** Adds a tree that goes on at `next`; its first state. */
  #add(node: Node, next: number): number {
    switch (node.kind) {
      case "set": {
        const own = this.#put(node.set, next, -1, null);
        if (!node.wide || this.#ascii) return own;
        return this.#put(null, own, this.#add(node.wide(), next), null);
      }
      case "cat": {
        let at = next;
        const { list } = node;
        for (let i = 0; i < list.length; i++) at = this.#add(list[this.#reverse ? i : list.length - 1 - i], at);
        return at;
      }
      case "alt":
        return node.list.map((one) => this.#add(one, next)).reduce((a, b) => this.#put(null, a, b, null));
      case "group":
        return this.#add(node.node, next);
      case "look":
        this.#hasLooks = true;
        return this.#put(null, next, -1, node.look);
      case "back": {
        // Whatever the group was: the scan is a first look, the exact one follows.
        const any = this.#put(new Uint8Array(256).fill(1), -1, -1, null);
        return (this.#next[any] = this.#put(null, any, next, null));
      }
      case "repeat": {
        let at = next;
        if (node.max === Number.POSITIVE_INFINITY) {
          at = this.#put(null, -1, next, null);
          this.#next[at] = this.#add(node.node, at);
        } else for (let i = node.min; i < node.max; i++) at = this.#put(null, this.#add(node.node, at), next, null);
        for (let i = 0; i < node.min; i++) at = this.#add(node.node, at);
        return at;
      }
    }
  }

  #classify(): void {
    const classes = new Uint8Array(256);
    let count = 1;
    const split = (part: (byte: number) => number) => {
      const numbers = new Map<number, number>();
      const before = classes.slice();
      for (let byte = 0; byte < 256; byte++) {
        const key = before[byte] * 256 + part(byte);
        let number = numbers.get(key);
        if (number === undefined) numbers.set(key, (number = numbers.size));
        classes[byte] = number;
      }
      count = numbers.size;
    };
    for (const set of new Set(this.#sets)) if (set) split((byte) => (this.#ascii && byte > 127 ? 0 : set[byte]));
    if (this.#hasLooks) split((byte) => contexts[byte]);
    if (this.#ascii) split((byte) => (byte > 127 ? 1 : 0));
    this.#classes = classes;
    this.#samples = [];
    for (let byte = 255; byte >= 0; byte--) this.#samples[classes[byte]] = byte;
    this.#stride = count + 1;
  }

  /**
   * Reads the text from `at` to `limit` (backwards if this is a reverse one) and gives where a match ends: the first place
   * with `first`, otherwise the farthest; -1 when there is none. Given `marks`, marks[i - base] is set for every place i where
   * one ends; given `only`, an end counts where only[i - base] is set.
   */
  scan(
    text: string,
    at: number,
    limit: number,
    first: boolean,
    base = 0,
    marks?: Uint8Array,
    only?: Uint8Array,
  ): number {
    const stride = this.#stride;
    const classes = this.#classes;
    const prefix = this.#prefix;
    const step = this.#reverse ? -1 : 1;
    const shift = this.#reverse ? -1 : 0;
    let begin = this.#state([this.#start], this.#hasLooks ? contextAt(text, at - 1 - shift) : OTHER) * stride;
    let table = this.#table;
    let state = begin;
    let last = -1;
    for (let i = at; ; i += step) {
      if (state === begin && prefix !== "" && i > at) {
        i = text.indexOf(prefix, i);
        if (i < 0) return last;
      }
      let column: number;
      if (i !== limit) column = classes[text.charCodeAt(i + shift)];
      else if (limit + shift >= 0 && limit + shift < text.length) column = classes[text.charCodeAt(limit + shift)];
      else column = stride - 1;
      let move = table[state + column];
      if (move === 0) {
        if (this.#ascii && column < stride - 1 && this.#samples[column] > 127) {
          this.#ascii = false;
          this.#build();
          return this.scan(text, at, limit, first, base, marks, only);
        }
        if (this.#states.length > MOST_STATES) {
          const { nfa, before } = this.#states[state / stride];
          this.#reset();
          begin = -1;
          state = this.#state(nfa, before) * stride;
        }
        move = this.#move(state, column);
        table = this.#table;
      }
      if ((move & 1) === 1 && (!only || only[i - base] === 1)) {
        last = i;
        if (first) return i;
        if (marks) marks[i - base] = 1;
      }
      state = move >> 1;
      if (i === limit || state === stride) {
        this.stopped = i;
        return last;
      }
    }
  }

  /** The number of the DFA state for these NFA states, in a context. */
  #state(nfa: number[], before: number): number {
    const key = this.#hasLooks ? `${nfa.join()},${before}` : nfa.join();
    let number = this.#numbers.get(key);
    if (number !== undefined) return number;
    if (nfa.length === 0 && !this.#unanchored) return DEAD;
    number = this.#states.push({ nfa, before, closures: [] }) - 1;
    this.#numbers.set(key, number);
    const needed = (number + 1) * this.#stride;
    if (needed > this.#table.length) {
      const larger = new Int32Array(needed * 2);
      larger.set(this.#table);
      this.#table = larger;
    }
    return number;
  }

  /** Works out one entry of the table: the state to go to (times stride, doubled), and whether a match ends before the byte. */
  #move(from: number, column: number): number {
    const { closures, nfa, before } = this.#states[from / this.#stride];
    const atEnd = column === this.#stride - 1;
    const byte = this.#samples[column];
    const behind = atEnd ? EDGE : this.#hasLooks ? contexts[byte] : OTHER;
    let closure = closures[this.#hasLooks ? behind : OTHER];
    if (!closure) {
      closure = this.#closure(nfa, before, behind);
      closures[this.#hasLooks ? behind : OTHER] = closure;
    }
    let to = DEAD;
    if (!atEnd) {
      const reached: number[] = [];
      const mark = ++this.#mark;
      for (const state of closure.sets) {
        const next = this.#next[state];
        if (this.#sets[state]![byte] === 1 && this.#seen[next] !== mark) {
          this.#seen[next] = mark;
          reached.push(next);
        }
      }
      if (this.#unanchored && this.#seen[this.#start] !== mark) reached.push(this.#start);
      reached.sort((a, b) => a - b);
      to = this.#state(reached, this.#hasLooks ? behind : OTHER);
    }
    const move = ((to * this.#stride) << 1) | (closure.matched ? 1 : 0);
    this.#table[from + column] = move;
    return move;
  }

  /** All that is reached without reading a byte: states that read one, and whether the end is among them. */
  #closure(nfa: number[], before: number, behind: number): { sets: number[]; matched: boolean } {
    const mark = ++this.#mark;
    const sets: number[] = [];
    let matched = false;
    const stack = [...nfa];
    while (stack.length > 0) {
      const state = stack.pop()!;
      if (this.#seen[state] === mark) continue;
      this.#seen[state] = mark;
      if (state === 0) matched = true;
      else if (this.#sets[state]) sets.push(state);
      else {
        const look = this.#looks[state];
        if (look && !(this.#reverse ? holdsAt(look, behind, before) : holdsAt(look, before, behind))) continue;
        stack.push(this.#next[state]);
        if (this.#other[state] >= 0) stack.push(this.#other[state]);
      }
    }
    return { sets, matched };
  }
}
