// Shell patterns: * ? [classes] and the extended ?(a|b) *(…) +(…) @(…) !(…). A pattern is text in which a backslash quotes the
// next character. Matching is iterative over stars: time grows with pattern × text, never exponentially.

type Element =
  | { kind: "char"; code: number }
  | { kind: "any" }
  | { kind: "star" }
  | { kind: "set"; negated: boolean; ranges: number[]; classes: ((code: number) => boolean)[] }
  | { kind: "group"; operator: string; choices: Pattern[] };

export interface Pattern {
  elements: Element[];
  extended: boolean;
  /** The text it matches, if it can match only that. */
  literal: string | null;
}

const cache = new Map<string, Pattern>();

/** @param extended whether ?( *( +( @( !( are special */
export function compilePattern(source: string, extended = false, fold = false): Pattern {
  const key = (extended ? "x" : "-") + (fold ? "i" : "-") + source;
  let pattern = cache.get(key);
  if (pattern === undefined) {
    pattern = compile(fold ? source.toLowerCase() : source, extended, 0);
    if (cache.size > 1000) cache.clear();
    cache.set(key, pattern);
  }
  return pattern;
}

/** True if the whole text matches. */
export function matches(pattern: Pattern, text: string): boolean {
  if (pattern.literal !== null) return pattern.literal === text;
  const codes = new Codes(text);
  return pattern.extended ? new GroupMatcher(codes).whole(pattern, 0, codes.length) : matchSimple(pattern.elements, codes, 0, codes.length);
}

/**
 * Length (in UTF-16 units) of the shortest or longest prefix (or suffix) of `text` that matches, -1 if none does.
 */
export function matchPrefix(pattern: Pattern, text: string, longest: boolean): number {
  if (pattern.literal !== null) return text.startsWith(pattern.literal) ? pattern.literal.length : -1;
  const codes = new Codes(text);
  const matcher = pattern.extended ? new GroupMatcher(codes) : null;
  const ends = matcher ? [...matcher.ends(pattern, 0)].sort((a, b) => a - b) : simplePrefixes(pattern.elements, codes, 0, longest);
  if (ends.length === 0) return -1;
  return codes.units(0, longest ? ends[ends.length - 1] : ends[0]);
}

export function matchSuffix(pattern: Pattern, text: string, longest: boolean): number {
  if (pattern.literal !== null) return text.endsWith(pattern.literal) ? pattern.literal.length : -1;
  const codes = new Codes(text);
  const count = codes.length;
  const matcher = pattern.extended ? new GroupMatcher(codes) : null;
  for (let i = 0; i <= count; i++) {
    const start = longest ? i : count - i;
    if (matcher ? matcher.whole(pattern, start, count) : matchSimple(pattern.elements, codes, start, count)) return codes.units(start, count);
  }
  return -1;
}

/** Replaces matches (the longest at each place) by what `replacement` makes of each. */
export function replaceMatches(pattern: Pattern, text: string, all: boolean, replacement: (match: string) => string): string {
  if (pattern.literal !== null) {
    const literal = pattern.literal;
    if (literal === "" || !text.includes(literal)) return text;
    if (all) return text.split(literal).join(replacement(literal));
    const at = text.indexOf(literal);
    return text.slice(0, at) + replacement(literal) + text.slice(at + literal.length);
  }
  const codes = new Codes(text);
  const matcher = pattern.extended ? new GroupMatcher(codes) : null;
  let result = "";
  for (let at = 0; at < codes.length; ) {
    const ends = matcher ? [...matcher.ends(pattern, at)] : simplePrefixes(pattern.elements, codes, at, true);
    const end = ends.length > 0 ? Math.max(...ends) : at;
    if (end > at) {
      result += replacement(codes.slice(at, end));
      at = end;
      if (!all) return result + codes.slice(at, codes.length);
    } else result += codes.slice(at, ++at);
  }
  return result;
}

/** True if an unquoted special character makes `source` more than text. */
export function isPattern(source: string, extended: boolean): boolean {
  return compilePattern(source, extended).literal === null;
}

/** A text's code points by number; nearly all texts have one per UTF-16 unit and are not copied. */
class Codes {
  readonly text: string;
  readonly wide: number[] | null;
  readonly length: number;

  constructor(text: string) {
    this.text = text;
    this.wide = /[\ud800-\udbff]/.test(text) ? toCodes(text) : null;
    this.length = this.wide === null ? text.length : this.wide.length;
  }

  at(index: number): number {
    return this.wide === null ? this.text.charCodeAt(index) : this.wide[index];
  }

  slice(start: number, end: number): string {
    return this.wide === null ? this.text.slice(start, end) : fromCodes(this.wide, start, end);
  }

  /** UTF-16 units between two places. */
  units(start: number, end: number): number {
    return this.wide === null ? end - start : fromCodes(this.wide, start, end).length;
  }
}

function toCodes(text: string): number[] {
  const codes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) as number;
    if (code > 0xffff) i++;
    codes.push(code);
  }
  return codes;
}

function fromCodes(codes: number[], start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCodePoint(codes[i]);
  return text;
}

/** Nested groups deeper than this are taken as text. */
const DEPTH_MAX = 50;

function compile(source: string, extended: boolean, depth: number): Pattern {
  const elements: Element[] = [];
  let hasGroup = false;
  let literal: string | null = "";
  const codes = toCodes(source);
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at];
    if (extended && depth < DEPTH_MAX && codes[at + 1] === 40 && "?*+@!".includes(String.fromCodePoint(code))) {
      const group = readGroup(codes, at + 2);
      if (group) {
        const choices = group.choices.map((choice) => compile(choice, true, depth + 1));
        elements.push({ kind: "group", operator: String.fromCharCode(code), choices });
        hasGroup = true;
        literal = null;
        at = group.end;
        continue;
      }
    }
    if (code === 42) {
      if (elements[elements.length - 1]?.kind !== "star") elements.push({ kind: "star" });
      literal = null;
    } else if (code === 63) {
      elements.push({ kind: "any" });
      literal = null;
    } else if (code === 91) {
      const set = readSet(codes, at + 1);
      if (set) {
        elements.push(set.element);
        at = set.end;
        literal = null;
      } else {
        elements.push({ kind: "char", code });
        if (literal !== null) literal += "[";
      }
    } else {
      const taken = code === 92 && at + 1 < codes.length ? codes[++at] : code;
      elements.push({ kind: "char", code: taken });
      if (literal !== null) literal += String.fromCodePoint(taken);
    }
  }
  return { elements, extended: hasGroup, literal };
}

/** The alternatives of a group whose `(` lies before `at`; null if it is not closed. */
function readGroup(codes: number[], at: number): { choices: string[]; end: number } | null {
  const choices: string[] = [];
  let depth = 0;
  let start = at;
  for (; at < codes.length; at++) {
    const code = codes[at];
    if (code === 92) at++;
    else if (code === 40) depth++;
    else if (code === 41 && depth-- === 0) {
      choices.push(fromCodes(codes, start, at));
      return { choices, end: at };
    } else if (code === 124 && depth === 0) {
      choices.push(fromCodes(codes, start, at));
      start = at + 1;
    }
  }
  return null;
}

/** A bracket expression behind its `[`; null if it is not closed (then `[` stands for itself). */
function readSet(codes: number[], at: number): { element: Element; end: number } | null {
  const ranges: number[] = [];
  const classes: ((code: number) => boolean)[] = [];
  const negated = codes[at] === 33 || codes[at] === 94;
  if (negated) at++;
  for (let first = true; ; first = false) {
    if (at >= codes.length) return null;
    if (codes[at] === 93 && !first) return { element: { kind: "set", negated, ranges, classes }, end: at };
    if (codes[at] === 91 && (codes[at + 1] === 58 || codes[at + 1] === 46 || codes[at + 1] === 61)) {
      let end = at + 2;
      while (end < codes.length && !(codes[end] === codes[at + 1] && codes[end + 1] === 93)) end++;
      if (end < codes.length) {
        const name = fromCodes(codes, at + 2, end);
        if (codes[at + 1] === 58) classes.push(CLASSES[name] ?? (() => false));
        else if (end === at + 3) ranges.push(codes[at + 2], codes[at + 2]);
        at = end + 2;
        continue;
      }
    }
    if (codes[at] === 92 && at + 1 < codes.length) at++;
    const low = codes[at++];
    if (codes[at] === 45 && at + 1 < codes.length && codes[at + 1] !== 93) {
      at++;
      if (codes[at] === 92 && at + 1 < codes.length) at++;
      ranges.push(low, codes[at++]);
    } else ranges.push(low, low);
  }
}

const isUpper = (code: number) => code >= 65 && code <= 90;
const isLower = (code: number) => code >= 97 && code <= 122;
const isDigit = (code: number) => code >= 48 && code <= 57;
const isLetter = (code: number) => isUpper(code) || isLower(code) || (code > 127 && /\p{L}/u.test(String.fromCodePoint(code)));
const isSpace = (code: number) => code === 32 || (code >= 9 && code <= 13);

const CLASSES: Record<string, (code: number) => boolean> = {
  alpha: isLetter,
  digit: isDigit,
  alnum: (code) => isLetter(code) || isDigit(code),
  upper: (code) => isUpper(code) || (code > 127 && /\p{Lu}/u.test(String.fromCodePoint(code))),
  lower: (code) => isLower(code) || (code > 127 && /\p{Ll}/u.test(String.fromCodePoint(code))),
  space: isSpace,
  blank: (code) => code === 32 || code === 9,
  punct: (code) => code > 32 && code < 127 && !isLetter(code) && !isDigit(code),
  print: (code) => code >= 32 && code !== 127,
  graph: (code) => code > 32 && code !== 127,
  cntrl: (code) => code < 32 || code === 127,
  xdigit: (code) => isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102),
  word: (code) => isLetter(code) || isDigit(code) || code === 95,
  ascii: (code) => code < 128,
};

function matchOne(element: Element, code: number): boolean {
  if (element.kind === "char") return element.code === code;
  if (element.kind === "any") return true;
  if (element.kind !== "set") return false;
  for (let i = 0; i < element.ranges.length; i += 2) if (code >= element.ranges[i] && code <= element.ranges[i + 1]) return !element.negated;
  for (const holds of element.classes) if (holds(code)) return !element.negated;
  return element.negated;
}

/** Greedy with one point of return, the last star: what an earlier star could take, the last one can take as well. */
function matchSimple(elements: Element[], codes: Codes, start: number, end: number): boolean {
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
function simplePrefixes(elements: Element[], codes: Codes, start: number, longest: boolean): number[] {
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
class GroupMatcher {
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
