// Simple commands: expand, redirect, assign, then find what the name means: function, builtin or program.

import { ArithmeticFault } from "../arithmetic/parse.ts";
import type { Simple } from "../ast.ts";
import { type Builtin, builtins, SPECIAL_BUILTINS } from "../builtins/index.ts";
import { replay } from "../expand/replay.ts";
import { expandText, expandWords } from "../expand/words.ts";
import { readAssignment } from "../parser/assignments.ts";
import { openScript } from "../parser/parser.ts";
import { literalWord } from "../parser/words.ts";
import { assignAll, assignBefore } from "./assign.ts";
import { after, ExitShell, keepsFrames, NO_JUMP, ShellFault, type Status } from "./control.ts";
import { runProgram } from "./external.ts";
import { callFunction } from "./functions.ts";
import { applyRedirections, expandRedirections, type Redirect, restoreFds, type SavedFd } from "./redirect.ts";
import { finallyDo } from "./run.ts";
import type { Shell } from "./shell.ts";
import { closeSubstitutions } from "./substitution.ts";
import { reportFault } from "./task.ts";
import { traceCommand } from "./trace.ts";
import { runDebug } from "./traps.ts";

export function runSimple(shell: Shell, node: Simple): Status {
  shell.line = node.line;
  const inPlace = shell.execInPlace;
  shell.execInPlace = false;
  if (shell.traps.size > 0) {
    const trap = runDebug(shell, node.line, node.text);
    if (trap) return trap.then(() => expandAndRun(shell, node, inPlace));
    shell.line = node.line;
  }
  if (node.pure && node.redirections.length === 0) return expandAndRun(shell, node, inPlace);
  const before = shell.substitutionFds.length;
  return finallyDo(
    () => expandAndRun(shell, node, inPlace),
    () => closeSubstitutions(shell, before),
  );
}

function expandAndRun(shell: Shell, node: Simple, inPlace: boolean): Status {
  shell.substitutionStatus = 0;
  if (shell.options.keyword) node = takeKeywords(node);
  if (node.words.length === 0) return assignOnly(shell, node);
  if (node.words.some((word) => word.assignment)) return runDeclaration(shell, node);
  const fields = expandWords(shell, node.words);
  return after(fields, (list) => runFields(shell, node, list, inPlace));
}

/** `set -k`: what looks like an assignment is one, wherever it stands. */
function takeKeywords(node: Simple): Simple {
  const assignments = [...node.assignments];
  const words = node.words.filter((word, i) => {
    const found = i === 0 || word.assignment || !word.source ? null : readAssignment(openScript(word.source));
    if (found) assignments.push(found);
    return !found;
  });
  return { ...node, words, assignments };
}

function assignOnly(shell: Shell, node: Simple): Status {
  shell.lastArgument = "";
  const waiting = assignAll(shell, node.assignments);
  if (!waiting && node.redirections.length === 0) {
    shell.pipeStatus = null;
    return shell.substitutionStatus;
  }
  const finish = () =>
    withRedirections(shell, node, null, () => {
      shell.pipeStatus = null;
      return shell.substitutionStatus;
    });
  return waiting ? waiting.then(finish) : finish();
}

/**
 * `declare a=b`: words that look like assignments are performed by the builtin, through shell.declarations. Their values are
 * expanded here, as any word is; but what stands in `a=(…)` is expanded by the builtin, which knows the array's kind.
 */
function runDeclaration(shell: Shell, node: Simple): Status {
  const fields: string[] = [];
  const declarations: Shell["declarations"] = new Map();
  const add = (index: number): Status => {
    for (let i = index; i < node.words.length; i++) {
      const { assignment } = node.words[i];
      const own: string[] | Promise<string[]> = !assignment
        ? expandWords(shell, [node.words[i]])
        : assignment.value === null || assignment.value.literal !== null
          ? []
          : assignment.value.pure
            ? [expandText(shell, assignment.value)]
            : replay(shell, () => [expandText(shell, assignment.value!)]);
      const take = (list: string[]) => {
        if (!assignment) for (const field of list) fields.push(field);
        else {
          const value = list.length > 0 ? literalWord(list[0]) : assignment.value;
          declarations.set(fields.length, {
            ...assignment,
            value,
            pure: list.length > 0 ? !assignment.index || assignment.index.pure : assignment.pure,
          });
          fields.push(
            assignment.elements || !value
              ? assignment.name
              : `${assignment.name}${assignment.append ? "+" : ""}=${value.literal}`,
          );
        }
      };
      if (own instanceof Promise) {
        return own.then((list) => {
          take(list);
          return add(i + 1);
        });
      }
      take(own);
    }
    shell.declarations = declarations;
    return runFields(shell, node, fields, false);
  };
  return add(0);
}

function runFields(shell: Shell, node: Simple, argv: string[], inPlace: boolean): Status {
  if (argv.length === 0) return assignOnly(shell, node);
  // What declares arrays is traced behind its assignments.
  if (shell.options.xtrace && !declaresList(shell)) traceCommand(shell, argv);
  const name = argv[0];
  const result = runNamed(shell, node, name, argv, inPlace);
  if (typeof result === "number") return ended(shell, argv, result);
  return result.then((status) => ended(shell, argv, status));
}

export function declaresList(shell: Shell): boolean {
  return [...(shell.declarations ?? [])].some(([, { elements }]) => elements);
}

function ended(shell: Shell, argv: string[], status: number): number {
  shell.lastArgument = argv[argv.length - 1];
  shell.pipeStatus = null;
  return status;
}

function runNamed(shell: Shell, node: Simple, name: string, argv: string[], inPlace: boolean): Status {
  const special = SPECIAL_BUILTINS.has(name);
  const function_ = special && shell.options.posix ? undefined : shell.functions.get(name);
  if (function_) {
    return withRedirections(shell, node, name, () => callFunction(shell, function_, argv), "call");
  }
  const builtin = shell.disabledBuiltins.has(name) ? undefined : builtins.get(name);
  if (!builtin) return runExternal(shell, node, argv, inPlace);
  if (name === "exec") return runExec(shell, node, argv);
  if (name === "command" && argv[1] === "exec") return runExec(shell, node, argv.slice(1), false);
  if (node.assignments.length === 0 && node.redirections.length === 0) return runBuiltin(shell, builtin, argv, special);
  const keep = special && shell.options.posix;
  return withRedirections(shell, node, name, () => runBuiltin(shell, builtin, argv, special), "command", keep);
}

/** An error in an assignment or expression that a builtin makes is that builtin's failure, not the line's. */
function runBuiltin(shell: Shell, builtin: Builtin, argv: string[], special: boolean): Status {
  const failed = (error: unknown): number => {
    // A bad expression in a declaration or an assigned value drops the whole line.
    const catches = /^(let|eval|source|\.|command|builtin|test|\[)$/.test(argv[0]);
    if (error instanceof ArithmeticFault && catches) {
      if (argv[0] === "let") error.message = `let: ${error.message}`;
    } else if (!(error instanceof ShellFault) || error.fatal || (special && shell.options.posix)) throw error;
    reportFault(shell, error);
    shell.jump = NO_JUMP;
    return 1;
  };
  const fatal = special && shell.options.posix && !shell.options.interactive && shell.tolerance === 0;
  const checked = (status: number): number => {
    if (!shell.misused) return status;
    shell.misused = false;
    if (fatal) throw new ExitShell(status);
    return status;
  };
  try {
    const result = builtin(shell, argv);
    if (typeof result === "number") return shell.misused ? checked(result) : result;
    return result.catch(failed).then(checked);
  } catch (error) {
    return failed(error);
  }
}

/** Runs `body` while the command's own assignments hold, exported. With `keep` they stay. */
function withAssignments(
  shell: Shell,
  node: Simple,
  body: () => Status,
  kind: "call" | "command" = "command",
  keep = false,
): Status {
  if (node.assignments.length === 0) return body();
  // The builtin's declarations are not those of a function that a substitution calls meanwhile.
  const { declarations } = shell;
  shell.vars.pushFrame(kind);
  return finallyDo(
    () => {
      const waiting = assignBefore(shell, node.assignments, keep);
      shell.declarations = declarations;
      if (!waiting) return body();
      return waiting.then(() => {
        shell.declarations = declarations;
        return body();
      });
    },
    (error) => {
      if (!keepsFrames(error)) shell.vars.popFrame(keep);
    },
  );
}

/**
 * Runs `body` under the command's redirections, in the shell's own process, and its assignments, which the redirections' words do
 * not see. `command` is null when there is none.
 */
function withRedirections(
  shell: Shell,
  node: Simple,
  command: string | null,
  body: () => Status,
  kind?: "call" | "command",
  keep = false,
): Status {
  const assigned = (run: () => Status) => (kind ? withAssignments(shell, node, run, kind, keep) : run());
  if (node.redirections.length === 0) return assigned(body);
  const perform = (list: Redirect[]): Status => {
    const saved: SavedFd[] = [];
    return finallyDo(
      () =>
        after(applyRedirections(shell, shell.sys, list, saved), (error) =>
          error !== null ? redirectionFailed(shell, error, command !== null && SPECIAL_BUILTINS.has(command)) : body(),
        ),
      (error) => {
        if (!keepsFrames(error)) restoreFds(shell.sys, saved);
      },
      shell,
    );
  };
  const redirected = (apply: (list: Redirect[]) => Status) =>
    after(expandRedirections(shell, node.redirections), apply);
  // Where a redirection's word may change variables, the assignments are expanded first.
  if (node.redirections.some(({ target }) => /\$\{|\$\(\(/.test(target.source ?? "")))
    return assigned(() => redirected(perform));
  return redirected((list) => assigned(() => perform(list)));
}

export function redirectionFailed(shell: Shell, error: string, special: boolean): number {
  shell.complain(error);
  if (special && shell.options.posix && !shell.options.interactive) throw new ExitShell(1);
  return 1;
}

function runExternal(shell: Shell, node: Simple, argv: string[], inPlace: boolean): Status {
  const start = (list: Redirect[]) =>
    withAssignments(shell, node, () => runProgram(shell, argv, list, inPlace, node.text));
  return node.redirections.length === 0 ? start([]) : after(expandRedirections(shell, node.redirections), start);
}

/** `exec`: its redirections stay; with a command the shell becomes that. */
function runExec(shell: Shell, node: Simple, argv: string[], special = true): Status {
  const apply = (list: Redirect[]): Status =>
    after(applyRedirections(shell, shell.sys, list, null), (error) =>
      error !== null ? redirectionFailed(shell, error, special) : builtins.get("exec")!(shell, argv),
    );
  return withAssignments(
    shell,
    node,
    () => after(expandRedirections(shell, node.redirections), apply),
    "command",
    shell.options.posix,
  );
}
