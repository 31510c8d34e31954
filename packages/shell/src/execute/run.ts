// The executor's centre: runs any command, lists, && and ||. A command's run gives its status at once when nothing had to wait,
// else a promise of it: so a loop of builtins costs no await. Asynchronous continuations repeat the loop they continue.

import type { AndOr, Command, FunctionDefinition, List, ListItem } from "../ast.ts";
import { SPECIAL_BUILTINS } from "../builtins/index.ts";
import { mustWait, runAgain } from "../expand/replay.ts";
import { runArithmeticCommand, runConditional } from "./conditional.ts";
import { ExitShell, NO_JUMP, type Status } from "./control.ts";
import { exportedName, exportFunction } from "./functions.ts";
import { runCase, runFor, runForArithmetic, runIf, runSelect, runWhile } from "./loops.ts";
import { TRAP_ERR } from "./options.ts";
import { runBackground, runCoprocess, runPipeline, runSubshell } from "./pipeline.ts";
import { runRedirected } from "./redirect.ts";
import type { Shell } from "./shell.ts";
import { runSimple } from "./simple.ts";
import { closeSubstitutions } from "./substitution.ts";
import { reportFault } from "./task.ts";
import { runTrap, runTraps } from "./traps.ts";

/** Compound commands entered without an await in between; beyond, the stack is unwound by one. */
const SYNC_DEPTH_MAX = 120;
/** Busy for longer (ms), the shell lets the event loop run. */
const YIELD_AFTER_MS = 10;
/** Commands between two looks at the clock. */
const COMMANDS_PER_CLOCK = 100;

export function run(shell: Shell, node: Command): Status {
  if (node.kind === "simple") {
    try {
      return runSimple(shell, node);
    } catch (error) {
      if (!mustWait(error)) throw error;
      return runAgain(shell, error, () => runSimple(shell, node));
    }
  }
  const depth = shell.syncDepth;
  if (depth >= SYNC_DEPTH_MAX) return onFreshStack(shell, node);
  shell.syncDepth = depth + 1;
  try {
    return dispatch(shell, node);
  } catch (error) {
    if (!mustWait(error) || (node.kind !== "conditional" && node.kind !== "arithmeticcommand")) throw error;
    return runAgain(shell, error, () => dispatch(shell, node));
  } finally {
    shell.syncDepth = depth;
  }
}

async function onFreshStack(shell: Shell, node: Command): Promise<number> {
  await null;
  shell.syncDepth = 0;
  return run(shell, node);
}

function dispatch(shell: Shell, node: Exclude<Command, { kind: "simple" }>): Status {
  switch (node.kind) {
    case "list":
      return runList(shell, node);
    case "group":
      return runList(shell, node.body);
    case "andor":
      return runAndOr(shell, node);
    case "pipeline":
      return runPipeline(shell, node);
    case "subshell":
      return runSubshell(shell, node.body);
    case "if":
      return runIf(shell, node);
    case "while":
      return runWhile(shell, node);
    case "for":
      return runFor(shell, node);
    case "forarithmetic":
      return runForArithmetic(shell, node);
    case "select":
      return runSelect(shell, node);
    case "case":
      return runCase(shell, node);
    case "conditional":
      return runConditional(shell, node);
    case "arithmeticcommand":
      return runArithmeticCommand(shell, node);
    case "coprocess":
      return runCoprocess(shell, node);
    case "redirected": {
      const before = shell.substitutionFds.length;
      return finallyDo(
        () => runRedirected(shell, node),
        () => closeSubstitutions(shell, before),
      );
    }
    case "function":
      return defineFunction(shell, node);
  }
}

function defineFunction(shell: Shell, node: FunctionDefinition): Status {
  shell.status = 0;
  if (/[$`'"\\]/.test(node.name) || (shell.options.posix && !/^[A-Za-z_]\w*$/.test(node.name))) {
    shell.complain(`\`${node.name}': not a valid identifier`);
    if (shell.options.posix && !shell.options.interactive) throw new ExitShell(1);
    return 1;
  }
  if (shell.functions.get(node.name)?.readonly) {
    shell.complain(`${node.name}: readonly function`);
    return 1;
  }
  if (shell.options.posix && SPECIAL_BUILTINS.has(node.name)) {
    shell.complain(`\`${node.name}': is a special builtin`);
    throw new ExitShell(2);
  }
  node.source = shell.sourceName;
  shell.functions.set(node.name, node);
  if (shell.vars.exportedFunctions.has(exportedName(node.name))) return exportFunction(shell, node.name);
  return 0;
}

export function runList(shell: Shell, list: List): Status {
  const { items } = list;
  let status = 0;
  for (let i = 0; i < items.length; i++) {
    const result = runItem(shell, items[i]);
    if (typeof result !== "number") return continueList(shell, items, i + 1, result);
    status = result;
    if (shell.jump !== NO_JUMP) return status;
  }
  return status;
}

async function continueList(shell: Shell, items: ListItem[], from: number, waiting: Promise<number>): Promise<number> {
  let status = await waiting;
  for (let i = from; i < items.length && shell.jump === NO_JUMP; i++) {
    const result = runItem(shell, items[i]);
    status = typeof result === "number" ? result : await result;
  }
  return status;
}

function runItem(shell: Shell, item: ListItem): Status {
  shell.item = item;
  if (shell.sys.isStopped) return afterYield(shell, item);
  if (shell.takesInterrupts && shell.sys.hasSignals()) runTraps(shell);
  if (--shell.commandsUntilClock < 0) {
    shell.commandsUntilClock = COMMANDS_PER_CLOCK;
    shell.sys.checkKilled();
    if (performance.now() - shell.lastYield > YIELD_AFTER_MS) return afterYield(shell, item);
  }
  if (shell.options.noexec && !shell.options.interactive) return 0;
  if (item.background) return runBackground(shell, item);
  return runChecked(shell, item.command);
}

async function afterYield(shell: Shell, item: ListItem): Promise<number> {
  await shell.host.yield();
  await shell.sys.continued();
  shell.lastYield = performance.now();
  shell.syncDepth = 0;
  return runItem(shell, item);
}

/** Runs a command to whose failure `set -e` applies. */
export function runChecked(shell: Shell, node: Command): Status {
  const result = run(shell, node);
  if (typeof result !== "number") return result.then((status) => check(shell, node, status));
  if (result !== 0 || shell.traps.size > 0) return check(shell, node, result);
  noteStatus(shell, node, 0);
  return (shell.status = 0);
}

/** PIPESTATUS: what is no pipeline counts as one of one command; compound commands leave what ran in them. */
function noteStatus(shell: Shell, node: Command, status: number): void {
  const { kind } = node;
  if (kind === "simple" || kind === "subshell" || kind === "conditional" || kind === "arithmeticcommand")
    shell.pipeStatus = status;
}

function check(shell: Shell, node: Command, status: number): Status {
  noteStatus(shell, node, status);
  shell.status = status;
  if (shell.traps.size > 0) {
    const traps = runTraps(shell);
    if (traps !== null) return traps.then(() => checkFailure(shell, node, status));
  }
  return checkFailure(shell, node, status);
}

function checkFailure(shell: Shell, node: Command, status: number): Status {
  if (status === 0 || shell.tolerance > 0 || shell.jump !== NO_JUMP || !countsAsFailure(node)) return status;
  // bash judges a subshell at a pipeline's end by itself, too.
  if (node.kind !== "pipeline" || node.commands.length < 2 || node.commands.at(-1)!.kind !== "subshell")
    return failure(shell, status);
  const first = failure(shell, status);
  return typeof first === "number" ? failure(shell, status) : first.then(() => failure(shell, status));
}

/** A failure that nothing excuses: the ERR trap runs, and `set -e` ends the shell. */
export function failure(shell: Shell, status: number): Status {
  if (shell.tolerance > 0) return status;
  if (shell.traps.has(TRAP_ERR)) {
    shell.status = status;
    const trap = runTrap(shell, TRAP_ERR);
    if (typeof trap !== "number") return trap.then(() => failed(shell, status));
  }
  return failed(shell, status);
}

function failed(shell: Shell, status: number): number {
  if (shell.options.errexit) throw new ExitShell(status);
  shell.status = status;
  return status;
}

/** Compound commands pass on a failure that was judged inside, or excused there. */
function countsAsFailure(node: Command): boolean {
  switch (node.kind) {
    case "simple":
    case "subshell":
    case "conditional":
    case "arithmeticcommand":
      return true;
    case "pipeline":
      return !node.negated;
    case "redirected":
      return countsAsFailure(node.body);
    default:
      return false;
  }
}

function runAndOr(shell: Shell, node: AndOr): Status {
  const result = runTolerant(shell, node.first);
  if (typeof result !== "number") return continueAndOr(shell, node, 0, result);
  let status = result;
  for (let i = 0; i < node.rest.length; i++) {
    if (shell.jump !== NO_JUMP) return status;
    const { operator, command } = node.rest[i];
    if ((status === 0) !== (operator === "&&")) continue;
    const next = i === node.rest.length - 1 ? runChecked(shell, command) : runTolerant(shell, command);
    if (typeof next !== "number") return continueAndOr(shell, node, i + 1, next);
    status = next;
  }
  return status;
}

async function continueAndOr(shell: Shell, node: AndOr, from: number, waiting: Promise<number>): Promise<number> {
  let status = await waiting;
  for (let i = from; i < node.rest.length && shell.jump === NO_JUMP; i++) {
    const { operator, command } = node.rest[i];
    if ((status === 0) !== (operator === "&&")) continue;
    status = await (i === node.rest.length - 1 ? runChecked(shell, command) : runTolerant(shell, command));
  }
  return status;
}

/** Runs a command whose failure is expected: a condition. */
export function runTolerant(shell: Shell, node: Command): Status {
  shell.tolerance++;
  let result: Status;
  try {
    result = run(shell, node);
  } catch (error) {
    shell.tolerance--;
    throw error;
  }
  if (typeof result === "number") {
    shell.tolerance--;
    noteStatus(shell, node, result);
    shell.status = result;
    const traps = shell.traps.size > 0 ? runTraps(shell) : null;
    return traps === null ? result : traps.then(() => result as number);
  }
  return settleTolerant(shell, node, result);
}

async function settleTolerant(shell: Shell, node: Command, waiting: Promise<number>): Promise<number> {
  try {
    shell.status = await waiting;
    noteStatus(shell, node, shell.status);
  } finally {
    shell.tolerance--;
  }
  const { status } = shell;
  if (shell.traps.size > 0) await runTraps(shell);
  return status;
}

/** Runs `cleanup` when `body` has ended, however it ends, at once or later. With `shell` a fault is reported before. */
export function finallyDo(body: () => Status, cleanup: (error?: unknown) => void, shell?: Shell): Status {
  const failed = (error: unknown): never => {
    if (shell) reportFault(shell, error);
    cleanup(error);
    throw error;
  };
  const ended = (status: number): number => {
    cleanup();
    return status;
  };
  let result: Status;
  try {
    result = body();
  } catch (error) {
    return failed(error);
  }
  return typeof result === "number" ? ended(result) : result.then(ended, failed);
}
