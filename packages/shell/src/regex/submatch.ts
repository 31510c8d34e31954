// Which part of a match each group stands for, by glibc's rule: of all ways to match, the first alternative that will do, and
// subexpressions from left to right as long as can be. (Of alternatives within a list within a group it takes the longest, where
// glibc takes the first.) The match's ends are known; every part is settled by scans over small DFAs, each kept with its node.

import { Dfa } from "./dfa.ts";
import { cat, holds, type Node, repeat } from "./node.ts";

const forward = new WeakMap<Node, Dfa>();
const behind = new WeakMap<Node, Dfa[]>();
const grouped = new WeakMap<Node, boolean>();

export function hasGroups(node: Node): boolean {
  let known = grouped.get(node);
  if (known === undefined) grouped.set(node, (known = holds(node, "group")));
  return known;
}

function dfaOf(node: Node): Dfa {
  let dfa = forward.get(node);
  if (!dfa) forward.set(node, (dfa = new Dfa(node, false, false)));
  return dfa;
}

/** For each element of a list: all behind it, backwards. */
function restsOf(node: Node, list: Node[]): Dfa[] {
  let found = behind.get(node);
  if (!found) {
    found = list.map((_, i) => new Dfa(cat(...list.slice(i + 1)), true, false));
    behind.set(node, found);
  }
  return found;
}

/** The end of `node` from `from` on that is preferred among those from which `rest` reaches `to`. */
function endBefore(rest: Dfa, node: Node, text: string, from: number, to: number): number {
  const starts = new Uint8Array(to - from + 1);
  rest.scan(text, to, from, false, from, starts);
  return preferredEnd(node, text, from, to, from, starts);
}

function isEmpty(node: Node): boolean {
  return node.kind === "cat" && node.list.length === 0;
}

/** The farthest end that is in `starts` (counted from `origin`), of the first alternative that has one; -1 without one. */
function preferredEnd(node: Node, text: string, from: number, to: number, origin: number, starts: Uint8Array): number {
  if (node.kind === "group") return preferredEnd(node.node, text, from, to, origin, starts);
  if (node.kind !== "alt") return dfaOf(node).scan(text, from, to, false, origin, undefined, starts);
  for (const one of node.list) {
    const end = isEmpty(one) ? -1 : preferredEnd(one, text, from, to, origin, starts);
    if (end >= 0) return end;
  }
  // An empty alternative comes last, wherever it stands.
  return node.list.some(isEmpty) && starts[from - origin] === 1 ? from : -1;
}

/** Sets spans[2n] and spans[2n+1] for each group n in the node, which matches [from, to) of the text. */
export function assign(node: Node, text: string, from: number, to: number, spans: number[]): void {
  if (!hasGroups(node)) return;
  switch (node.kind) {
    case "group":
      spans[2 * node.number] = from;
      spans[2 * node.number + 1] = to;
      assign(node.node, text, from, to, spans);
      return;
    case "alt": {
      const branch = node.list.find((one) => dfaOf(one).scan(text, from, to, false) === to);
      if (branch) assign(branch, text, from, to, spans);
      return;
    }
    case "cat": {
      const last = node.list.findLastIndex(hasGroups);
      const rests = restsOf(node, node.list);
      let at = from;
      for (let i = 0; i <= last; i++) {
        const end = i === node.list.length - 1 ? to : endBefore(rests[i], node.list[i], text, at, to);
        assign(node.list[i], text, at, end, spans);
        at = end;
      }
      return;
    }
    case "repeat":
      iterations(node, text, from, to, spans);
  }
}

/** The turns of a repetition; a group keeps what its last turn gave it. */
function iterations(node: Node & { kind: "repeat" }, text: string, from: number, to: number, spans: number[]): void {
  const { node: inner, min, max } = node;
  const own = dfaOf(inner);
  if (from === to) {
    // An empty turn counts if the inside can be empty.
    if (max > 0 && own.scan(text, from, to, false) === to) assign(inner, text, from, to, spans);
    return;
  }
  // How many turns are left matters only where the bounds are small.
  const counted = max < 20 || (min > 1 && min < 20);
  const starts = new Uint8Array(to - from + 1);
  if (!counted) restOf(node, 0, inner, 0, max).scan(text, to, from, false, from, starts);
  for (let turn = 1, at = from; at < to; turn++) {
    if (counted) {
      starts.fill(0);
      restOf(node, turn, inner, Math.max(0, min - turn), Math.max(0, max - turn)).scan(
        text,
        to,
        at,
        false,
        from,
        starts,
      );
    }
    let end = preferredEnd(inner, text, at, to, from, starts);
    // An empty turn gets nowhere.
    if (end <= at) end = own.scan(text, at, to, false, from, undefined, starts);
    if (end <= at) break;
    assign(inner, text, at, end, spans);
    at = end;
  }
}

const rests = new WeakMap<Node, Dfa[]>();

/** What is left of a repetition after some turns, backwards. */
function restOf(node: Node, turn: number, inner: Node, min: number, max: number): Dfa {
  let known = rests.get(node);
  if (!known) rests.set(node, (known = []));
  return (known[turn] ??= new Dfa(repeat(inner, min, max), true, false));
}
