// Steps into a result that keep its path, and values as tests and paths see them. Pure.

import { getIndex } from "./jq-paths.ts";
import type { Result } from "./jq-scope.ts";
import { described, JqError, shown, type Value } from "./jq-value.ts";

export const truthy = (value: Value) => value !== null && value !== false;

export function* none(): Generator<Result> {}

/** Marks results that paths can't lead to. */
export const NOWHERE: Value[] = [];

export function checkPath(path: Value[] | null): Value[] {
  if (path === NOWHERE) throw new JqError("Invalid path expression");
  return path ?? [];
}

export const getPathValue = (value: Value, path: Value[]): Value => {
  let at = value;
  for (const key of path) {
    if (at === null) return null;
    at = getIndex(at, key);
  }
  return at;
};

export function index(target: Result, key: Value): Result {
  if (target.path === NOWHERE) throw new JqError(`Invalid path expression with result ${shown(target.value)}`);
  return { value: getIndex(target.value, key), path: target.path && [...target.path, key] };
}

export function* iterate(target: Result): Generator<Result> {
  const { value, path } = target;
  if (path === NOWHERE) throw new JqError(`Invalid path expression with result ${shown(value)}`);
  if (Array.isArray(value))
    for (let i = 0; i < value.length; i++) yield { value: value[i], path: path && [...path, i] };
  else if (value instanceof Map) for (const [key, inner] of value) yield { value: inner, path: path && [...path, key] };
  else throw new JqError(`Cannot iterate over ${value === null ? "null" : described(value)}`);
}
