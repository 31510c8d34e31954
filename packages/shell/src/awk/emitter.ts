// A row of instructions as it grows: each a function that does one thing and gives the place of the next; WAIT when it must wait
// (machine.pending), STOP at the end. Jumps are settled when their target is known.

import { Expressions } from "./expressions.ts";
import type { Machine } from "./machine.ts";
import type { Expression, Lvalue } from "./tree.ts";

export type Instruction = () => number;

export const WAIT = -1;
export const STOP = -2;

export interface Frame {
  /** Parameters and temporaries, so far. */
  size: number;
}

export class Emitter {
  readonly code: Instruction[] = [];
  protected readonly machine: Machine;
  protected readonly make: Expressions;
  protected frame: Frame = { size: 0 };

  constructor(machine: Machine) {
    this.machine = machine;
    this.make = new Expressions(machine);
  }

  /** Adds an instruction; it is given the place behind it. */
  protected emit(make: (next: number) => number): void {
    const next = this.code.length + 1;
    this.code.push(() => make(next));
  }

  /** Adds a jump whose target is settled later. */
  protected jump(): (target: number) => void {
    const at = this.code.length;
    this.code.push(() => STOP);
    return (target) => {
      const { code } = this;
      const machine = this.machine;
      code[at] = target > at ? () => target : () => (machine.pause(target) ? WAIT : target);
    };
  }

  protected get here(): number {
    return this.code.length;
  }

  protected temporary(): Lvalue & { kind: "local" } {
    return { kind: "local", slot: this.frame.size++ };
  }

  protected wait(work: Promise<number>): number {
    this.machine.pending = work;
    return WAIT;
  }

  protected keep(to: Lvalue & { kind: "local" }, node: Expression): void {
    const value = this.make.value(node);
    const machine = this.machine;
    const { slot } = to;
    this.emit((next) => {
      machine.stack[machine.base + slot] = value();
      return next;
    });
  }
}
