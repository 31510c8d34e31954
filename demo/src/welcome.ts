// What the terminal says at the start and for `help`, and the commands it suggests. No line is longer than a phone is wide.

const bold = (text: string) => `\x1b[1m${text}\x1b[0m`;
const dim = (text: string) => `\x1b[90m${text}\x1b[0m`;
const green = (text: string) => `\x1b[32m${text}\x1b[0m`;

/** Short enough for a button, and each shows something else. */
export const SUGGESTIONS = [
  "ls -la /",
  "seq 1 1000 | grep 7 | wc -l",
  "for i in 3 2 1; do echo $i; sleep 1; done",
  "echo hello > hello.txt",
];

export function welcome(name: string): string {
  return [
    `${green("●")} ${bold(ownName(name))} is ready.`,
    dim("A disk, a shell and processes, in this tab."),
    "",
    `Type ${bold("help")} for what there is to try.`,
    "",
    "",
  ].join("\n");
}

export function welcomeBack(name: string): string {
  return `${green("●")} ${bold(ownName(name))} is back, with all its files.\n\n`;
}

/** When the shell has ended: `exit`, ctrl-d, or a signal. */
export function ended(status: number): string {
  return `${dim(`The shell has ended with status ${status}. Any key starts another.`)}\n`;
}

export const HELP = [
  bold("To try"),
  ...SUGGESTIONS.map((line) => `  ${green(line)}`),
  "",
  bold("In this terminal"),
  "  It is bash. ctrl-c stops a command, ctrl-z",
  "  suspends it, fg and bg let it go on, ctrl-d",
  "  ends its input.",
  "  Tab completes, up and down recall lines,",
  "  ctrl-r searches them, ctrl-l clears,",
  "  shift-Tab leaves.",
  "",
  bold("WebAssembly"),
  "  Drop a WASI command (.wasm) on the page: it",
  "  is put into /home/user and run.",
  "",
  bold("In the browser's console"),
  `  ${green("const { commands, files } = window.sandbox")}`,
  `  ${green('await commands.run("ls / | wc -l")')}`,
  `  ${green('await files.write("notes.txt", "hi")')}`,
  "",
].join("\n");

function ownName(name: string): string {
  return name.replace(/^Playground /, "");
}
