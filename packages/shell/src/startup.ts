// How a shell begins: its own options, the files it reads first (profile, rc, BASH_ENV), and the functions its environment brings.

import { encode } from "@vibengine/system";
import { readFile, runSourced } from "./builtins/commands.ts";
import { printOptions, setLongOption, setOption, shopt } from "./builtins/set.ts";
import { LONG_NAMES } from "./execute/options.ts";
import { runSafely } from "./execute/script.ts";
import type { Shell } from "./execute/shell.ts";
import { newVariable } from "./execute/variables.ts";

export interface Invocation {
  commandString: boolean;
  fromStdin: boolean;
  rest: string[];
  login: boolean;
  profile: boolean;
  rc: boolean;
  rcFile: string;
}

const VERSION =
  "GNU bash, version 5.2.15(1)-release (wasm32-unknown-wasi)\nvibengine's shell, which follows that version.\n";
const USAGE = `Usage:	bash [GNU long option] [option] ...
	bash [GNU long option] [option] script-file ...
GNU long options:
	--debug
	--debugger
	--dump-po-strings
	--dump-strings
	--help
	--init-file
	--login
	--noediting
	--noprofile
	--norc
	--posix
	--pretty-print
	--rcfile
	--restricted
	--verbose
	--version
Shell options:
	-ilrsD or -c command or -O shopt_option		(invocation only)
	-abefhkmnptuvxBCEHPT or -o option
`;
/** Long options that change nothing here. */
const ACCEPTED = ["--debug", "--debugger", "--noediting", "--dump-strings", "--dump-po-strings", "--pretty-print"];

function print(shell: Shell, text: string): void {
  const bytes = encode(text);
  shell.sys.write(1, bytes, 0, bytes.length);
}

/** Reads the shell's own options; a number is the exit status, when it has nothing else to do. */
export function parseArguments(shell: Shell, argv: string[]): Invocation | number {
  const invocation: Invocation = {
    commandString: false,
    fromStdin: false,
    rest: [],
    login: argv[0].startsWith("-"),
    profile: true,
    rc: true,
    rcFile: "~/.bashrc",
  };
  let at = 1;
  const invalid = (word: string, what = "invalid option"): number => {
    shell.report(`${shell.name}: ${word}: ${what}\n${USAGE}`);
    return 2;
  };
  for (; at < argv.length && argv[at].startsWith("--") && argv[at] !== "--"; at++) {
    const word = argv[at];
    if (word === "--posix") setLongOption(shell, "posix", true);
    else if (word === "--login") invocation.login = true;
    else if (word === "--noprofile") invocation.profile = false;
    else if (word === "--norc") invocation.rc = false;
    else if (word === "--verbose") shell.options.verbose = true;
    else if (word === "--restricted") shell.shopt.restricted_shell = true;
    else if (word === "--rcfile" || word === "--init-file") {
      if (argv[at + 1] === undefined) return invalid(word, "option requires an argument");
      invocation.rcFile = argv[++at];
    } else if (word === "--version" || word === "--help") {
      print(shell, word === "--version" ? VERSION : `${VERSION.split("\n")[0]}\n${USAGE}`);
      return 0;
    } else if (!ACCEPTED.includes(word)) return invalid(word);
  }
  for (; at < argv.length; at++) {
    const word = argv[at];
    if (word === "--" || word === "-") {
      at++;
      break;
    }
    if (!/^[-+]./.test(word)) break;
    const on = word[0] === "-";
    if (on && word[1] === "-") return invalid("--", "invalid option");
    for (const letter of word.slice(1)) {
      if (letter === "c") invocation.commandString = true;
      else if (letter === "s") invocation.fromStdin = true;
      else if (letter === "l") invocation.login = true;
      else if (letter === "i") shell.options.interactive = on;
      else if (letter === "r") shell.shopt.restricted_shell = on;
      else if (letter === "D") shell.options.noexec = true;
      else if (letter === "o" || letter === "O") {
        const option = argv[++at];
        if (option === undefined) {
          if (letter === "o") printOptions(shell, on);
          else shopt(shell, ["shopt", on ? "" : "-p"].filter(Boolean));
          continue;
        }
        const known = letter === "o" ? setLongOption(shell, option, on) : shell.shopt[option] !== undefined;
        if (letter === "O" && known) shell.shopt[option] = on;
        if (!known) {
          shell.report(`${shell.name}: ${option}: invalid ${letter === "O" ? "shell " : ""}option name\n`);
          return letter === "O" ? 1 : 2;
        }
      } else if (!setOption(shell, letter, on)) return invalid(`${word[0]}${letter}`);
    }
  }
  invocation.rest = argv.slice(at);
  return invocation;
}

/** What the environment says beyond plain variables: options that are to be on. */
export function takeEnvironment(shell: Shell, env: string[]): void {
  for (const entry of env) {
    const equals = entry.indexOf("=");
    const name = entry.slice(0, equals);
    const value = entry.slice(equals + 1);
    if (name === "POSIXLY_CORRECT") shell.options.posix = true;
    else if (name === "SHELLOPTS") {
      for (const option of value.split(":"))
        if (LONG_NAMES.some((each) => each === option)) setLongOption(shell, option, true);
    } else if (name === "BASHOPTS") {
      for (const option of value.split(":")) if (shell.shopt[option] !== undefined) shell.shopt[option] = true;
    }
  }
}

/** Reads the files that come before the first command. */
export async function readStartupFiles(shell: Shell, invocation: Invocation): Promise<void> {
  const { options, shopt: shellOptions, vars } = shell;
  const home = vars.get("HOME") ?? "";
  shellOptions.login_shell = invocation.login;
  if (invocation.login && invocation.profile) {
    await readStartup(shell, "/etc/profile");
    for (const name of options.posix ? [".profile"] : [".bash_profile", ".bash_login", ".profile"])
      if (await readStartup(shell, `${home}/${name}`)) break;
  }
  if (options.interactive) {
    // It may trap even what it was started with ignored.
    shell.inherited = 0;
    shell.maskSignals();
    shellOptions.expand_aliases = true;
    options.emacs = true;
    options.histexpand = true;
    options.history = true;
    if (!vars.table.has("PS1")) vars.table.set("PS1", newVariable("\\s-\\v\\$ "));
    if (!vars.table.has("PS2")) vars.table.set("PS2", newVariable("> "));
    if (!vars.table.has("HISTFILE")) vars.table.set("HISTFILE", newVariable(`${home}/.bash_history`));
    if (options.posix) await readStartup(shell, vars.get("ENV") ?? "");
    else if (!invocation.login && invocation.rc) {
      await readStartup(shell, "/etc/bash.bashrc");
      await readStartup(
        shell,
        invocation.rcFile.replace(/^~/, () => home),
      );
    }
  } else if (!options.posix) await readStartup(shell, vars.get("BASH_ENV") ?? "");
}

/** Runs a file if it is there; a name may hold parameters. */
async function readStartup(shell: Shell, name: string): Promise<boolean> {
  if (name === "") return false;
  const path = name.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced, plain) => shell.vars.get(braced ?? plain) ?? "");
  const text = readFile(shell, path);
  if (typeof text === "number") return false;
  const read = await text;
  await runSafely(shell, () => runSourced(shell, path, read, []));
  return true;
}
