// Calling functions: positional parameters, locals, `return`.

import type { FunctionDefinition } from "../ast.ts";
import { withTools } from "../builtins/late.ts";
import { SyntaxFault } from "../parser/errors.ts";
import { openScript, readCommandLine } from "../parser/parser.ts";
import { after, keepsFrames, NO_JUMP, RETURN, ShellFault, type Status } from "./control.ts";
import { TRAP_DEBUG, TRAP_ERR, TRAP_RETURN } from "./options.ts";
import { finallyDo, run } from "./run.ts";
import { CALL_DEPTH_MAX, type Shell } from "./shell.ts";
import { runDebug, runTrap, suspendTraps } from "./traps.ts";

const OWN_TRAPS = [TRAP_ERR, TRAP_DEBUG, TRAP_RETURN];

export function callFunction(shell: Shell, definition: FunctionDefinition, argv: string[]): Status {
  const limit = Number(shell.vars.get("FUNCNEST") ?? 0) || CALL_DEPTH_MAX;
  if (shell.calls.length >= limit)
    throw new ShellFault(`${definition.name}: maximum function nesting level exceeded (${limit})`);
  const { args, loopDepth, line, sourceName, localOptions } = shell;
  shell.localOptions = null;
  const restoreTraps = shell.traps.size > 0 ? suspendTraps(shell, OWN_TRAPS) : null;
  shell.args = argv.slice(1);
  shell.loopDepth = 0;
  shell.calls.push(definition.name);
  const known = shell.shopt.extdebug ? shell.args : null;
  shell.stack.push({ name: definition.name, line, source: sourceName, args: known, outer: args });
  shell.sourceName = definition.source ?? sourceName;
  shell.vars.pushFrame();
  return finallyDo(
    () => {
      const debug = shell.traps.size > 0 ? runDebug(shell, line) : null;
      const result = debug ? debug.then(() => run(shell, definition.body)) : run(shell, definition.body);
      return after(result, (status) => returned(shell, status));
    },
    (error) => {
      if (keepsFrames(error)) return;
      shell.vars.popFrame();
      if (shell.localOptions) {
        Object.assign(shell.options, shell.localOptions);
        shell.vars.exportAll = shell.options.allexport;
      }
      shell.localOptions = localOptions;
      shell.calls.pop();
      shell.stack.pop();
      shell.sourceName = sourceName;
      shell.args = args;
      shell.loopDepth = loopDepth;
      shell.line = line;
      restoreTraps?.();
    },
    shell,
  );
}

/** The name by which bash finds a function in its environment. */
export function exportedName(name: string): string {
  return `BASH_FUNC_${name}%%`;
}

export function exportFunction(shell: Shell, name: string): Status {
  return withTools(shell, "export", ({ parts }) => {
    const text = parts.printFunction(shell.functions.get(name)!);
    shell.vars.exportedFunctions.set(exportedName(name), text.slice(name.length + 1));
    return 0;
  });
}

/** Defines the function that an environment entry holds. */
export function importFunction(shell: Shell, name: string, text: string): void {
  try {
    const definition = readCommandLine(openScript(`${name} ${text}`))?.items[0].command;
    if (definition?.kind !== "function" || definition.name !== name) return;
    shell.functions.set(name, definition);
    shell.vars.exportedFunctions.set(exportedName(name), text);
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
  }
}

/** What a function or a sourced file ends with: what `return` said, after its RETURN trap. */
export function returned(shell: Shell, status: number): Status {
  if (shell.jump === RETURN) {
    shell.jump = NO_JUMP;
    status = shell.jumpCount;
  }
  if (!shell.traps.has(TRAP_RETURN)) return status;
  shell.status = status;
  const trap = runTrap(shell, TRAP_RETURN);
  return typeof trap === "number" ? status : trap.then(() => status);
}
