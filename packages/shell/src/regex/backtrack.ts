// Patterns with back-references, which no DFA can do: every way to match is tried, the longest match kept. Tries are counted, so
// that a hostile pattern ends.

import { contextAt, holdsAt } from "./dfa.ts";
import type { Node } from "./node.ts";

const MOST_STEPS = 2_000_000;

/** The longest match that begins at `from`, as spans; null when there is none. */
export function matchAt(tree: Node, groups: number, fold: boolean, text: string, from: number): number[] | null {
  const spans = new Array<number>(2 * groups + 2).fill(-1);
  let best: number[] | null = null;
  let steps = 0;
  const normal = (part: string) => (fold ? part.toLowerCase() : part);

  /** Tries the node at `at`; `go` is what follows. True ends the search. */
  const run = (node: Node, at: number, go: (at: number) => boolean): boolean => {
    if (++steps > MOST_STEPS) return true;
    switch (node.kind) {
      case "set":
        if (at < text.length && node.set[text.charCodeAt(at)] === 1) return go(at + 1);
        return !!node.wide && text.charCodeAt(at) > 127 && run(node.wide(), at, go);
      case "cat": {
        const from = (i: number, place: number): boolean =>
          i === node.list.length ? go(place) : run(node.list[i], place, (next) => from(i + 1, next));
        return from(0, at);
      }
      case "alt":
        return node.list.some((one) => run(one, at, go));
      case "look":
        return holdsAt(node.look, contextAt(text, at - 1), contextAt(text, at)) && go(at);
      case "group": {
        const [start, end] = [spans[2 * node.number], spans[2 * node.number + 1]];
        const done = run(node.node, at, (next) => {
          const inner = [spans[2 * node.number], spans[2 * node.number + 1]];
          spans[2 * node.number] = at;
          spans[2 * node.number + 1] = next;
          if (go(next)) return true;
          [spans[2 * node.number], spans[2 * node.number + 1]] = inner;
          return false;
        });
        if (!done) [spans[2 * node.number], spans[2 * node.number + 1]] = [start, end];
        return done;
      }
      case "back": {
        const start = spans[2 * node.number];
        if (start < 0) return false;
        const length = spans[2 * node.number + 1] - start;
        const same = normal(text.substr(start, length)) === normal(text.substr(at, length));
        return same && at + length <= text.length && go(at + length);
      }
      case "repeat": {
        if (node.node.kind === "set" && !node.node.wide) {
          const { set } = node.node;
          let end = at;
          while (end < text.length && end - at < node.max && set[text.charCodeAt(end)] === 1) end++;
          for (; end - at >= node.min; end--) if (go(end)) return true;
          return false;
        }
        const turn = (count: number, place: number): boolean => {
          if (count < node.max) {
            const more = run(node.node, place, (next) =>
              next === place && count >= node.min ? false : turn(count + 1, next),
            );
            if (more) return true;
          }
          return count >= node.min && go(place);
        };
        return turn(0, at);
      }
    }
  };
  run(tree, from, (end) => {
    if (!best || end > best[1]) {
      best = spans.slice();
      best[0] = from;
      best[1] = end;
    }
    return end === text.length;
  });
  return best;
}
