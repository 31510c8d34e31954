// A program as a row of instructions, each a function that does one thing and gives the place of the next; -1 when it must wait
// (machine.pending), STOP at the end. So a program can wait anywhere, in the midst of functions too, and loops can be interrupted.

import { STOP, WAIT } from "./emitter.ts";
import { Loops } from "./loops.ts";
import type { Machine } from "./machine.ts";
import type { AwkFunction, Expression, Program, Statement } from "./tree.ts";
import { AwkError } from "./values.ts";

export class Instructions extends Loops {
  #inFunction = false;
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
    super(program, machine);
    for (const definition of program.functions.values()) this.#function(definition);
    this.frame = { size: 0 };
    if (program.beginFile.length > 0) this.beginFile = this.#subroutine(program.beginFile);
    if (program.endFile.length > 0) this.endFile = this.#subroutine(program.endFile);
    this.begin = this.code.length;
    for (const block of program.begin) this.statement(block);
    const hasMain = program.rules.length > 0 || program.beginFile.length > 0 || program.endFile.length > 0;
    if (hasMain || program.end.length > 0) this.#rules();
    this.#end = this.code.length;
    this.emit((next) => {
      this.#ending = true;
      return next;
    });
    for (const block of program.end) this.statement(block);
    this.#stop = this.code.length;
    this.emit(() => STOP);
    this.top = this.frame.size;
  }

  #subroutine(blocks: Statement[]): number {
    const place = this.code.length;
    for (const block of blocks) this.statement(block);
    this.emit(() => STOP);
    return place;
  }

  #function(definition: AwkFunction): void {
    const { frame } = this.functions.get(definition.name)!;
    this.functions.get(definition.name)!.entry = this.here;
    this.frame = frame;
    this.#inFunction = true;
    this.statement(definition.body);
    this.emit(() => this.leave(undefined));
    this.#inFunction = false;
  }

  /** Leaves all functions: for next and exit. */
  #unwind(): void {
    const [first] = this.returns;
    if (!first) return;
    this.machine.base = first[1];
    this.top = first[2];
    this.returns = [];
  }

  #rules(): void {
    const machine = this.machine;
    this.#main = this.here;
    const { record } = machine;
    this.emit((next) => {
      const ready = machine.readyRecord();
      if (ready) {
        record.setPart(ready.text, ready.start, ready.end);
        return machine.pause(next) ? WAIT : next;
      }
      return this.wait(
        machine.nextRecord().then((text) => {
          if (text === null) return machine.stopped ? this.#stop : this.#end;
          record.set(text);
          return next;
        }),
      );
    });
    for (const rule of this.program.rules) {
      const body: Statement = rule.body ?? { kind: "print", args: [], format: false, to: null, target: null };
      if (rule.until && rule.pattern) {
        let active = false;
        const skip: ((target: number) => void)[] = [];
        const begin = this.make.truth(this.prepare(rule.pattern));
        const end = this.make.truth(this.prepare(rule.until));
        const at = this.here;
        this.code.push(() => STOP);
        skip.push((target) => {
          this.code[at] = () => {
            if (!active && !begin()) return target;
            active = !end();
            return at + 1;
          };
        });
        this.statement(body);
        for (const settle of skip) settle(this.here);
      } else if (rule.pattern) {
        const skip = this.branch(rule.pattern);
        this.statement(body);
        skip(this.here);
      } else this.statement(body);
    }
    const main = this.#main;
    this.emit(() => main);
  }

  protected statement(node: Statement): void {
    const make = this.make;
    const machine = this.machine;
    switch (node.kind) {
      case "block":
        for (const one of node.list) this.statement(one);
        return;
      case "expression": {
        const prepared = this.prepare(node.of);
        if (prepared.kind === "local") return;
        const value = isNumberStatement(prepared) ? make.number(prepared) : make.value(prepared);
        this.emit((next) => {
          value();
          return next;
        });
        return;
      }
      case "print":
        this.print(node);
        return;
      case "if": {
        const no = this.branch(node.test);
        this.statement(node.yes);
        if (!node.no) {
          no(this.here);
          return;
        }
        const done = this.jump();
        no(this.here);
        this.statement(node.no);
        done(this.here);
        return;
      }
      case "while":
        this.forLoop(null, node.test, null, node.body);
        return;
      case "for":
        this.forLoop(node.init, node.test, node.step, node.body);
        return;
      case "do": {
        const top = this.here;
        const loop = this.loop(node.body);
        for (const at of loop.continues) this.settle(at, this.here);
        this.branch(node.test, true)(top);
        for (const at of loop.breaks) this.settle(at, this.here);
        return;
      }
      case "each":
        this.each(node);
        return;
      case "switch":
        this.switchCases(node);
        return;
      case "break":
      case "continue": {
        const loop = this.loops.findLast((one) => node.kind === "break" || !one.isSwitch);
        if (!loop)
          throw new AwkError(
            `\`${node.kind}' is not allowed outside a loop${node.kind === "break" ? " or a switch" : ""}`,
          );
        (node.kind === "break" ? loop.breaks : loop.continues).push(this.here);
        this.code.push(() => STOP);
        return;
      }
      case "next":
        this.emit(() => {
          this.#unwind();
          if (this.#ending) throw new AwkError("`next' cannot be called from an `END' rule");
          return machine.pause(this.#main) ? WAIT : this.#main;
        });
        return;
      case "nextfile":
        this.emit(() => {
          this.#unwind();
          return this.wait(machine.skipFile().then(() => this.#main));
        });
        return;
      case "exit": {
        const status = node.status ? make.number(this.prepare(node.status)) : null;
        this.emit(() => {
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
        const value = node.value ? make.value(this.prepare(node.value)) : () => undefined;
        this.emit(() => this.leave(value()));
        return;
      }
      case "delete": {
        const array = make.array(node.array);
        if (!node.subscripts) {
          this.emit((next) => {
            array().clear();
            return next;
          });
          return;
        }
        const key = make.key(node.subscripts.map((one) => this.prepare(one)));
        this.emit((next) => {
          array().delete(key());
          return next;
        });
      }
    }
  }
}

function isNumberStatement(node: Expression): boolean {
  return node.kind === "increment" || (node.kind === "assign" && node.operator !== "");
}
