// A program as a row of instructions, each a function that does one thing and gives the place of the next; -1 when it must wait
// (machine.pending), STOP at the end. So a program can wait anywhere, in the midst of functions too, and loops can be interrupted.

import { Expressions } from "./expressions.ts";
import { sprintf } from "./format.ts";
import { isPure, mapChildren, waits } from "./hoist.ts";
import { type Cell, type Machine, Reference } from "./machine.ts";
import { sortedKeys } from "./sorting.ts";
import type { RecordReader } from "./streams.ts";
import type { AwkFunction, Expression, Lvalue, Program, Statement } from "./tree.ts";
import { AwkError, compare, input, numberToText, type Value } from "./values.ts";

export type Instruction = () => number;

export const WAIT = -1;
export const STOP = -2;
const DEEPEST = 200_000;

interface Loop {
  breaks: number[];
  continues: number[];
  isSwitch: boolean;
}

interface Frame {
  /** Parameters and temporaries, so far. */
  size: number;
}

export class Instructions {
  readonly code: Instruction[] = [];
  readonly #machine: Machine;
  readonly #make: Expressions;
  readonly #program: Program;
  readonly #functions = new Map<string, { entry: number; frame: Frame }>();
  #frame: Frame = { size: 0 };
  #loops: Loop[] = [];
  #inFunction = false;
  /** Where to go on after a call: place and base of the caller. */
  #returns: [place: number, base: number, top: number][] = [];
  #top = 0;
  #result: Value;
  /** Places of the parts of the program. */
  begin = 0;
  #main = 0;
  #end = 0;
  #stop = 0;
  beginFile = -1;
  endFile = -1;
  /** Which part is running: exit goes to END from any but END itself. */
  #ending = false;

  constructor(program: Program, machine: Machine) {
    this.#program = program;
    this.#machine = machine;
    this.#make = new Expressions(machine);
    for (const definition of program.functions.values()) {
      this.#functions.set(definition.name, { entry: -1, frame: { size: definition.parameters.length } });
    }
    for (const definition of program.functions.values()) this.#function(definition);
    this.#frame = { size: 0 };
    if (program.beginFile.length > 0) this.beginFile = this.#subroutine(program.beginFile);
    if (program.endFile.length > 0) this.endFile = this.#subroutine(program.endFile);
    this.begin = this.code.length;
    for (const block of program.begin) this.#statement(block);
    const hasMain = program.rules.length > 0 || program.beginFile.length > 0 || program.endFile.length > 0;
    if (hasMain || program.end.length > 0) this.#rules();
    this.#end = this.code.length;
    this.#emit((next) => {
      this.#ending = true;
      return next;
    });
    for (const block of program.end) this.#statement(block);
    this.#stop = this.code.length;
    this.#emit(() => STOP);
    this.#top = this.#frame.size;
  }

  #subroutine(blocks: Statement[]): number {
    const place = this.code.length;
    for (const block of blocks) this.#statement(block);
    this.#emit(() => STOP);
    return place;
  }

  /** Adds an instruction; it is given the place behind it. */
  #emit(make: (next: number) => number): void {
    const next = this.code.length + 1;
    this.code.push(() => make(next));
  }

  /** Adds a jump whose target is settled later. */
  #jump(): (target: number) => void {
    const at = this.code.length;
    this.code.push(() => STOP);
    return (target) => {
      const { code } = this;
      const machine = this.#machine;
      code[at] = target > at ? () => target : () => (machine.pause(target) ? WAIT : target);
    };
  }

  /** Adds a jump for when the test fails (or holds). */
  #branch(test: Expression, when = false): (target: number) => void {
    const truth = this.#make.truth(this.#prepare(test));
    const at = this.code.length;
    this.code.push(() => STOP);
    return (target) => {
      const next = at + 1;
      const machine = this.#machine;
      if (target > at) this.code[at] = when ? () => (truth() ? target : next) : () => (truth() ? next : target);
      else this.code[at] = () => (truth() !== when ? next : machine.pause(target) ? WAIT : target);
    };
  }

  get #here(): number {
    return this.code.length;
  }

  #temporary(): Lvalue & { kind: "local" } {
    return { kind: "local", slot: this.#frame.size++ };
  }

  #wait(work: Promise<number>): number {
    this.#machine.pending = work;
    return WAIT;
  }

  /** Emits what has to wait; what is left can be worked out at once. */
  #prepare(node: Expression): Expression {
    if (isPure(node)) return node;
    if (node.kind === "and" || node.kind === "or") {
      const result = this.#temporary();
      const skip = this.#branch(node.left, node.kind === "or");
      this.#set(result, { kind: "not", of: { kind: "not", of: this.#prepare(node.right) } });
      const done = this.#jump();
      skip(this.#here);
      this.#set(result, { kind: "number", value: node.kind === "or" ? 1 : 0 });
      done(this.#here);
      return result;
    }
    if (node.kind === "conditional") {
      const result = this.#temporary();
      const no = this.#branch(node.test);
      this.#set(result, this.#prepare(node.yes));
      const done = this.#jump();
      no(this.#here);
      this.#set(result, this.#prepare(node.no));
      done(this.#here);
      return result;
    }
    const children: Expression[] = [];
    mapChildren(node, (child) => {
      children.push(child);
      return child;
    });
    const lastWaiting = children.findLastIndex((child) => !isPure(child));
    const changed = mapChildren(node, (child, i) => {
      const prepared = this.#prepare(child);
      // What is worked out before something that waits keeps the value it had.
      const fixed = prepared.kind === "number" || prepared.kind === "string" || prepared.kind === "regex";
      const bare =
        (node.kind === "call" || node.kind === "builtin") && (child.kind === "global" || child.kind === "local");
      if (i >= lastWaiting || fixed || bare) return prepared;
      const kept = this.#temporary();
      this.#set(kept, prepared);
      return kept;
    });
    return waits(changed) ? this.#waiting(changed) : changed;
  }

  #set(to: Lvalue & { kind: "local" }, node: Expression): void {
    const value = this.#make.value(node);
    const machine = this.#machine;
    const { slot } = to;
    this.#emit((next) => {
      machine.stack[machine.base + slot] = value();
      return next;
    });
  }

  /** Emits a node that waits; where its result is. */
  #waiting(node: Expression): Expression {
    const result = this.#temporary();
    const machine = this.#machine;
    const give = (value: Value) => {
      machine.stack[machine.base + result.slot] = value;
    };
    if (node.kind === "call") this.#call(node, result.slot);
    else if (node.kind === "getline") this.#getline(node, give);
    else if (node.kind === "builtin") {
      const { streams } = machine;
      const text = node.args.length > 0 ? this.#make.text(node.args[0]) : null;
      const work =
        node.name === "system"
          ? () => streams.system(text!())
          : node.name === "close"
            ? () => streams.close(text!())
            : () => streams.flush(text?.() || undefined);
      this.#emit((next) =>
        this.#wait(
          work().then((status) => {
            give(node.name === "system" && status > 128 ? status + 128 : status);
            return next;
          }),
        ),
      );
    }
    return result;
  }

  #getline(node: Expression & { kind: "getline" }, give: (value: Value) => void): void {
    const machine = this.#machine;
    const store = node.to ? this.#make.store(node.to) : null;
    const source = node.source ? this.#make.text(node.source) : null;
    const take = (record: string | null, next: number) => {
      if (record === null) give(0);
      else {
        give(1);
        if (store) store(() => input(record));
        else machine.record.set(record);
      }
      return next;
    };
    if (node.from === "input") {
      this.#emit((next) => {
        const ready = machine.readyRecord();
        if (ready !== null) return take(ready, next);
        return this.#wait(machine.nextRecord().then((record) => take(record, next)));
      });
      return;
    }
    const kind = node.from;
    const count = (reader: RecordReader) => {
      machine.rt = reader.terminator;
    };
    this.#emit((next) => {
      const name = source!();
      const opened = machine.streams.opened(name)?.reader;
      const separation = machine.separation;
      const ready = opened?.ready(separation) ?? null;
      if (ready !== null) {
        count(opened!);
        return take(ready, next);
      }
      const read = async (): Promise<number> => {
        const reader = await machine.streams.input(kind, name);
        if (!reader) {
          machine.errno = "No such file or directory";
          give(-1);
          return next;
        }
        try {
          const record = await reader.next(separation);
          if (record !== null) count(reader);
          return take(record, next);
        } catch (error) {
          if (!(error instanceof Error) || error.name !== "ReadError") throw error;
          give(-1);
          return next;
        }
      };
      return this.#wait(read());
    });
  }

  #call(node: Expression & { kind: "call" }, result: number): void {
    const machine = this.#machine;
    const definition = this.#program.functions.get(node.name);
    if (!definition) {
      this.#emit(() => {
        throw new AwkError(`function \`${node.name}' not defined`);
      });
      return;
    }
    const target = this.#functions.get(node.name)!;
    if (node.args.length > definition.parameters.length) {
      throw new AwkError(`function \`${node.name}' called with more arguments than declared`);
    }
    const args = node.args.map((arg): (() => Cell) => {
      if (arg.kind !== "global" && arg.kind !== "local") return this.#make.value(arg);
      const { slot } = arg;
      const { kind } = arg;
      return () => {
        const frame = kind === "global" ? machine.globals : machine.stack;
        const at = kind === "global" ? slot : machine.base + slot;
        const cell = frame[at];
        return cell === undefined ? new Reference(frame, at) : cell;
      };
    });
    this.#emit((next) => {
      if (this.#returns.length > DEEPEST) throw new AwkError("function call nesting too deep");
      const base = this.#top;
      const cells = args.map((arg) => arg());
      const { size } = target.frame;
      for (let i = 0; i < size; i++) machine.stack[base + i] = cells[i];
      this.#returns.push([next, machine.base, base]);
      machine.base = base;
      this.#top = base + size;
      return machine.pause(target.entry) ? WAIT : target.entry;
    });
    this.#emit((next) => {
      machine.stack[machine.base + result] = this.#result;
      return next;
    });
  }

  #function(definition: AwkFunction): void {
    const { frame } = this.#functions.get(definition.name)!;
    this.#functions.get(definition.name)!.entry = this.#here;
    this.#frame = frame;
    this.#inFunction = true;
    this.#statement(definition.body);
    this.#emit(() => this.#return(undefined));
    this.#inFunction = false;
  }

  #return(value: Value): number {
    const [place, base, top] = this.#returns.pop()!;
    const machine = this.#machine;
    for (let i = top; i < this.#top; i++) machine.stack[i] = undefined;
    machine.base = base;
    this.#top = top;
    this.#result = value;
    return place;
  }

  /** Leaves all functions: for next and exit. */
  #unwind(): void {
    const [first] = this.#returns;
    if (!first) return;
    this.#machine.base = first[1];
    this.#top = first[2];
    this.#returns = [];
  }

  #rules(): void {
    const machine = this.#machine;
    this.#main = this.#here;
    const { record } = machine;
    this.#emit((next) => {
      const ready = machine.readyRecord();
      if (ready !== null) {
        record.set(ready);
        return machine.pause(next) ? WAIT : next;
      }
      return this.#wait(
        machine.nextRecord().then((text) => {
          if (text === null) return machine.stopped ? this.#stop : this.#end;
          record.set(text);
          return next;
        }),
      );
    });
    for (const rule of this.#program.rules) {
      const body: Statement = rule.body ?? { kind: "print", args: [], format: false, to: null, target: null };
      if (rule.until && rule.pattern) {
        let active = false;
        const skip: ((target: number) => void)[] = [];
        const begin = this.#make.truth(this.#prepare(rule.pattern));
        const end = this.#make.truth(this.#prepare(rule.until));
        const at = this.#here;
        this.code.push(() => STOP);
        skip.push((target) => {
          this.code[at] = () => {
            if (!active && !begin()) return target;
            active = !end();
            return at + 1;
          };
        });
        this.#statement(body);
        for (const settle of skip) settle(this.#here);
      } else if (rule.pattern) {
        const skip = this.#branch(rule.pattern);
        this.#statement(body);
        skip(this.#here);
      } else this.#statement(body);
    }
    const main = this.#main;
    this.#emit(() => main);
  }

  #statement(node: Statement): void {
    const make = this.#make;
    const machine = this.#machine;
    switch (node.kind) {
      case "block":
        for (const one of node.list) this.#statement(one);
        return;
      case "expression": {
        const prepared = this.#prepare(node.of);
        if (prepared.kind === "local") return;
        const value = isNumberStatement(prepared) ? make.number(prepared) : make.value(prepared);
        this.#emit((next) => {
          value();
          return next;
        });
        return;
      }
      case "print":
        this.#print(node);
        return;
      case "if": {
        const no = this.#branch(node.test);
        this.#statement(node.yes);
        if (!node.no) {
          no(this.#here);
          return;
        }
        const done = this.#jump();
        no(this.#here);
        this.#statement(node.no);
        done(this.#here);
        return;
      }
      case "while":
        this.#for(null, node.test, null, node.body);
        return;
      case "for":
        this.#for(node.init, node.test, node.step, node.body);
        return;
      case "do": {
        const top = this.#here;
        const loop = this.#loop(node.body);
        for (const at of loop.continues) this.#settle(at, this.#here);
        this.#branch(node.test, true)(top);
        for (const at of loop.breaks) this.#settle(at, this.#here);
        return;
      }
      case "each":
        this.#each(node);
        return;
      case "switch":
        this.#switch(node);
        return;
      case "break":
      case "continue": {
        const loop = this.#loops.findLast((one) => node.kind === "break" || !one.isSwitch);
        if (!loop)
          throw new AwkError(
            `\`${node.kind}' is not allowed outside a loop${node.kind === "break" ? " or a switch" : ""}`,
          );
        (node.kind === "break" ? loop.breaks : loop.continues).push(this.#here);
        this.code.push(() => STOP);
        return;
      }
      case "next":
        this.#emit(() => {
          this.#unwind();
          if (this.#ending) throw new AwkError("`next' cannot be called from an `END' rule");
          return machine.pause(this.#main) ? WAIT : this.#main;
        });
        return;
      case "nextfile":
        this.#emit(() => {
          this.#unwind();
          return this.#wait(machine.skipFile().then(() => this.#main));
        });
        return;
      case "exit": {
        const status = node.status ? make.number(this.#prepare(node.status)) : null;
        this.#emit(() => {
          if (status) machine.exitStatus = Math.trunc(status()) & 255;
          this.#unwind();
          if (this.#ending) return this.#stop;
          this.#ending = true;
          return this.#end;
        });
        return;
      }
      case "return": {
        if (!this.#inFunction) throw new AwkError("`return' used outside function context");
        const value = node.value ? make.value(this.#prepare(node.value)) : () => undefined;
        this.#emit(() => this.#return(value()));
        return;
      }
      case "delete": {
        const array = make.array(node.array);
        if (!node.subscripts) {
          this.#emit((next) => {
            array().clear();
            return next;
          });
          return;
        }
        const key = make.key(node.subscripts.map((one) => this.#prepare(one)));
        this.#emit((next) => {
          array().delete(key());
          return next;
        });
      }
    }
  }

  #settle(at: number, target: number): void {
    const machine = this.#machine;
    this.code[at] = target > at ? () => target : () => (machine.pause(target) ? WAIT : target);
  }

  #loop(body: Statement): Loop {
    const loop: Loop = { breaks: [], continues: [], isSwitch: false };
    this.#loops.push(loop);
    this.#statement(body);
    this.#loops.pop();
    return loop;
  }

  #for(init: Statement | null, test: Expression | null, step: Statement | null, body: Statement): void {
    if (init) this.#statement(init);
    const top = this.#here;
    const out = test ? this.#branch(test) : null;
    const loop = this.#loop(body);
    for (const at of loop.continues) this.#settle(at, this.#here);
    if (step) this.#statement(step);
    this.#jump()(top);
    out?.(this.#here);
    for (const at of loop.breaks) this.#settle(at, this.#here);
  }

  #each(node: Statement & { kind: "each" }): void {
    const machine = this.#machine;
    const array = this.#make.array(node.array);
    const store = this.#make.store(node.variable);
    const { slot } = this.#temporary();
    // The keys as they are when the loop begins.
    this.#emit((next) => {
      const info = machine.variable("PROCINFO");
      const how = info instanceof Map ? machine.text(info.get("sorted_in") as Value) : "";
      const keys = how ? sortedKeys(array(), how, machine.convfmt) : [...array().keys()];
      machine.stack[machine.base + slot] = { keys, at: 0 } as unknown as Cell;
      return next;
    });
    const top = this.#here;
    let out = 0;
    this.code.push(() => {
      const state = machine.stack[machine.base + slot] as unknown as { keys: string[]; at: number };
      if (state.at >= state.keys.length) return out;
      const key = state.keys[state.at++];
      store(() => input(key));
      return top + 1;
    });
    const loop = this.#loop(node.body);
    for (const at of loop.continues) this.#settle(at, this.#here);
    this.#jump()(top);
    out = this.#here;
    for (const at of loop.breaks) this.#settle(at, out);
  }

  #switch(node: Statement & { kind: "switch" }): void {
    const subject = this.#temporary();
    this.#set(subject, this.#prepare(node.of));
    const machine = this.#machine;
    const value = this.#make.value(subject);
    const places: number[] = [];
    const tests = node.cases.map(({ test }) => {
      if (!test) return null;
      if (test.kind === "regex") {
        const regex = this.#make.regex(test);
        return () => regex().test(machine.text(value()));
      }
      const other = this.#make.value(test);
      return () => compare(value(), other(), machine.convfmt) === 0;
    });
    let after = 0;
    this.code.push(() => {
      let chosen = tests.findIndex((test) => test?.());
      if (chosen < 0) chosen = tests.indexOf(null);
      return chosen < 0 ? after : places[chosen];
    });
    const loop: Loop = { breaks: [], continues: [], isSwitch: true };
    this.#loops.push(loop);
    for (const { body } of node.cases) {
      places.push(this.#here);
      for (const one of body) this.#statement(one);
    }
    this.#loops.pop();
    after = this.#here;
    const outer = this.#loops.findLast((one) => !one.isSwitch);
    outer?.continues.push(...loop.continues);
    for (const at of loop.breaks) this.#settle(at, after);
  }

  #print(node: Statement & { kind: "print" }): void {
    const machine = this.#machine;
    const { record } = machine;
    const parts = [...node.args, ...(node.target ? [node.target] : [])];
    // All parts at once, so that one that waits sees the ones before it kept.
    const prepared = this.#prepare({ kind: "grouping", list: parts }) as Expression & { kind: "grouping" };
    const args = prepared.list.slice(0, node.args.length);
    const target = node.target ? this.#make.text(prepared.list[node.args.length]) : null;
    let line: () => string;
    if (node.format) {
      if (args.length === 0) throw new AwkError("printf: no arguments");
      const format = this.#make.text(args[0]);
      const values = args.slice(1).map((arg) => this.#make.value(arg));
      line = () => {
        const text = format();
        return sprintf(
          text,
          values.map((value) => value()),
          machine.convfmt,
        );
      };
    } else if (args.length === 0) line = () => record.text + machine.ors;
    else {
      const texts = args.map((arg) => this.#printed(arg));
      if (texts.length === 1) {
        const [only] = texts;
        line = () => only() + machine.ors;
      } else {
        line = () => {
          let text = texts[0]();
          for (let i = 1; i < texts.length; i++) text += machine.ofs + texts[i]();
          return text + machine.ors;
        };
      }
    }
    const { to } = node;
    if (!to || !target) {
      this.#emit((next) => {
        const waiting = machine.print(line());
        return waiting ? this.#wait(waiting.then(() => next)) : next;
      });
      return;
    }
    this.#emit((next) => {
      const text = line();
      const name = target();
      const opened = machine.streams.opened(name)?.writer;
      if (opened) {
        const waiting = opened.writeBinary(text);
        return waiting ? this.#wait(waiting.then(() => next)) : next;
      }
      const write = async () => {
        const writer = await machine.streams.output(to, name);
        if (writer) await writer.writeBinary(text);
        else await machine.print(text);
        return next;
      };
      return this.#wait(write());
    });
  }

  /** As print shows a value: numbers by OFMT. */
  #printed(node: Expression): () => string {
    const machine = this.#machine;
    if (node.kind === "field" || node.kind === "string" || node.kind === "concat") return this.#make.text(node);
    const value = this.#make.value(node);
    return () => {
      const found = value();
      return typeof found === "number" ? numberToText(found, machine.ofmt) : machine.text(found);
    };
  }
}

function isNumberStatement(node: Expression): boolean {
  return node.kind === "increment" || (node.kind === "assign" && node.operator !== "");
}
