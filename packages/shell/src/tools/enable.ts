// enable, help: builtins about kit.builtins. They come with the tools; they reach the shell through what late.ts hands them.

import type { LateBuiltin } from "../builtins/late.ts";
import { compilePattern, matches } from "../pattern.ts";

export const enable: LateBuiltin = (shell, argv, kit) => {
  const options = kit.parseLetters(shell, argv, "adnpsf:", "enable [-a] [-dnps] [-f filename] [name ...]");
  if (!options) return 2;
  const { flags, rest, values } = options;
  if (values.has("f")) {
    shell.complain(`enable: cannot open shared object ${values.get("f")}`);
    return 1;
  }
  let status = 0;
  if (rest.length > 0 && !flags.has("p")) {
    const disabled = new Set(shell.disabledBuiltins);
    for (const name of rest) {
      if (!kit.builtins.has(name)) {
        shell.complain(`enable: ${name}: not a shell builtin`);
        status = 1;
      } else if (flags.has("n")) disabled.add(name);
      else disabled.delete(name);
    }
    shell.disabledBuiltins = disabled;
    return status;
  }
  const lines = [...kit.builtins.keys()].sort().filter((name) => !flags.has("s") || kit.specialBuiltins.has(name));
  let text = "";
  for (const name of lines) {
    const off = shell.disabledBuiltins.has(name);
    if (flags.has("a") || off === flags.has("n")) text += `enable ${off ? "-n " : ""}${name}\n`;
  }
  return shell.write(text, "enable");
};

export const help: LateBuiltin = (shell, argv, kit) => {
  const options = kit.parseLetters(shell, argv, "dms", "help [-dms] [pattern ...]");
  if (!options) return 2;
  const names = [...kit.builtins.keys()].sort();
  if (options.rest.length === 0)
    return shell.write(
      `These shell commands are defined internally.\n\n${names.map((name) => ` ${name}\n`).join("")}`,
      "help",
    );
  let text = "";
  for (const topic of options.rest) {
    const pattern = compilePattern(topic, true);
    for (const name of names) if (matches(pattern, name)) text += `${name}: ${name} [arguments]\n`;
  }
  if (text !== "") return shell.write(text, "help");
  shell.complain(
    `help: no help topics match \`${options.rest.at(-1)}'.  Try \`help help' or \`man -k ${options.rest.at(-1)}' or \`info ${options.rest.at(-1)}'.`,
  );
  return 1;
};
