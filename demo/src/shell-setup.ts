// What it takes to make separate `commands.run` calls feel like one shell: each line is wrapped so that, after it, the
// working directory and the environment are left in a file, which the terminal reads back for the next line. Pure.

/** Where a finished line leaves its state. It lives on the sandbox's disk, so that a resumed sandbox still has it. */
export const STATE_PATH = "/tmp/.playground";

export const HOME = "/home/user";

export interface ShellState {
  cwd: string;
  envs: Record<string, string>;
}

/**
 * The script for one typed line. The line goes through `eval`, so that nothing in it (a comment, an open quote) can swallow
 * the report, and a syntax error quotes just what was typed. `set -a` makes plain assignments last until the next line.
 * @param lastStatus what `$?` is to be at the start of the line
 */
export function wrapLine(line: string, lastStatus: number): string {
  const before = lastStatus === 0 ? "set -a; " : `set -a; (exit ${lastStatus}); `;
  return `${before}eval '${line.replaceAll("'", "'\\''")}'\n__status=$?; { pwd; env; } > ${STATE_PATH}; exit $__status`;
}

/** Reads the state a wrapped line left. A value may hold line ends: what does not look like a variable goes on with the last. */
export function parseState(report: string): ShellState | undefined {
  const [cwd, ...lines] = report.replace(/\n$/, "").split("\n");
  if (!cwd?.startsWith("/")) return undefined;
  const envs: Record<string, string> = {};
  let last = "";
  for (const line of lines) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(line) ?? [];
    if (name !== undefined) {
      last = name;
      envs[name] = value;
    } else if (last !== "") {
      envs[last] += `\n${line}`;
    }
  }
  // These belong to the shell that just ended, not to the next one.
  for (const name of ["__status", "PWD", "OLDPWD", "SHLVL", "_", "PPID"]) delete envs[name];
  return { cwd, envs };
}

/** A working directory as a prompt shows it. */
export function shortPath(path: string): string {
  if (path === HOME) return "~";
  return path.startsWith(`${HOME}/`) ? `~${path.slice(HOME.length)}` : path;
}

/** A word the shell takes literally. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
