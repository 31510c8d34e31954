// Reading and running scripts: command line by command line, so that what a line changes (aliases, options) holds for the next,
// and a syntax error comes only after what precedes it has run.

import { ArithmeticFault } from "../arithmetic/parse.ts";
import type { List } from "../ast.ts";
import { SyntaxFault } from "../parser/errors.ts";
import type { Lexer } from "../parser/lexer.ts";
import { openScript, readCommandLine } from "../parser/parser.ts";
import { ExitShell, NO_JUMP, ShellFault, type Status } from "./control.ts";
import { runList } from "./run.ts";
import type { Shell } from "./shell.ts";
import { complainOf, reportFault } from "./task.ts";

/** A lexer over text, with the shell's aliases and options. */
export function openText(shell: Shell, text: string, line = 1, more?: () => string | null): Lexer {
  return openScript(text, {
    line,
    more,
    aliases: (name) => shell.aliasText(name),
    extglob: () => shell.shopt.extglob,
    posix: () => shell.options.posix,
    warn: (at, message) => shell.report(`${shell.sourceName ?? shell.name}: line ${at}: warning: ${message}\n`),
  });
}

/**
 * Runs text as `eval`, `.` and traps do: in place. A fault that is not fatal costs the rest of its line; a subshell it ends.
 * `title`: what messages of its syntax begin with.
 */
export function runSource(shell: Shell, text: string, line = 1, title = ""): Status {
  const { lexer: outer, loopDepth, tolerance } = shell;
  const lexer = openText(shell, text, line);
  shell.lexer = lexer;
  shell.indirection++;
  let status = 0;
  const dropped = (error: unknown): number => {
    const { options } = shell;
    const fatal = error instanceof ShellFault && (error.fatal || error.message === "");
    if (fatal || options.errexit || (options.posix && !options.interactive) || !reportFault(shell, error)) throw error;
    if (shell.isSubshell) throw new ExitShell(1);
    shell.jump = NO_JUMP;
    shell.loopDepth = loopDepth;
    shell.tolerance = tolerance;
    return (shell.status = 1);
  };
  const done = (value: number) => {
    shell.lexer = outer;
    shell.indirection--;
    return value;
  };
  const next = (): Status => {
    while (shell.jump === NO_JUMP) {
      const list = readOrComplain(shell, lexer, title);
      if (list === "error") return done(2);
      if (list === null) return done(status);
      if (shell.options.noexec) continue;
      let result: Status;
      try {
        result = runList(shell, list);
      } catch (error) {
        result = dropped(error);
      }
      if (typeof result !== "number") {
        return result
          .catch(dropped)
          .then((value) => {
            status = value;
            return next();
          })
          .catch((error) => {
            reportFault(shell, error);
            done(0);
            throw error;
          });
      }
      status = result;
    }
    return done(status);
  };
  try {
    return next();
  } catch (error) {
    reportFault(shell, error);
    done(0);
    throw error;
  }
}

/** The next command line; with `set -v` it is printed as it was read. */
export function readVerbosely(shell: Shell, lexer: Lexer): List | null {
  const { pos } = lexer;
  const { verbose } = shell.options;
  try {
    return readCommandLine(lexer);
  } finally {
    if (verbose && lexer.pos > pos) shell.report(lexer.text.slice(pos, lexer.pos).replace(/\n?$/, "\n"));
  }
}

function readOrComplain(shell: Shell, lexer: Lexer, title: string): List | null | "error" {
  try {
    return readVerbosely(shell, lexer);
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    complainOfSyntax(shell, error, title);
    if (error.recoverable) throw new ShellFault("", false, 1);
    // In POSIX mode a syntax error in eval ends the shell.
    if (shell.options.posix && !shell.options.interactive) throw new ExitShell(2);
    return "error";
  }
}

export function complainOfSyntax(shell: Shell, fault: SyntaxFault, title = ""): void {
  if (fault.message === "") return;
  const inCommand = shell.options.command && shell.stack.length === 0 && shell.indirection === 0;
  const place = `${shell.sourceName ?? shell.name}: ${inCommand ? "-c: " : title}line ${fault.line}: `;
  const near = fault.message.startsWith("syntax error near") && fault.excerpt ? `${place}\`${fault.excerpt}'\n` : "";
  shell.report(`${place}${fault.message}\n${near}`);
}

/** Runs something of which a fault may end only itself: a startup file, a prompt's command. */
export async function runSafely(shell: Shell, action: () => Status): Promise<number> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof ShellFault) && !(error instanceof ArithmeticFault)) throw error;
    return (shell.status = complainOf(shell, error));
  }
}

/** Runs a list at the top level: a fault that is not fatal costs the rest of this line only. */
export async function runTopLevel(shell: Shell, list: List): Promise<number> {
  try {
    return await runList(shell, list);
  } catch (error) {
    if (!(error instanceof ShellFault) && !(error instanceof ArithmeticFault)) throw error;
    const status = complainOf(shell, error);
    shell.tolerance = 0;
    shell.loopDepth = 0;
    shell.jump = NO_JUMP;
    if (shell.options.interactive) return (shell.status = status);
    if (error instanceof ShellFault && error.fatal) throw new ExitShell(status);
    if (shell.options.posix || shell.options.errexit)
      throw new ExitShell(shell.options.posix && shell.commandString !== null ? 127 : status);
    shell.status = status;
    return status;
  }
}
