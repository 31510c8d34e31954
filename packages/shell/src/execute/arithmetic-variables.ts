// Arithmetic's view of the shell's variables: `set -u`, positional parameters as `$1`, array subscripts of both kinds.

import type { ArithmeticVariables } from "../arithmetic/evaluate.ts";
import { expandSubscript, parameterText, subscriptNumber } from "../expand/parameters.ts";
import { ShellFault } from "./control.ts";
import type { Shell } from "./shell.ts";

export class ShellArithmetic implements ArithmeticVariables {
  shell: Shell;

  constructor(shell: Shell) {
    this.shell = shell;
  }

  getNumeric(name: string, index: string | null): string | undefined {
    const { vars, options } = this.shell;
    const value = index === null ? parameterText(this.shell, name) : vars.getElement(name, this.key(name, index));
    if (value === undefined && options.nounset) throw new ShellFault(`${name}: unbound variable`, true, 127);
    return value;
  }

  setNumeric(name: string, index: string | null, value: string): void {
    if (index === null) this.shell.vars.set(name, value);
    else this.shell.vars.setElement(name, this.key(name, index), value);
  }

  key(name: string, index: string): number | string {
    if (this.shell.vars.isAssociative(name)) return expandSubscript(this.shell, index);
    return subscriptNumber(this.shell, index);
  }
}
