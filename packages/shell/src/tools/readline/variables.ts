// readline's variables: their names, what they are at the start, and how a value is taken.

/** What is on or off. Not all change something here: those that don't are kept, and told again. */
export const SWITCHES =
  `bind-tty-special-chars blink-matching-paren byte-oriented colored-completion-prefix colored-stats
completion-ignore-case completion-map-case convert-meta disable-completion echo-control-characters enable-active-region
enable-bracketed-paste enable-keypad enable-meta-key expand-tilde history-preserve-point horizontal-scroll-mode input-meta
mark-directories mark-modified-lines mark-symlinked-directories match-hidden-files menu-complete-display-prefix meta-flag
output-meta page-completions prefer-visible-bell print-completions-horizontally revert-all-at-newline show-all-if-ambiguous
show-all-if-unmodified show-mode-in-prompt skip-completed-text visible-stats`.split(/\s+/);

const ON = new Set(
  `bind-tty-special-chars echo-control-characters enable-active-region enable-bracketed-paste enable-meta-key input-meta
mark-directories match-hidden-files meta-flag output-meta page-completions prefer-visible-bell`.split(/\s+/),
);

const TEXTS: [name: string, value: string][] = [
  ["bell-style", "audible"],
  ["comment-begin", "#"],
  ["completion-display-width", "-1"],
  ["completion-prefix-display-length", "0"],
  ["completion-query-items", "100"],
  ["editing-mode", "emacs"],
  ["emacs-mode-string", "@"],
  ["history-size", "0"],
  ["keymap", "emacs"],
  ["keyseq-timeout", "500"],
  ["vi-cmd-mode-string", "(cmd)"],
  ["vi-ins-mode-string", "(ins)"],
];
/** Known, but not listed before they are set. */
const UNLISTED = ["active-region-start-color", "active-region-end-color", "isearch-terminators"];

export function makeVariables(): Map<string, string> {
  return new Map([...SWITCHES.map((name): [string, string] => [name, ON.has(name) ? "on" : "off"]), ...TEXTS]);
}

/** Sets a variable; what is wrong, or null. */
export function setVariable(variables: Map<string, string>, name: string, value: string): string | null {
  const known = name.toLowerCase();
  if (SWITCHES.includes(known)) {
    variables.set(known, value === "" || value === "1" || value.toLowerCase() === "on" ? "on" : "off");
    return null;
  }
  if (!variables.has(known) && !UNLISTED.includes(known)) return `${name}: unknown variable name`;
  const wrong = `${name}: could not set value to \`${value}'`;
  if (known === "bell-style" && !["none", "off", "visible", "audible", "on"].includes(value))
    return value === "" ? null : wrong;
  if (known === "bell-style") variables.set(known, value === "off" ? "none" : value === "on" ? "audible" : value);
  else if (known === "editing-mode") {
    if (!/^(vi|emacs)/i.test(value)) return wrong;
    variables.set(known, /^vi/i.test(value) ? "vi" : "emacs");
    variables.set("keymap", /^vi/i.test(value) ? "vi-insert" : "emacs");
  } else variables.set(known, value);
  return null;
}
