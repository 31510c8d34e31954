// Matching a compiled pattern: iterative over stars without groups, by sets of reachable places with them. Time grows with
// pattern × text, never exponentially.

import type { Codes } from "./codes.ts";
import type { Element, Pattern } from "./compile.ts";

function matchOne(element: Element, code: number): boolean {
  if (element.kind === "char") return element.code === code;
  if (element.kind === "any") return true;
  if (element.kind !== "set") return false;
  for (let i = 0; i < element.ranges.length; i += 2)
    if (code >= element.ranges[i] && code <= element.ranges[i + 1]) return !element.negated;
  for (const holds of element.classes) if (holds(code)) return !element.negated;
  return element.negated;
}

/** Greedy with one point of return, the last star: what an earlier star could take, the last one can take as well. */
export function matchSimple(elements: Element[], codes: Codes, start: number, end: number): boolean {
  let at = start;
  let element = 0;
  let star = -1;
  let starAt = 0;
  while (at < end) {
    if (element < elements.length && elements[element].kind === "star") {
      star = element++;
      starAt = at;
    } else if (element < elements.length && matchOne(elements[element], codes.at(at))) {
      element++;
      at++;
    } else if (star >= 0) {
      element = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (element < elements.length && elements[element].kind === "star") element++;
  return element === elements.length;
}

/** Ends of the matching prefixes from `start`: just the one wanted, found by stepping all states at once. */
export function simplePrefixes(elements: Element[], codes: Codes, start: number, longest: boolean): number[] {
  const count = elements.length;
  let states = new Uint8Array(count + 1);
  let found = -1;
  const close = (set: Uint8Array) => {
    for (let i = 0; i < count; i++) if (set[i] && elements[i].kind === "star") set[i + 1] = 1;
  };
  states[0] = 1;
  close(states);
  for (let at = start; ; at++) {
    if (states[count]) {
      found = at;
      if (!longest || (elements[count - 1]?.kind === "star" && count > 0)) return [longest ? codes.length : at];
    }
    if (at === codes.length) break;
    const next = new Uint8Array(count + 1);
    let alive = false;
    for (let i = 0; i < count; i++) {
      if (!states[i]) continue;
      if (elements[i].kind === "star") next[i] = 1;
      else if (matchOne(elements[i], codes.at(at))) next[i + 1] = 1;
      else continue;
      alive = true;
    }
    if (!alive) break;
    close(next);
    states = next;
  }
  return found < 0 ? [] : [found];
}

/** Patterns with groups: the set of ends reachable from a start, remembered for each (pattern, start). */
export class GroupMatcher {
  codes: Codes;
  memory = new Map<Pattern, Map<number, Set<number>>>();

  constructor(codes: Codes) {
    this.codes = codes;
  }

  whole(pattern: Pattern, start: number, end: number): boolean {
    return this.ends(pattern, start).has(end);
  }

  ends(pattern: Pattern, start: number): Set<number> {
    let byStart = this.memory.get(pattern);
    if (!byStart) this.memory.set(pattern, (byStart = new Map()));
    const known = byStart.get(start);
    if (known) return known;
    let reached = new Set([start]);
    for (const element of pattern.elements) {
      reached = this.step(element, reached);
      if (reached.size === 0) break;
    }
    byStart.set(start, reached);
    return reached;
  }

  step(element: Element, from: Set<number>): Set<number> {
    const to = new Set<number>();
    const count = this.codes.length;
    if (element.kind === "star") {
      for (let at = Math.min(...from); at <= count; at++) to.add(at);
    } else if (element.kind === "group") {
      for (const start of from) for (const end of this.group(element.operator, element.choices, start)) to.add(end);
    } else for (const at of from) if (at < count && matchOne(element, this.codes.at(at))) to.add(at + 1);
    return to;
  }

  group(operator: string, choices: Pattern[], start: number): Set<number> {
    const once = new Set<number>();
    for (const choice of choices) for (const end of this.ends(choice, start)) once.add(end);
    if (operator === "@") return once;
    if (operator === "?") return once.add(start);
    if (operator === "!") {
      const others = new Set<number>();
      for (let end = start; end <= this.codes.length; end++) if (!once.has(end)) others.add(end);
      return others;
    }
    const reached = new Set(once);
    const todo = [...once];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      for (const choice of choices) {
        for (const end of this.ends(choice, next)) {
          if (!reached.has(end)) {
            reached.add(end);
            todo.push(end);
          }
        }
      }
    }
    if (operator === "*") reached.add(start);
    return reached;
  }
}
