// What the playground's bash is told when it starts, and how it tells the page what it does: the marks that terminals know,
// OSC 133 for "a command starts, a command has ended", OSC 7 for the directory. Pure.

export const HOME = "/home/user";

/** What every interactive bash reads first. What the user writes in ~/.bashrc comes after it. */
export const STARTUP_PATH = "/etc/bash.bashrc";

/** Where the shell leaves its directory. It lives on the sandbox's disk, so that a resumed sandbox still has it. */
export const DIRECTORY_PATH = "/tmp/.playground";

/**
 * The prompt shows a status that is not 0. Output that does not end its line gets a mark, and the prompt a line of its own: the
 * blanks after the mark fill the row, so that the cursor is on a new one unless it was at the start of this one.
 * @param help what `help` prints
 */
export function startupText(help: string): string {
  return `# Written by the playground, anew for every shell. Your own settings go into ~/.bashrc.
alias ls='ls --color=auto' ll='ls -l' la='ls -A' grep='grep --color=auto'
PS1='\${__failed:+\\[\\e[31m\\][$__failed]\\[\\e[0m\\] }\\[\\e[32m\\]\\u@\\h\\[\\e[0m\\]:\\[\\e[34m\\]\\w\\[\\e[0m\\]\\$ '
PS2='\\[\\e[90m\\]>\\[\\e[0m\\] '
PS0='\\e]133;C\\a'
PROMPT_COMMAND=__playground
__playground() {
  __failed=\${?#0}
  printf '\\e]133;D;%s\\a' "\${__failed:-0}"
  printf '\\e[90m⏎\\e[0m%*s\\r\\e[K\\e]7;file://%s%s\\a\\e]133;A\\a' $((\${COLUMNS:-80} - 1)) '' "$HOSTNAME" "$PWD"
  { printf '%s' "$PWD" > ${DIRECTORY_PATH}; } 2> /dev/null
}
clear() { printf '\\e[H\\e[2J\\e[3J'; }
help() { cat << 'END'; }
${help}END
`;
}

/** The path of an OSC 7, which bash's `$PWD` is put into as it is. */
export function parseDirectory(report: string): string | undefined {
  return /^file:\/\/[^/]*(\/.*)$/s.exec(report)?.[1];
}

/** A word the shell takes literally. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
