// What in an expression may have to wait, and its parts in the order they are worked out.

import type { Expression, Lvalue } from "./tree.ts";

const WAITING = new Set(["system", "close", "fflush"]);

/** Does the node itself wait? */
export const waits = (node: Expression): boolean =>
  node.kind === "call" || node.kind === "getline" || (node.kind === "builtin" && WAITING.has(node.name));

/** Does nothing in the expression wait? */
export function isPure(node: Expression): boolean {
  return !waits(node) && childrenOf(node).every(isPure);
}

export function childrenOf(node: Expression): Expression[] {
  const found: Expression[] = [];
  mapChildren(node, (child) => {
    found.push(child);
    return child;
  });
  return found;
}

/** A copy of the node with its parts replaced, in order. Of a place that is written to, only what it is found by is a part. */
export function mapChildren(node: Expression, change: (child: Expression, index: number) => Expression): Expression {
  let index = 0;
  const one = (child: Expression): Expression => change(child, index++);
  const place = (to: Lvalue): Lvalue => {
    if (to.kind === "field") return { ...to, of: one(to.of) };
    return to.kind === "element" ? { ...to, subscripts: to.subscripts.map(one) } : to;
  };
  switch (node.kind) {
    case "field":
      return { ...node, of: one(node.of) };
    case "element":
    case "in":
      return { ...node, subscripts: node.subscripts.map(one) };
    case "group":
    case "not":
    case "minus":
    case "plus":
      return { ...node, of: one(node.of) };
    case "grouping":
    case "concat":
      return { ...node, list: node.list.map(one) };
    case "binary":
    case "compare":
    case "match":
    case "and":
    case "or":
      return { ...node, left: one(node.left), right: one(node.right) };
    case "conditional":
      return { ...node, test: one(node.test), yes: one(node.yes), no: one(node.no) };
    case "assign":
      return { ...node, to: place(node.to), value: one(node.value) };
    case "increment":
      return { ...node, of: place(node.of) };
    case "call":
      return { ...node, args: node.args.map(one) };
    case "builtin": {
      const written = (node.name === "sub" || node.name === "gsub") && node.args.length === 3;
      const args = node.args.map((arg, i) =>
        written && i === 2 && (arg.kind === "field" || arg.kind === "element") ? place(arg) : one(arg),
      );
      return { ...node, args };
    }
    case "getline":
      return { ...node, source: node.source ? one(node.source) : null, to: node.to ? place(node.to) : null };
  }
  return node;
}
