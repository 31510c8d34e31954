// if, while, until, for, select, case. Each loop runs synchronously until something waits; then an async twin goes on from there.

import type { ArithmeticPart, Case, For, ForArithmetic, If, Select, While } from "../ast.ts";
import { readLine } from "../builtins/input.ts";
import { withTools } from "../builtins/late.ts";
import { isMatch } from "../expand/characters.ts";
import { replay } from "../expand/replay.ts";
import { evaluateArithmetic, expandPattern, expandText, expandWords } from "../expand/words.ts";
import { failedExpression } from "./conditional.ts";
import { after, BREAK, CONTINUE, ExitShell, NO_JUMP, type Status } from "./control.ts";
import { TRAP_DEBUG } from "./options.ts";
import { runList, runTolerant } from "./run.ts";
import type { Shell } from "./shell.ts";
import { traceLine } from "./trace.ts";
import { runDebug } from "./traps.ts";
import { checkReference, NAMEREF } from "./variables.ts";

export function runIf(shell: Shell, node: If): Status {
  for (let i = 0; i < node.clauses.length; i++) {
    const condition = runTolerant(shell, node.clauses[i].condition);
    if (typeof condition !== "number") return continueIf(shell, node, i, condition);
    if (shell.jump !== NO_JUMP) return condition;
    if (condition === 0) return runList(shell, node.clauses[i].body);
  }
  return node.otherwise ? runList(shell, node.otherwise) : 0;
}

async function continueIf(shell: Shell, node: If, at: number, waiting: Promise<number>): Promise<number> {
  let condition = await waiting;
  for (let i = at; ; ) {
    if (shell.jump !== NO_JUMP) return condition;
    if (condition === 0) return runList(shell, node.clauses[i].body);
    if (++i === node.clauses.length) break;
    condition = await runTolerant(shell, node.clauses[i].condition);
  }
  return node.otherwise ? runList(shell, node.otherwise) : 0;
}

/** After a loop's body: true if the loop ends here. A jump that is this loop's is consumed. */
export function loopEnds(shell: Shell): boolean {
  if (shell.jump === NO_JUMP) return false;
  if (shell.jump !== BREAK && shell.jump !== CONTINUE) return true;
  if (--shell.jumpCount > 0) return true;
  const ends = shell.jump === BREAK;
  shell.jump = NO_JUMP;
  return ends;
}

export function runWhile(shell: Shell, node: While): Status {
  let status = 0;
  shell.loopDepth++;
  try {
    for (;;) {
      const condition = runTolerant(shell, node.condition);
      if (typeof condition !== "number") return continueWhile(shell, node, condition, null, status);
      if (shell.jump !== NO_JUMP && loopEnds(shell)) return status;
      if ((condition === 0) === node.until) return status;
      const body = runList(shell, node.body);
      if (typeof body !== "number") return continueWhile(shell, node, null, body, status);
      status = body;
      if (shell.jump !== NO_JUMP && loopEnds(shell)) return status;
    }
  } finally {
    shell.loopDepth--;
  }
}

async function continueWhile(
  shell: Shell,
  node: While,
  condition: Promise<number> | null,
  body: Promise<number> | null,
  status: number,
): Promise<number> {
  shell.loopDepth++;
  try {
    for (let waiting: Status | null = condition; ; waiting = null) {
      if (body === null) {
        const result = waiting ?? runTolerant(shell, node.condition);
        const holds = typeof result === "number" ? result : await result;
        if (loopEnds(shell)) return status;
        if ((holds === 0) === node.until) return status;
      }
      const result: Status = body ?? runList(shell, node.body);
      body = null;
      status = typeof result === "number" ? result : await result;
      if (loopEnds(shell)) return status;
    }
  } finally {
    shell.loopDepth--;
  }
}

/** Before a `for` takes its next value DEBUG and `set -x` have their turn. */
function beforeBody(shell: Shell, node: For): Promise<unknown> | null {
  if (shell.options.xtrace) traceLine(shell, `for ${node.name} in ${node.words === null ? '"$@"' : node.text}`);
  return runDebug(shell, node.line, `for ${node.name} in ${node.text}`);
}

export function runFor(shell: Shell, node: For): Status {
  shell.line = node.line;
  if (node.words === null) return forEach(shell, node, shell.args.slice());
  const words = expandWords(shell, node.words);
  return words instanceof Promise ? words.then((list) => forEach(shell, node, list)) : forEach(shell, node, words);
}

function isLoopName(shell: Shell, name: string): boolean {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return true;
  shell.complain(`\`${name}': not a valid identifier`);
  if (shell.options.posix) throw new ExitShell(1);
  return false;
}

/** False after a complaint. A name reference is pointed at each value in turn. */
function setLoopVariable(shell: Shell, node: For, value: string): boolean {
  if (!isLoopName(shell, node.name)) return false;
  try {
    const reference = shell.vars.hasReferences ? shell.vars.table.get(node.name) : undefined;
    if (reference && (reference.flags & NAMEREF) !== 0) {
      checkReference(node.name, value);
      reference.value = value;
    } else shell.vars.set(node.name, value);
    return true;
  } catch (error) {
    if (shell.options.posix) throw error;
    return failedExpression(shell, error, "") === 0;
  }
}

function forEach(shell: Shell, node: For, values: string[]): Status {
  let status = 0;
  shell.loopDepth++;
  try {
    for (let i = 0; i < values.length; i++) {
      const debug = beforeBody(shell, node);
      if (debug) return continueFor(shell, node, values, i, debug, true);
      if (!setLoopVariable(shell, node, values[i])) return 1;
      const body = runList(shell, node.body);
      if (typeof body !== "number") return continueFor(shell, node, values, i + 1, body);
      status = body;
      if (shell.jump !== NO_JUMP && loopEnds(shell)) return status;
    }
    return status;
  } finally {
    shell.loopDepth--;
  }
}

async function continueFor(
  shell: Shell,
  node: For,
  values: string[],
  from: number,
  waiting: Promise<unknown>,
  ready = false,
): Promise<number> {
  shell.loopDepth++;
  try {
    const ended = await waiting;
    let status = ready ? 0 : (ended as number);
    for (let i = from; !loopEnds(shell) && i < values.length; i++) {
      if (!ready) await beforeBody(shell, node);
      ready = false;
      if (!setLoopVariable(shell, node, values[i])) return 1;
      const body = runList(shell, node.body);
      status = typeof body === "number" ? body : await body;
    }
    return status;
  } finally {
    shell.loopDepth--;
  }
}

/** An expression of `for ((…))` or `((…))`; an absent one is true. */
export function arithmeticValue(
  shell: Shell,
  part: ArithmeticPart | null,
  line = 0,
): number | bigint | Promise<number | bigint> {
  if (part === null) return 1;
  if (shell.traps.size > 0 && line > 0) {
    const debug = runDebug(shell, line, `((${part.source ?? ""}))`);
    if (debug) return debug.then(() => arithmeticValue(shell, part));
  }
  if (shell.options.xtrace && part.word.pure) traceLine(shell, `(( ${expandText(shell, part.word)} ))`);
  const evaluate = () => evaluateArithmetic(shell, part);
  return part.word.pure ? evaluate() : replay(shell, evaluate);
}

export function runForArithmetic(shell: Shell, node: ForArithmetic): Status {
  const failed = (error: unknown) => failedExpression(shell, error, "((: ");
  try {
    const result = loopArithmetic(shell, node);
    return typeof result === "number" ? result : result.catch(failed);
  } catch (error) {
    return failed(error);
  }
}

function loopArithmetic(shell: Shell, node: ForArithmetic): Status {
  shell.line = node.line;
  const pure =
    !shell.traps.has(TRAP_DEBUG) && [node.init, node.test, node.step].every((part) => part === null || part.word.pure);
  if (!pure) return continueForArithmetic(shell, node, null);
  arithmeticValue(shell, node.init, node.line);
  let status = 0;
  shell.loopDepth++;
  try {
    while (arithmeticValue(shell, node.test, node.line) !== 0) {
      const body = runList(shell, node.body);
      if (typeof body !== "number") return continueForArithmetic(shell, node, body);
      status = body;
      if (shell.jump !== NO_JUMP && loopEnds(shell)) return status;
      shell.line = node.line;
      arithmeticValue(shell, node.step, node.line);
    }
    return status;
  } finally {
    shell.loopDepth--;
  }
}

async function continueForArithmetic(shell: Shell, node: ForArithmetic, body: Promise<number> | null): Promise<number> {
  let status = 0;
  shell.loopDepth++;
  try {
    if (body === null) await arithmeticValue(shell, node.init, node.line);
    for (;;) {
      if (body === null && (await arithmeticValue(shell, node.test, node.line)) === 0) return status;
      const result: Status = body ?? runList(shell, node.body);
      body = null;
      status = typeof result === "number" ? result : await result;
      if (loopEnds(shell)) return status;
      shell.line = node.line;
      await arithmeticValue(shell, node.step, node.line);
    }
  } finally {
    shell.loopDepth--;
  }
}

/** `select`: seldom used, it comes with the tools. */
export function runSelect(shell: Shell, node: Select): Status {
  return withTools(shell, "select", ({ parts }) => parts.runSelect(shell, node, loopKit));
}

/** What `select` is made of. */
const loopKit = { expandWords, isLoopName, loopEnds, readLine, runDebug, runList, traceLine };

export type LoopKit = typeof loopKit;

export function runCase(shell: Shell, node: Case): Status {
  shell.line = node.line;
  if (shell.options.xtrace) traceLine(shell, `case ${node.text} in`);
  const debug = runDebug(shell, node.line, `case ${node.text} in `);
  return debug ? debug.then(() => chooseClause(shell, node)) : chooseClause(shell, node);
}

function chooseClause(shell: Shell, node: Case): Status {
  const pure = node.word.pure && node.clauses.every((clause) => clause.patterns.every((pattern) => pattern.pure));
  if (!pure) return runCaseAsync(shell, node);
  const subject = expandText(shell, node.word);
  return runClauses(
    shell,
    node,
    (pattern) => isMatch(shell, subject, expandPattern(shell, pattern), shell.shopt.extglob),
    0,
  ) as Status;
}

function runClauses(shell: Shell, node: Case, holds: (pattern: Case["word"]) => boolean, from: number): Status {
  for (let i = from; i < node.clauses.length; i++) {
    const clause = node.clauses[i];
    if (clause.patterns.some(holds)) return runClause(shell, node, i, holds);
  }
  return 0;
}

function runClause(shell: Shell, node: Case, at: number, holds: (pattern: Case["word"]) => boolean): Status {
  const clause = node.clauses[at];
  const result = runList(shell, clause.body);
  if (clause.end === ";;") return result;
  const then = (status: number): Status => {
    if (shell.jump !== NO_JUMP || at + 1 === node.clauses.length) return status;
    return clause.end === ";&" ? runClause(shell, node, at + 1, holds) : runClauses(shell, node, holds, at + 1);
  };
  return after(result, then);
}

/** With command substitutions in it: all patterns up to the first match are expanded one after the other. */
async function runCaseAsync(shell: Shell, node: Case): Promise<number> {
  const subject = await replay(shell, () => expandText(shell, node.word));
  let status = 0;
  for (let i = 0; i < node.clauses.length; i++) {
    const clause = node.clauses[i];
    let found = false;
    for (const pattern of clause.patterns) {
      found = isMatch(shell, subject, await replay(shell, () => expandPattern(shell, pattern)), shell.shopt.extglob);
      if (found) break;
    }
    while (found) {
      status = await runList(shell, node.clauses[i].body);
      if (shell.jump !== NO_JUMP || node.clauses[i].end === ";;") return status;
      found = node.clauses[i].end === ";&" && i + 1 < node.clauses.length;
      if (found) i++;
    }
  }
  return status;
}
