// The shell's variables: values, arrays, attributes, and the scopes that `local` makes. One flat table; a function's frame
// remembers what its locals hide and puts it back at return. No expansion here: names and values come ready.

import { ShellFault } from "./control.ts";

export const EXPORT = 1;
export const READONLY = 2;
export const INTEGER = 4;
export const LOWER = 8;
export const UPPER = 16;
export const NAMEREF = 32;

export interface Variable {
  value: string | undefined;
  /** Indexed array; holes are unset elements. */
  list: (string | undefined)[] | null;
  /** Associative array. */
  map: Map<string, string> | null;
  flags: number;
  /** Brings the value up to date before every use: RANDOM, SECONDS, FUNCNAME… */
  refresh?: (variable: Variable, context: unknown) => void;
  /** Takes an assigned value instead of storing it. */
  assign?: (value: string, context: unknown) => void;
}

export function newVariable(value?: string, flags = 0): Variable {
  return { value, list: null, map: null, flags };
}

export class Variables {
  table = new Map<string, Variable>();
  /** For each running function: what its locals hide (null: nothing). */
  frames: Map<string, Variable | null>[] = [];
  /** Evaluates the value given to an integer variable. */
  toInteger: (text: string) => string = (text) => text;
  /** Called when one of the variables is set that the shell caches (IFS, PATH…). */
  watch: Map<string, (value: string | undefined) => void> = new Map();
  /** Whose variables these are: handed to `refresh` and `assign`. */
  context: unknown = null;
  /** `set -a` */
  exportAll = false;

  clone(): Variables {
    const copy = new Variables();
    for (const [name, variable] of this.table) {
      copy.table.set(name, {
        ...variable,
        list: variable.list?.slice() ?? null,
        map: variable.map && new Map(variable.map),
      });
    }
    copy.frames = this.frames.map((frame) => new Map(frame));
    copy.exportAll = this.exportAll;
    return copy;
  }

  /** The variable behind a name, through name references. */
  find(name: string): Variable | undefined {
    const variable = this.table.get(name);
    if (variable === undefined) return undefined;
    if (variable.refresh) variable.refresh(variable, this.context);
    if ((variable.flags & NAMEREF) === 0) return variable;
    const target = this.targetOf(name);
    return target === name ? undefined : this.table.get(target);
  }

  /** The name a reference leads to; the name itself if it is none. */
  targetOf(name: string): string {
    for (let hops = 0; hops < 10; hops++) {
      const variable = this.table.get(name);
      if (variable === undefined || (variable.flags & NAMEREF) === 0 || !variable.value) return name;
      name = variable.value;
    }
    return name;
  }

  get(name: string): string | undefined {
    const variable = this.find(name);
    if (variable === undefined) return undefined;
    if (variable.list) return variable.list[0];
    if (variable.map) return variable.map.get("0");
    return variable.value;
  }

  /** The variable to write to, made if need be. Throws if it is read-only. */
  writable(name: string): Variable {
    let variable = this.table.get(name);
    if (variable !== undefined && (variable.flags & NAMEREF) !== 0 && variable.value) {
      name = this.targetOf(name);
      variable = this.table.get(name);
    }
    if (variable === undefined) {
      variable = newVariable(undefined, this.exportAll ? EXPORT : 0);
      this.table.set(name, variable);
    } else if ((variable.flags & READONLY) !== 0) throw new ShellFault(`${name}: readonly variable`);
    return variable;
  }

  set(name: string, value: string, append = false): void {
    const variable = this.writable(name);
    if (variable.list !== null) this.putElement(variable, 0, value, append);
    else if (variable.map !== null) variable.map.set("0", append ? (variable.map.get("0") ?? "") + value : value);
    else if (variable.assign) variable.assign(value, this.context);
    else if (variable.flags <= EXPORT) variable.value = append ? (variable.value ?? "") + value : value;
    else variable.value = this.convert(variable, value, append ? variable.value : undefined);
    if (this.exportAll) variable.flags |= EXPORT;
    const watcher = this.watch.get(name);
    if (watcher) watcher(variable.value);
  }

  setElement(name: string, index: number | string, value: string, append = false): void {
    const variable = this.writable(name);
    if (typeof index === "string") {
      variable.map ??= new Map();
      variable.map.set(index, this.convert(variable, value, append ? variable.map.get(index) : undefined));
      return;
    }
    this.makeList(variable);
    this.putElement(variable, this.position(variable, index, name), value, append);
  }

  getElement(name: string, index: number | string): string | undefined {
    const variable = this.find(name);
    if (variable === undefined) return undefined;
    if (typeof index === "string") return variable.map?.get(index);
    if (variable.list) return variable.list[this.position(variable, index, name)];
    return index === 0 || index === -1 ? this.get(name) : undefined;
  }

  isAssociative(name: string): boolean {
    const variable = this.find(name);
    return variable !== undefined && variable.map !== null;
  }

  /** Keys (or values) of all set elements; a plain variable counts as element 0. */
  elements(name: string, keys: boolean): string[] {
    const variable = this.find(name);
    if (variable === undefined) return [];
    if (variable.map) return [...(keys ? variable.map.keys() : variable.map.values())];
    if (variable.list) {
      const result: string[] = [];
      variable.list.forEach((value, index) => {
        if (value !== undefined) result.push(keys ? String(index) : value);
      });
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

  /** False if the variable is read-only. */
  unset(name: string): void {
    name = this.targetOf(name);
    const variable = this.table.get(name);
    if (variable === undefined) return;
    if ((variable.flags & READONLY) !== 0) throw new ShellFault(`${name}: cannot unset: readonly variable`);
    this.table.delete(name);
    this.watch.get(name)?.(undefined);
  }

  unsetElement(name: string, index: number | string): void {
    const variable = this.find(name);
    if (variable === undefined) return;
    if ((variable.flags & READONLY) !== 0) throw new ShellFault(`${name}: cannot unset: readonly variable`);
    if (typeof index === "string") variable.map?.delete(index);
    else if (variable.list) {
      const at = this.position(variable, index, name);
      delete variable.list[at];
      while (variable.list.length > 0 && variable.list[variable.list.length - 1] === undefined) variable.list.length--;
    }
  }

  pushFrame(): void {
    this.frames.push(new Map());
  }

  popFrame(): void {
    const frame = this.frames.pop() as Map<string, Variable | null>;
    for (const [name, hidden] of frame) {
      if (hidden === null) this.table.delete(name);
      else this.table.set(name, hidden);
      this.watch.get(name)?.(hidden?.value);
    }
  }

  /** A fresh local variable in the running function, unless it has that local already. */
  makeLocal(name: string, inherit = false): Variable {
    const frame = this.frames[this.frames.length - 1];
    const present = this.table.get(name);
    if (frame.has(name) && present !== undefined) return present;
    if (present !== undefined && (present.flags & READONLY) !== 0) throw new ShellFault(`${name}: readonly variable`);
    if (!frame.has(name)) frame.set(name, present ?? null);
    const fresh = newVariable(inherit ? present?.value : undefined, present === undefined ? 0 : present.flags & EXPORT);
    this.table.set(name, fresh);
    this.watch.get(name)?.(undefined);
    return fresh;
  }

  /** What a program gets: K=V for each exported variable with a value. */
  environment(): Map<string, string> {
    const env = new Map<string, string>();
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
    if ((variable.flags & INTEGER) !== 0) return this.toInteger(before ? `(${before})+(${value || 0})` : value);
    const text = before === undefined ? value : before + value;
    if ((variable.flags & LOWER) !== 0) return text.toLowerCase();
    return (variable.flags & UPPER) !== 0 ? text.toUpperCase() : text;
  }

  private putElement(variable: Variable, at: number, value: string, append: boolean): void {
    const list = variable.list as (string | undefined)[];
    list[at] = this.convert(variable, value, append ? (list[at] ?? "") : undefined);
  }

  private position(variable: Variable, index: number, name: string): number {
    const at = index < 0 ? index + (variable.list?.length ?? 1) : index;
    if (at < 0 || at > 0xfffffffe) throw new ShellFault(`${name}: bad array subscript`);
    return at;
  }
}
