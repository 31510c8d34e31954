// The names of the shell's programs: what a new sandbox has stubs for in /usr/bin. Kept apart from the tools themselves, which
// are loaded when first needed; a test sees to it that both agree.

export const programNames: readonly string[] = [
  "[", "base64", "basename", "bash", "cat", "chmod", "cmp", "cp", "cut", "date", "df", "dirname", "du", "echo", "egrep", "env",
  "false", "fgrep", "find", "grep", "head", "hostname", "id", "ln", "ls", "mkdir", "mktemp", "mv", "nl", "nproc", "od", "paste",
  "printf", "pwd", "readlink", "realpath", "rev", "rm", "rmdir", "sed", "seq", "sh", "sleep", "sort", "stat", "tac", "tail", "tee",
  "test", "timeout", "touch", "tr", "true", "uname", "uniq", "wc", "which", "whoami", "xargs", "yes",
];
