// ulimit: limits that are kept and shown. A builtin that comes with the tools; it reaches the shell through what late.ts hands it.

import type { LateBuiltin } from "../builtins/late.ts";

/** Letter, label, and the soft and the hard limit at the start. */
const LIMITS: [string, string, string, string][] = [
  ["R", "real-time non-blocking time  (microseconds, -R)", "unlimited", "unlimited"],
  ["c", "core file size              (blocks, -c)", "0", "unlimited"],
  ["d", "data seg size               (kbytes, -d)", "unlimited", "unlimited"],
  ["e", "scheduling priority                 (-e)", "0", "0"],
  ["f", "file size                   (blocks, -f)", "unlimited", "unlimited"],
  ["i", "pending signals                     (-i)", "256", "256"],
  ["l", "max locked memory           (kbytes, -l)", "unlimited", "unlimited"],
  ["m", "max memory size             (kbytes, -m)", "unlimited", "unlimited"],
  ["n", "open files                          (-n)", "1024", "1024"],
  ["p", "pipe size                (512 bytes, -p)", "8", "8"],
  ["q", "POSIX message queues         (bytes, -q)", "819200", "819200"],
  ["r", "real-time priority                  (-r)", "0", "0"],
  ["s", "stack size                  (kbytes, -s)", "8192", "unlimited"],
  ["t", "cpu time                   (seconds, -t)", "unlimited", "unlimited"],
  ["u", "max user processes                  (-u)", "256", "256"],
  ["v", "virtual memory              (kbytes, -v)", "unlimited", "unlimited"],
  ["x", "file locks                          (-x)", "unlimited", "unlimited"],
];

/** Limits are kept and handed down to subshells, and not enforced. */
export const ulimit: LateBuiltin = (shell, argv, kit) => {
  const options = kit.parseLetters(
    shell,
    argv,
    `SHa${LIMITS.map(([letter]) => letter).join("")}`,
    "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]",
  );
  if (!options) return 2;
  const { flags, rest } = options;
  const limitOf = (letter: string): [string, string] => {
    const [, , soft, hard] = LIMITS.find(([each]) => each === letter)!;
    return shell.limits.get(letter) ?? [soft, hard];
  };
  const hardOnly = flags.has("H") && !flags.has("S");
  if (flags.has("a"))
    return shell.write(
      LIMITS.map(([letter, label]) => `${label} ${limitOf(letter)[hardOnly ? 1 : 0]}\n`).join(""),
      "ulimit",
    );
  const letters = [...flags].filter((flag) => flag !== "S" && flag !== "H");
  if (letters.length === 0) letters.push("f");
  if (rest.length === 0) {
    const line = (letter: string) => {
      const label = LIMITS.find(([each]) => each === letter)![1];
      return `${letters.length > 1 ? `${label} ` : ""}${limitOf(letter)[hardOnly ? 1 : 0]}\n`;
    };
    return shell.write(letters.map(line).join(""), "ulimit");
  }
  for (const letter of letters) {
    const [soft, hard] = limitOf(letter);
    const value = rest[0] === "hard" ? hard : rest[0] === "soft" ? soft : rest[0];
    const tooLarge = Number(value) > 2 ** 54;
    if (value !== "unlimited" && (!/^[0-9]+$/.test(value) || tooLarge)) {
      shell.complain(`ulimit: ${value}: ${tooLarge ? "limit out of range" : "invalid number"}`);
      return 1;
    }
    const size = (text: string) => (text === "unlimited" ? Number.POSITIVE_INFINITY : Number(text));
    if (size(value) > size(hard)) {
      const label = LIMITS.find(([each]) => each === letter)![1].replace(/ *\(.*/, "");
      shell.complain(`ulimit: ${label}: cannot modify limit: Operation not permitted`);
      return 1;
    }
    const both = !flags.has("S") && !flags.has("H");
    shell.limits = new Map(shell.limits).set(letter, [
      flags.has("S") || both ? value : soft,
      flags.has("H") || both ? value : hard,
    ]);
  }
  return 0;
};
