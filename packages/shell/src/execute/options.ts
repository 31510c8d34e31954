// The options of `set`: letters, long names, and the string `$-`. Plain fields, so that the executor tests them directly.
// And the numbers of the traps that are no signals.

export const TRAP_EXIT = 0;
export const TRAP_ERR = 100;
export const TRAP_DEBUG = 101;
export const TRAP_RETURN = 102;

export class Options {
  errexit = false;
  nounset = false;
  xtrace = false;
  noglob = false;
  noexec = false;
  verbose = false;
  noclobber = false;
  allexport = false;
  pipefail = false;
  posix = false;
  hashall = true;
  monitor = false;
  notify = false;
  braceexpand = true;
  interactive = false;
  ignoreeof = false;
  errtrace = false;
  functrace = false;
  physical = false;
  privileged = false;
  keyword = false;
  onecmd = false;
  "interactive-comments" = true;
  histexpand = false;
  history = false;
  emacs = false;
  vi = false;
  nolog = false;
  stdin = false;
  command = false;

  clone(): Options {
    return Object.assign(new Options(), this);
  }

  /** The letters of what is on: `$-`. */
  get letters(): string {
    let letters = "";
    for (const [letter, name] of Object.entries(LETTERS)) if (this[name]) letters += letter;
    if (this.command) letters += "c";
    if (this.stdin) letters += "s";
    return letters;
  }
}

type Flag = { [K in keyof Options]: Options[K] extends boolean ? K : never }[keyof Options];

/** In the order of `$-`. */
export const LETTERS: Record<string, Flag> = {
  a: "allexport",
  b: "notify",
  e: "errexit",
  f: "noglob",
  h: "hashall",
  i: "interactive",
  k: "keyword",
  m: "monitor",
  n: "noexec",
  p: "privileged",
  t: "onecmd",
  u: "nounset",
  v: "verbose",
  x: "xtrace",
  B: "braceexpand",
  C: "noclobber",
  E: "errtrace",
  H: "histexpand",
  P: "physical",
  T: "functrace",
};

/** What `set -o` lists and takes. */
export const LONG_NAMES: Flag[] = [
  "allexport",
  "braceexpand",
  "emacs",
  "errexit",
  "errtrace",
  "functrace",
  "hashall",
  "histexpand",
  "history",
  "ignoreeof",
  "interactive-comments",
  "keyword",
  "monitor",
  "noclobber",
  "noexec",
  "noglob",
  "nolog",
  "notify",
  "nounset",
  "onecmd",
  "physical",
  "pipefail",
  "posix",
  "privileged",
  "verbose",
  "vi",
  "xtrace",
];

/** The options of `shopt` and what they are at the start. */
export const SHELL_OPTIONS: Record<string, boolean> = {
  autocd: false,
  assoc_expand_once: false,
  cdable_vars: false,
  cdspell: false,
  checkhash: false,
  checkjobs: false,
  checkwinsize: true,
  cmdhist: true,
  compat31: false,
  compat32: false,
  compat40: false,
  compat41: false,
  compat42: false,
  compat43: false,
  compat44: false,
  complete_fullquote: true,
  direxpand: false,
  dirspell: false,
  dotglob: false,
  execfail: false,
  expand_aliases: false,
  extdebug: false,
  extglob: false,
  extquote: true,
  failglob: false,
  globasciiranges: true,
  globskipdots: true,
  globstar: false,
  gnu_errfmt: false,
  histappend: false,
  histreedit: false,
  histverify: false,
  hostcomplete: true,
  huponexit: false,
  inherit_errexit: false,
  interactive_comments: true,
  lastpipe: false,
  lithist: false,
  localvar_inherit: false,
  localvar_unset: false,
  login_shell: false,
  mailwarn: false,
  no_empty_cmd_completion: false,
  nocaseglob: false,
  nocasematch: false,
  noexpand_translation: false,
  nullglob: false,
  patsub_replacement: true,
  progcomp: true,
  progcomp_alias: false,
  promptvars: true,
  restricted_shell: false,
  shift_verbose: false,
  sourcepath: true,
  varredir_close: false,
  xpg_echo: false,
};
