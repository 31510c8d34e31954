// The tree a regular expression is parsed into. Subjects are binary strings (a character a byte), so sets are sets of bytes;
// one that holds characters beyond ASCII knows its UTF-8 sequences. Pure.

/** Conditions on a position: what stands before and behind it. */
export type Look =
  | "lineStart"
  | "lineEnd"
  | "textStart"
  | "textEnd"
  | "boundary"
  | "inside"
  | "wordStart"
  | "wordEnd"
  | "noWordBefore"
  | "noWordAfter";

export type Node =
  | { kind: "set"; set: Uint8Array; wide?: (() => Node) | undefined }
  | { kind: "cat"; list: Node[] }
  | { kind: "alt"; list: Node[] }
  | { kind: "repeat"; node: Node; min: number; max: number }
  | { kind: "group"; node: Node; number: number }
  | { kind: "look"; look: Look }
  | { kind: "back"; number: number };

/** Ranges of code points, or of bytes, both ends included. */
export type Ranges = [number, number][];

export const cat = (...list: Node[]): Node => (list.length === 1 ? list[0] : { kind: "cat", list });
export const alt = (list: Node[]): Node => (list.length === 1 ? list[0] : { kind: "alt", list });
export const repeat = (node: Node, min: number, max: number): Node => ({ kind: "repeat", node, min, max });
export const EMPTY: Node = { kind: "cat", list: [] };

const singles: Node[] = [];

/** A set of bytes; one byte's is always the same node. */
export function bytes(ranges: Ranges): Node {
  const [[first, last]] = ranges.length > 0 ? ranges : [[0, -1]];
  const single = ranges.length === 1 && first === last;
  if (single && singles[first]) return singles[first];
  const set = new Uint8Array(256);
  for (const [low, high] of ranges) set.fill(1, low, high + 1);
  const node: Node = { kind: "set", set };
  if (single) singles[first] = node;
  return node;
}

/** Alternatives without groups, with what they begin with in common taken out: thousands of patterns stay few branches. */
export function factored(trees: Node[]): Node {
  const rests = new Map<Node, Node[]>();
  for (const tree of trees) {
    const list = tree.kind === "cat" ? tree.list : [tree];
    const head = list[0] ?? EMPTY;
    const rest = list.length > 1 ? cat(...list.slice(1)) : EMPTY;
    const known = rests.get(head);
    if (known) known.push(rest);
    else rests.set(head, [rest]);
  }
  return alt(
    [...rests].map(([head, list]) => {
      if (list.length === 1) return cat(head, list[0]);
      // Alternatives that are all alike, or empty, would never get shorter.
      return cat(head, head === EMPTY ? EMPTY : factored(list));
    }),
  );
}

/** Does the tree hold a node of that kind? */
export function holds(node: Node, kind: Node["kind"]): boolean {
  if (node.kind === kind) return true;
  if (node.kind === "cat" || node.kind === "alt") return node.list.some((one) => holds(one, kind));
  return (node.kind === "repeat" || node.kind === "group") && holds(node.node, kind);
}

/** Any of these strings, as a tree that shares their beginnings. */
export function anyOf(texts: string[]): Node {
  const heads = new Map<string, string[]>();
  let empty = false;
  for (const text of texts) {
    if (text === "") {
      empty = true;
      continue;
    }
    const rest = heads.get(text[0]);
    if (rest) rest.push(text.slice(1));
    else heads.set(text[0], [text.slice(1)]);
  }
  const branches = [...heads].map(([head, rests]) => {
    const path = [head];
    // What only one string goes on with needs no tree.
    if (rests.length === 1) {
      for (const character of rests[0]) path.push(character);
      return cat(...path.map(byteNode));
    }
    return cat(byteNode(head), anyOf(rests));
  });
  if (branches.length === 0) return EMPTY;
  return empty ? repeat(alt(branches), 0, 1) : alt(branches);
}

const byteNode = (character: string): Node => {
  const code = character.charCodeAt(0);
  return bytes([[code, code]]);
};
