// The scopes of variables. All visible ones are in one flat table; a frame remembers what the locals of a function call, or the
// assignments before a command, hide, and puts it back at its end.

import { ShellFault } from "./control.ts";
import { EXPORT, newVariable, READONLY, type Variable } from "./variables.ts";

interface Hidden {
  /** What the name stood for before; null: nothing. */
  before: Variable | null;
  /** Set by an assignment before a command, and not made local since. */
  temporary: boolean;
}

export interface Frame {
  /** function: a call's locals; call: the assignments before that call; command: those before another command. */
  kind: "function" | "call" | "command";
  hidden: Map<string, Hidden>;
}

export function copyVariable(variable: Variable): Variable {
  return { ...variable, list: variable.list?.slice() ?? null, map: variable.map && new Map(variable.map) };
}

/** For a subshell, which may uncover and change what its parent's frames hide. */
export function copyFrame({ kind, hidden }: Frame): Frame {
  const copy: Frame = { kind, hidden: new Map() };
  for (const [name, { before, temporary }] of hidden)
    copy.hidden.set(name, { before: before && copyVariable(before), temporary });
  return copy;
}

export class Scopes {
  table = new Map<string, Variable>();
  frames: Frame[] = [];
  /** Called when one of the variables is set that the shell caches (IFS, PATH…). */
  watch: Map<string, (value: string | undefined) => void> = new Map();

  pushFrame(kind: Frame["kind"] = "function"): void {
    this.frames.push({ kind, hidden: new Map() });
  }

  /** Ends the last scope. With `keep`, assignments before the command stay, as POSIX has it for special builtins. */
  popFrame(keep = false): void {
    const frame = this.frames.pop() as Frame;
    for (const [name, { before, temporary }] of frame.hidden) if (!keep || !temporary) this.show(name, before);
  }

  private show(name: string, variable: Variable | null): void {
    if (variable === null) this.table.delete(name);
    else this.table.set(name, variable);
    // getopts goes on where it was.
    if (name !== "OPTIND") this.watch.get(name)?.(variable?.value);
  }

  /** The innermost frame that hides a name: its index, -1 if there is none. */
  private frameOf(name: string): number {
    let at = this.frames.length - 1;
    while (at >= 0 && !this.frames[at].hidden.has(name)) at--;
    return at;
  }

  private functionFrame(): number {
    return this.frames.findLastIndex((frame) => frame.kind === "function");
  }

  /** Puts a plain variable with the same value in the place of one until the last frame, that of a command's own assignments, ends. */
  shadow(name: string): void {
    const { hidden } = this.frames[this.frames.length - 1];
    const present = this.table.get(name);
    if (present && (present.flags & READONLY) !== 0) throw new ShellFault(`${name}: readonly variable`);
    if (!hidden.has(name)) hidden.set(name, { before: present ?? null, temporary: true });
    this.table.set(name, newVariable(present?.value));
  }

  /** Lets an assignment before the command at hand stay. */
  adopt(name: string): void {
    const frame = this.frames.at(-1);
    if (frame?.kind === "command") frame.hidden.delete(name);
  }

  /** A local variable of the running function: a fresh one, unless it has that local already. */
  makeLocal(name: string, inherit = false): Variable {
    let at = this.frames.length - 1;
    while (this.frames[at].kind !== "function" && !this.frames[at].hidden.has(name)) at--;
    const { hidden } = this.frames[at];
    const present = this.table.get(name);
    let own = hidden.get(name);
    const hiding = this.frameOf(name);
    // A caller's read-only local may be hidden, a global may not.
    if (present !== undefined && (present.flags & READONLY) !== 0 && !own && hiding < 0)
      throw new ShellFault(`${name}: readonly variable`);
    const keeps = inherit || (hiding >= 0 && this.frames[hiding].hidden.get(name)!.temporary);
    if (!own && at > 0 && this.frames[at - 1].kind === "call") {
      // The assignments before a call are the function's own.
      own = this.frames[at - 1].hidden.get(name);
      this.frames[at - 1].hidden.delete(name);
    }
    if (own && present !== undefined) {
      hidden.set(name, { before: own.before, temporary: false });
      return present;
    }
    hidden.set(name, { before: own ? own.before : (present ?? null), temporary: false });
    const fresh = keeps && present ? copyVariable(present) : newVariable(undefined, (present?.flags ?? 0) & EXPORT);
    this.table.set(name, fresh);
    this.watch.get(name)?.(fresh.value);
    return fresh;
  }

  /** What a local hides: `local -n v=v` refers to the caller's. */
  outer(name: string): Variable | undefined {
    const at = this.frameOf(name);
    return at < 0 ? undefined : (this.frames[at].hidden.get(name)!.before ?? undefined);
  }

  isLocal(name: string): boolean {
    return this.frameOf(name) >= this.functionFrame() && this.frameOf(name) >= 0;
  }

  /** Performs something with the global variable of that name in the table, whatever hides it. */
  withGlobal<T>(name: string, action: () => T): T {
    const outermost = this.frames.find((frame) => frame.hidden.has(name))?.hidden.get(name);
    if (!outermost) return action();
    const visible = this.table.get(name);
    if (outermost.before) this.table.set(name, outermost.before);
    else this.table.delete(name);
    try {
      return action();
    } finally {
      outermost.before = this.table.get(name) ?? null;
      if (visible) this.table.set(name, visible);
      else this.table.delete(name);
    }
  }

  /** Removes a variable. A caller's local, or an assignment before a command, uncovers what it hid. */
  unset(name: string): void {
    const variable = this.table.get(name);
    if (variable !== undefined && (variable.flags & READONLY) !== 0)
      throw new ShellFault(`${name}: cannot unset: readonly variable`);
    const at = this.frameOf(name);
    const hidden = at < 0 ? undefined : this.frames[at].hidden.get(name)!;
    if (hidden === undefined || (!hidden.temporary && at >= this.functionFrame())) this.show(name, null);
    else {
      this.frames[at].hidden.delete(name);
      this.show(name, hidden.before);
    }
  }
}
