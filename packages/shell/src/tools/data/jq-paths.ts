// Getting, setting and deleting inside jq's values, by index, slice or path. Pure: values are copied where they change.

import { compare, JqError, type JsonObject, shown, sortedKeys, typeOf, type Value } from "./jq-value.ts";

const isSlice = (key: Value): key is JsonObject => key instanceof Map && (key.has("start") || key.has("end"));

function bounds(length: number, from: Value, to: Value): [number, number] {
  const check = (value: Value) => {
    if (value !== null && typeof value !== "number")
      throw new JqError("Start and end indices of an array slice must be numbers");
    return value;
  };
  const place = (value: number) => Math.min(length, Math.max(0, value < 0 ? value + length : value));
  const [start, end] = [check(from), check(to)];
  const low = Math.floor(place(start === null || Number.isNaN(start) ? 0 : start));
  const high = Math.ceil(place(end === null || Number.isNaN(end) ? length : end));
  return [low, Math.max(low, high)];
}

export function getSlice(value: Value, from: Value, to: Value): Value {
  if (value === null) return null;
  if (Array.isArray(value)) return value.slice(...bounds(value.length, from, to));
  if (typeof value === "string") {
    const characters = [...value];
    return characters.slice(...bounds(characters.length, from, to)).join("");
  }
  throw new JqError(`Cannot index ${typeOf(value)} with object`);
}

export function getIndex(value: Value, key: Value): Value {
  if (typeof key === "string") {
    if (value instanceof Map) return value.get(key) ?? null;
    if (value === null) return null;
    throw new JqError(`Cannot index ${typeOf(value)} with "${key}"`);
  }
  if (typeof key === "number") {
    if (Array.isArray(value)) {
      if (Number.isNaN(key)) return null;
      const at = Math.floor(key);
      return value[at < 0 ? at + value.length : at] ?? null;
    }
    if (value === null) return null;
    throw new JqError(`Cannot index ${typeOf(value)} with number`);
  }
  if (isSlice(key)) return getSlice(value, key.get("start") ?? null, key.get("end") ?? null);
  if (Array.isArray(key) && Array.isArray(value)) return indexesOf(value, key);
  if (value === null && key === null) return null;
  if (key instanceof Map && Array.isArray(value))
    throw new JqError("Start and end indices of an array slice must be numbers");
  throw new JqError(`Cannot index ${typeOf(value)} with ${typeOf(key)}`);
}

/** Where an array occurs in another. */
export function indexesOf(value: Value[], part: Value[]): Value[] {
  const found: Value[] = [];
  if (part.length === 0) return found;
  for (let i = 0; i + part.length <= value.length; i++)
    if (part.every((one, j) => compare(one, value[i + j]) === 0)) found.push(i);
  return found;
}

const LONGEST = 536870911;

export function setPath(value: Value, path: Value[], made: Value): Value {
  if (path.length === 0) return made;
  return change(value, path[0], (old) => setPath(old, path.slice(1), made));
}

function change(value: Value, key: Value, update: (old: Value) => Value): Value {
  if (typeof key === "string") {
    if (value !== null && !(value instanceof Map)) throw new JqError(`Cannot index ${typeOf(value)} with "${key}"`);
    const made = update(value?.get(key) ?? null);
    return new Map(value ?? []).set(key, made);
  }
  if (typeof key === "number") {
    if (value !== null && !Array.isArray(value)) throw new JqError(`Cannot index ${typeOf(value)} with number`);
    const copy: Value[] = [...(value ?? [])];
    if (Number.isNaN(key)) throw new JqError("Cannot set array element at NaN index");
    let at = Math.trunc(key);
    if (at < 0) at += copy.length;
    if (at < 0) throw new JqError("Out of bounds negative array index");
    if (at > LONGEST) throw new JqError("Array index too large");
    const made = update(copy[at] ?? null);
    while (copy.length < at) copy.push(null);
    copy[at] = made;
    return copy;
  }
  if (isSlice(key)) {
    if (value !== null && !Array.isArray(value)) {
      if (typeof value === "string") throw new JqError("Cannot update string slices");
      throw new JqError(`Cannot update field at object index of ${typeOf(value)}`);
    }
    const array = value ?? [];
    const [low, high] = bounds(array.length, key.get("start") ?? null, key.get("end") ?? null);
    const made = update(value === null ? null : array.slice(low, high));
    if (!Array.isArray(made)) throw new JqError("A slice of an array can only be assigned another array");
    return [...array.slice(0, low), ...made, ...array.slice(high)];
  }
  if (Array.isArray(value) && key instanceof Map)
    throw new JqError("Start and end indices of an array slice must be numbers");
  if (Array.isArray(value) && Array.isArray(key)) throw new JqError("Cannot update field at array index of array");
  throw new JqError(
    value instanceof Map || value === null || Array.isArray(value)
      ? value instanceof Map || Array.isArray(value)
        ? `Cannot index ${typeOf(value)} with ${typeOf(key)}`
        : `Invalid path component ${shown(key)}`
      : `Cannot index ${typeOf(value)} with ${typeOf(key)}`,
  );
}

/** Deletes paths, the last ones first, so that they keep their meaning. */
export function deletePaths(value: Value, paths: Value[]): Value {
  let whole = value;
  for (const path of [...paths].sort(compare).reverse()) {
    if (!Array.isArray(path)) throw new JqError("Path must be specified as an array");
    whole = deletePath(whole, path);
  }
  return whole;
}

function deletePath(value: Value, path: Value[]): Value {
  if (path.length === 0) return null;
  const [key, ...rest] = path;
  if (value === null) return null;
  if (rest.length > 0) {
    const old = getIndex(value, key);
    if (old === null) return value;
    return change(value, key, () => deletePath(old, rest));
  }
  if (typeof key === "string") {
    if (!(value instanceof Map)) throw new JqError(`Cannot delete field at object index of ${typeOf(value)}`);
    const copy = new Map(value);
    copy.delete(key);
    return copy;
  }
  if (typeof key === "number") {
    if (!Array.isArray(value)) throw new JqError(`Cannot delete field at array index of ${typeOf(value)}`);
    const at = Math.trunc(key) < 0 ? Math.trunc(key) + value.length : Math.trunc(key);
    return value.filter((_, i) => i !== at);
  }
  if (isSlice(key)) {
    if (!Array.isArray(value)) throw new JqError(`Cannot delete field at object index of ${typeOf(value)}`);
    const [low, high] = bounds(value.length, key.get("start") ?? null, key.get("end") ?? null);
    return [...value.slice(0, low), ...value.slice(high)];
  }
  throw new JqError(
    value instanceof Map
      ? `Cannot delete field at object index of object`
      : `Cannot delete field at ${typeOf(key)} index of ${typeOf(value)}`,
  );
}

export const keysOf = (value: Value, sorted: boolean): Value[] => {
  if (Array.isArray(value)) return value.map((_, i) => i);
  if (value instanceof Map) return sorted ? sortedKeys(value) : [...value.keys()];
  throw new JqError(`${typeOf(value)} (${shown(value)}) has no keys`);
};
