// The shell's variables: values, arrays, attributes. One flat table; the scopes that hide some of them are scopes.ts's.
// No expansion here: names and values come ready, but for the subscript of a name reference, which the shell reads.

import { compareBuckets } from "./buckets.ts";
import { ShellFault } from "./control.ts";
import { copyFrame, copyVariable, Scopes } from "./scopes.ts";

export const EXPORT = 1;
export const READONLY = 2;
export const INTEGER = 4;
export const LOWER = 8;
export const UPPER = 16;
export const NAMEREF = 32;
/** An array that was declared and never assigned to: `declare -p` shows no value. */
export const BARE = 64;

export interface Variable {
  value: string | undefined;
  /** Indexed array; holes are unset elements. */
  list: (string | undefined)[] | null;
  /** Associative array. */
  map: Map<string, string> | null;
  flags: number;
  /** Of OPTIND: the place inside a group of letters, that getopts has come to. */
  offset?: number;
  /** Brings the value up to date before every use: RANDOM, SECONDS, FUNCNAME… */
  refresh?: (variable: Variable, context: unknown) => void;
  /** Takes an assigned value instead of storing it. */
  assign?: (value: string, context: unknown) => void;
}

export function newVariable(value?: string, flags = 0): Variable {
  return { value, list: null, map: null, flags };
}

/** What a value's reading needs of the shell. */
export interface VariableContext {
  complain(message: string): void;
  readonly arithmetic: { key(name: string, index: string): number | string };
}

/** `name[subscript]`, as a name reference may hold it. */
export const ELEMENT = /^([A-Za-z_][A-Za-z0-9_]*)\[([^]*)\]$/;

export class Variables extends Scopes {
  /** Evaluates the value given to an integer variable. */
  toInteger: (text: string) => string = (text) => text;
  /** Whose variables these are: handed to `refresh` and `assign`. */
  context: VariableContext = null!;
  /** What `export -f` hands on: text by the names that bash knows functions by in an environment. */
  exportedFunctions = new Map<string, string>();
  /** Some variable is a name reference. */
  hasReferences = false;
  /** `set -a` */
  exportAll = false;

  clone(): Variables {
    const copy = new Variables();
    for (const [name, variable] of this.table) copy.table.set(name, copyVariable(variable));
    copy.frames = this.frames.map(copyFrame);
    copy.exportAll = this.exportAll;
    copy.exportedFunctions = new Map(this.exportedFunctions);
    copy.hasReferences = this.hasReferences;
    return copy;
  }

  /** The variable behind a name, through name references; undefined for a reference to an element. */
  find(name: string): Variable | undefined {
    const variable = this.table.get(name);
    if (variable === undefined) return undefined;
    if (variable.refresh) variable.refresh(variable, this.context);
    if ((variable.flags & NAMEREF) === 0) return variable;
    if (variable.value === name) return this.outer(name);
    const target = this.targetOf(name);
    return target === name ? undefined : this.find(target);
  }

  /** The name (or `name[subscript]`) that a reference leads to; the name itself if it is none. */
  targetOf(name: string): string {
    const first = name;
    for (let hops = 0; hops < 10; hops++) {
      const variable = this.table.get(name);
      if (variable === undefined || (variable.flags & NAMEREF) === 0 || !variable.value) return name;
      if (variable.value === name) return name;
      name = variable.value;
    }
    this.context.complain(`warning: ${first}: circular name reference`);
    return "";
  }

  /** The array and subscript behind a reference to an element. */
  private element(name: string): [string, number | string] | null {
    if (!this.hasReferences) return null;
    const match = ELEMENT.exec(this.targetOf(name));
    return match && match[2] !== "@" && match[2] !== "*"
      ? [match[1], this.context.arithmetic.key(match[1], match[2])]
      : null;
  }

  get(name: string): string | undefined {
    const variable = this.find(name);
    if (variable === undefined) {
      const element = this.element(name);
      return element ? this.getElement(...element) : undefined;
    }
    if (variable.list) return variable.list[0];
    if (variable.map) return variable.map.get("0");
    return variable.value;
  }

  /** The variable to write to, made if need be. Throws if it is read-only. */
  writable(name: string): Variable {
    let variable = this.table.get(name);
    if (variable !== undefined && (variable.flags & NAMEREF) !== 0 && variable.value) {
      if (variable.value === name) return this.outer(name) ?? variable;
      name = this.targetOf(name);
      if (name === "") throw new ShellFault("circular name reference");
      if (name.includes("[")) throw new ShellFault(`\`${name}': not a valid identifier`);
      variable = this.table.get(name);
    }
    if (variable === undefined) {
      variable = newVariable(undefined, this.exportAll ? EXPORT : 0);
      this.table.set(name, variable);
    } else if ((variable.flags & READONLY) !== 0) throw new ShellFault(`${name}: readonly variable`);
    variable.flags &= ~BARE;
    return variable;
  }

  set(name: string, value: string, append = false): void {
    const element = this.element(name);
    if (element) {
      this.setElement(element[0], element[1], value, append);
      return;
    }
    const variable = this.writable(name);
    if (variable.list !== null) this.putElement(variable, 0, value, append);
    else if (variable.map !== null) this.setElement(name, "0", value, append);
    else if (variable.assign) variable.assign(value, this.context);
    else if (variable.flags <= EXPORT) variable.value = append ? (variable.value ?? "") + value : value;
    else {
      if ((variable.flags & NAMEREF) !== 0) checkReference(name, value);
      variable.value = this.convert(variable, value, append ? (variable.value ?? "") : undefined);
    }
    if (this.exportAll) variable.flags |= EXPORT;
    const watcher = this.watch.get(name);
    if (watcher) watcher(variable.value);
  }

  setElement(name: string, index: number | string, value: string, append = false): void {
    const variable = this.writable(name);
    if (typeof index === "string") {
      variable.map ??= new Map();
      variable.map.set(index, this.convert(variable, value, append ? (variable.map.get(index) ?? "") : undefined));
      return;
    }
    this.makeList(variable);
    const at = position(variable, index);
    if (at < 0) throw new ShellFault(`${name}[${index}]: bad array subscript`);
    this.putElement(variable, at, value, append);
  }

  getElement(name: string, index: number | string): string | undefined {
    const variable = this.find(name);
    if (variable === undefined) return undefined;
    if (typeof index === "string") return variable.map?.get(index);
    const at = position(variable, index);
    if (at < 0) this.context.complain(`${name}: bad array subscript`);
    if (variable.list) return variable.list[at];
    return at === 0 ? this.get(name) : undefined;
  }

  isAssociative(name: string): boolean {
    const variable = this.find(name);
    return variable !== undefined && variable.map !== null;
  }

  /** Keys (or values) of all set elements; a plain variable counts as element 0. */
  elements(name: string, keys: boolean): string[] {
    const variable = this.find(name);
    if (variable === undefined) return [];
    if (variable.map) return entries(variable.map).map((entry) => entry[keys ? 0 : 1]);
    if (variable.list) {
      const result: string[] = [];
      for (const index of indexes(variable.list)) result.push(keys ? String(index) : (variable.list[index] as string));
      return result;
    }
    const value = this.get(name);
    return value === undefined ? [] : [keys ? "0" : value];
  }

  /** Turns a variable into an indexed array; its value becomes element 0. */
  makeList(variable: Variable): (string | undefined)[] {
    if (variable.list === null) {
      variable.list = variable.value === undefined ? [] : [variable.value];
      variable.value = undefined;
    }
    return variable.list;
  }

  unsetElement(name: string, index: number | string): void {
    const variable = this.find(name);
    if (variable === undefined) return;
    if ((variable.flags & READONLY) !== 0) throw new ShellFault(`${name}: cannot unset: readonly variable`);
    if (typeof index === "string") variable.map?.delete(index);
    else if (variable.list) {
      const at = position(variable, index);
      if (at < 0) throw new ShellFault(`[${index}]: bad array subscript`);
      delete variable.list[at];
      if (at === variable.list.length - 1) variable.list.length = (indexes(variable.list).at(-1) ?? -1) + 1;
    } else if (position(variable, index) === 0) this.unset(name);
    else throw new ShellFault(`${name}: not an array variable`);
  }

  /** The value that programs see. */
  exported(name: string): string | undefined {
    return ((this.find(name)?.flags ?? 0) & EXPORT) !== 0 ? this.get(name) : undefined;
  }

  /** What a program gets: K=V for each exported variable with a value. */
  environment(): Map<string, string> {
    const env = new Map(this.exportedFunctions);
    for (const [name, variable] of this.table) {
      if ((variable.flags & EXPORT) !== 0 && variable.list === null && variable.map === null) {
        if (variable.refresh) variable.refresh(variable, this.context);
        const value = variable.value;
        if (value !== undefined) env.set(name, value);
      }
    }
    return env;
  }

  convert(variable: Variable, value: string, before: string | undefined): string {
    if ((variable.flags & INTEGER) !== 0) {
      const added = this.toInteger(value);
      return before ? this.toInteger(`(${before})+(${added})`) : added;
    }
    const text = before === undefined ? value : before + value;
    if ((variable.flags & LOWER) !== 0) return text.toLowerCase();
    return (variable.flags & UPPER) !== 0 ? text.toUpperCase() : text;
  }

  private putElement(variable: Variable, at: number, value: string, append: boolean): void {
    const list = variable.list as (string | undefined)[];
    list[at] = this.convert(variable, value, append ? (list[at] ?? "") : undefined);
  }
}

/** The place of an index in a list; -1 if a negative one reaches before its start, or it is out of range. */
function position(variable: Variable, index: number): number {
  const at = index < 0 ? index + (variable.list?.length ?? 1) : index;
  return at > 0xfffffffe ? -1 : Math.max(at, -1);
}

/** Indexes of the set elements. A long list may be nearly empty, so that walking its length would take for ever. */
export function indexes(list: (string | undefined)[]): number[] {
  if (list.length > 65536) return Object.keys(list).map(Number);
  const result: number[] = [];
  for (let i = 0; i < list.length; i++) if (list[i] !== undefined) result.push(i);
  return result;
}

/** An associative array's entries in bash's order. */
export function entries(map: Map<string, string>): [string, string][] {
  return [...map].reverse().sort(compareBuckets(map.size));
}

/** What a name reference may hold. */
export function checkReference(name: string, value: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*(\[[^]*\])?$/.test(value)) throw new ShellFault(`\`${value}': not a valid identifier`);
  if (value === name) throw new ShellFault(`${name}: nameref variable self references not allowed`);
}
