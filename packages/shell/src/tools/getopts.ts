// getopts: one option of a script's arguments at each call. OPTIND says which word is next; the place inside a group of
// letters is OPTIND's own, reset when that is set. A builtin that comes with the tools.

import type { LateBuiltin } from "../builtins/late.ts";

export const getopts: LateBuiltin = (shell, argv, { identifier }) => {
  const finish = (name: string, letter: string, index: number, offset: number): number => {
    shell.vars.set("OPTIND", String(index));
    const optind = shell.vars.find("OPTIND");
    if (optind) optind.offset = offset;
    if (identifier.test(name)) {
      shell.vars.set(name, letter);
      return 0;
    }
    shell.complain(`getopts: \`${name}': not a valid identifier`);
    return 1;
  };
  const words = argv.slice(argv[1] === "--" ? 2 : 1);
  if (words.length < 2) {
    shell.report("getopts: usage: getopts optstring name [arg ...]\n");
    return 2;
  }
  const [letters, name] = words;
  const args = words.length > 2 ? words.slice(2) : shell.args;
  const silent = letters.startsWith(":");
  let index = Math.min(Math.max(1, Number(shell.vars.get("OPTIND") ?? 1) || 1), args.length + 1);
  const word = args[index - 1];
  const known = shell.vars.find("OPTIND")?.offset ?? 0;
  let offset = known < (word?.length ?? 0) ? known : 0;
  if (offset === 0 && (word === undefined || word === "-" || word[0] !== "-" || word === "--")) {
    if (word === "--") index++;
    finish(name, "?", index, 0);
    shell.vars.unset("OPTARG");
    return 1;
  }
  offset ||= 1;
  const letter = word[offset++];
  const place = letter === ":" ? -1 : letters.indexOf(letter);
  const takesValue = place >= 0 && letters[place + 1] === ":";
  const wordDone = offset >= word.length;
  if (place < 0) {
    if (silent) shell.vars.set("OPTARG", letter);
    else {
      shell.vars.unset("OPTARG");
      if (shell.vars.get("OPTERR") !== "0") shell.report(`${shell.name}: illegal option -- ${letter}\n`);
    }
    return finish(name, "?", wordDone ? index + 1 : index, wordDone ? 0 : offset);
  }
  if (!takesValue) {
    shell.vars.unset("OPTARG");
    return finish(name, letter, wordDone ? index + 1 : index, wordDone ? 0 : offset);
  }
  if (!wordDone) {
    shell.vars.set("OPTARG", word.slice(offset));
    return finish(name, letter, index + 1, 0);
  }
  if (index < args.length) {
    shell.vars.set("OPTARG", args[index]);
    return finish(name, letter, index + 2, 0);
  }
  if (silent) {
    shell.vars.set("OPTARG", letter);
    return finish(name, ":", index + 1, 0);
  }
  shell.vars.unset("OPTARG");
  if (shell.vars.get("OPTERR") !== "0") shell.report(`${shell.name}: option requires an argument -- ${letter}\n`);
  return finish(name, "?", index + 1, 0);
};
