// A compiled POSIX regular expression: what grep, sed, awk, expr, find and [[ =~ ]] match with. The leftmost of the longest
// matches is found, in time linear in the text unless there are back-references. Subjects are binary strings: a character a byte.

import { matchAt } from "./backtrack.ts";
import { Dfa } from "./dfa.ts";
import { alt, anyOf, cat, EMPTY, factored, holds, type Node } from "./node.ts";
import { CharacterClassError, Parser, RegexError, type SyntaxRules } from "./parse.ts";
import { assign, hasGroups } from "./submatch.ts";

export { CharacterClassError, RegexError };

export interface RegexRules extends Omit<SyntaxRules, "syntax"> {
  syntax: SyntaxRules["syntax"] | "fixed";
  /** Match whole words or whole lines only. */
  whole?: "word" | "line" | null;
}

export class Regex {
  /** Capture groups in the pattern. */
  readonly groups: number = 0;
  /** "stray \ before t" and the like. */
  readonly warnings: string[] = [];
  /** Set when the pattern is a plain string to be found with indexOf. */
  readonly literal: string | null;
  /** What was found last: [start, end, start of group 1, …], -1 for a group without a part. */
  readonly spans: number[] = [-1, -1];
  readonly tree: Node;
  /** Every match begins with this text. */
  readonly #prefix: string;
  /** What a match can begin with; null when it may be empty, or that is not known. */
  readonly #heads: Uint8Array | null;
  /** There are back-references: `firstEnd` only says where a match might be. */
  readonly references: boolean;
  readonly #fold: boolean;
  /** Says where the first match ends, wherever it began; finds the longest one from a place; and where matches begin. */
  #search: Dfa | null = null;
  #longest: Dfa | null = null;
  #starts: Dfa | null = null;

  /** @param patterns binary strings: a match of any is a match */
  constructor(patterns: string[], rules: RegexRules) {
    this.#fold = !!rules.ignoreCase;
    let trees: Node[] = [];
    const { syntax } = rules;
    if (syntax === "fixed" && !rules.ignoreCase) trees = [anyOf(patterns)];
    else {
      for (const pattern of patterns) {
        const text =
          syntax === "fixed" ? pattern.replace(/[[\\*.^$]/g, "[$&]").replace(/\[([\\^])\]/g, "\\$1") : pattern;
        const parser = new Parser(text, { ...rules, syntax: syntax === "extended" ? syntax : "basic" }, this.groups);
        trees.push(parser.run());
        this.groups = parser.groups;
        this.warnings.push(...parser.warnings);
      }
    }
    let tree = trees.length > 20 && this.groups === 0 ? factored(trees) : alt(trees.length > 0 ? trees : [EMPTY]);
    if (rules.whole) {
      const line = rules.whole === "line";
      const lines = rules.lines || rules.anchorsAtLines;
      const begin: Node = { kind: "look", look: line ? (lines ? "lineStart" : "textStart") : "noWordBefore" };
      const end: Node = { kind: "look", look: line ? (lines ? "lineEnd" : "textEnd") : "noWordAfter" };
      tree = cat(begin, tree, end);
    }
    this.tree = tree;
    this.references = holds(tree, "back");
    const { text, whole } = literalPrefix(tree);
    this.#prefix = text;
    this.literal = whole && text !== "" ? text : null;
    this.#heads = text === "" ? firstBytes(tree) : null;
  }

  /** Where the first match ends that any scan from `from` on meets, or -1: says whether there is a match, in one pass. */
  firstEnd(text: string, from = 0): number {
    let at = from;
    if (this.#prefix !== "") {
      at = text.indexOf(this.#prefix, from);
      if (at < 0) return -1;
      if (this.literal !== null) return at + this.literal.length;
    } else if (this.#heads) {
      const heads = this.#heads;
      while (at < text.length && heads[text.charCodeAt(at)] === 0) at++;
      if (at === text.length) return -1;
    }
    this.#search ??= new Dfa(this.tree, false, true, this.#prefix);
    return this.#search.scan(text, at, text.length, true);
  }

  test(text: string): boolean {
    if (this.references) return this.find(text, 0);
    return this.firstEnd(text) >= 0;
  }

  /** Finds the leftmost longest match at or behind `from`: its ends are spans[0] and spans[1] then. */
  find(text: string, from: number): boolean {
    const { spans } = this;
    const first = this.firstEnd(text, from);
    if (first < 0) return false;
    if (this.literal !== null) {
      spans[0] = first - this.literal.length;
      spans[1] = first;
      return true;
    }
    if (this.references) return this.#findReferences(text, from);
    const longest = (this.#longest ??= new Dfa(this.tree, false, false));
    const heads = this.#heads;
    // The leftmost match may end behind `first`, but begins before it. Attempts that read on for nothing are limited.
    let effort = 4 * (text.length - from) + 1000;
    for (let at = from; at <= first; at++) {
      if (this.#prefix !== "") at = text.indexOf(this.#prefix, at);
      else if (heads && at < text.length && heads[text.charCodeAt(at)] === 0) continue;
      const end = longest.scan(text, at, text.length, false);
      if (end >= 0) {
        spans[0] = at;
        spans[1] = end;
        return true;
      }
      effort -= longest.stopped - at;
      if (effort < 0) {
        this.#starts ??= new Dfa(this.tree, true, true);
        const start = this.#starts.scan(text, text.length, at, false);
        spans[0] = start;
        spans[1] = longest.scan(text, start, text.length, false);
        return true;
      }
    }
    return false;
  }

  #findReferences(text: string, from: number): boolean {
    const longest = (this.#longest ??= new Dfa(this.tree, false, false));
    for (let at = from; at <= text.length; at++) {
      if (this.#heads && (at === text.length || this.#heads[text.charCodeAt(at)] === 0)) continue;
      if (longest.scan(text, at, text.length, true) < 0) continue;
      const spans = matchAt(this.tree, this.groups, this.#fold, text, at);
      if (!spans) continue;
      for (let i = 0; i < spans.length; i++) this.spans[i] = spans[i];
      return true;
    }
    return false;
  }

  /** After `find`: fills in what the groups stand for. */
  capture(text: string): number[] {
    const { spans, groups } = this;
    if (this.references || groups === 0) return spans;
    spans.length = 2;
    while (spans.length < 2 * groups + 2) spans.push(-1);
    if (hasGroups(this.tree)) assign(this.tree, text, spans[0], spans[1], spans);
    return spans;
  }
}

/** The text that every match begins with, and whether that is all of the pattern. */
function literalPrefix(tree: Node): { text: string; whole: boolean } {
  if (tree.kind === "set") {
    const only = tree.wide ? -1 : tree.set.indexOf(1);
    if (only < 0 || tree.set.indexOf(1, only + 1) >= 0) return { text: "", whole: false };
    return { text: String.fromCharCode(only), whole: true };
  }
  if (tree.kind === "cat") {
    let text = "";
    for (const one of tree.list) {
      const { text: more, whole } = literalPrefix(one);
      text += more;
      if (!whole) return { text, whole: false };
    }
    return { text, whole: true };
  }
  if (tree.kind === "group") return { text: literalPrefix(tree.node).text, whole: false };
  if (tree.kind === "repeat" && tree.min > 0) return { text: literalPrefix(tree.node).text, whole: false };
  return { text: "", whole: false };
}

/** The bytes a match can begin with; null when it can be empty. */
function firstBytes(tree: Node): Uint8Array | null {
  const heads = new Uint8Array(256);
  /** Adds a node's; true if it can be empty. */
  const add = (node: Node): boolean => {
    switch (node.kind) {
      case "set":
        for (let byte = 0; byte < 256; byte++) heads[byte] |= node.set[byte];
        if (node.wide) heads.fill(1, 0xc2, 0xf5);
        return false;
      case "cat":
        return node.list.every(add);
      case "alt":
        return node.list.map(add).includes(true);
      case "group":
        return add(node.node);
      case "repeat":
        return (node.max > 0 && add(node.node)) || node.min === 0;
      case "look":
        return true;
      case "back":
        heads.fill(1);
        return true;
    }
  };
  return add(tree) ? null : heads;
}
