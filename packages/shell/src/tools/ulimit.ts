// ulimit: limits that are kept and shown. A builtin that comes with the tools; it reaches the shell through what late.ts hands it.

import { EINVAL, RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_NPROC, strerror } from "@vibengine/system";
import type { LateBuiltin } from "../builtins/late.ts";

const KIB = 1024;
/** What a pipe is said to have, in blocks of 512 bytes: of no process, and not to be changed. */
const PIPE_BLOCKS = 8;
const PIPE = -1;

/** By letter: label, the number of Linux's limit, and how many of its units one of ours is. `f` and `c` count blocks. */
const LIMITS: Record<string, [label: string, resource: number, unit: number]> = {
  R: ["real-time non-blocking time  (microseconds, -R)", 15, 1],
  c: ["core file size              (blocks, -c)", 4, KIB],
  d: ["data seg size               (kbytes, -d)", 2, KIB],
  e: ["scheduling priority                 (-e)", 13, 1],
  f: ["file size                   (blocks, -f)", RLIMIT_FSIZE, KIB],
  i: ["pending signals                     (-i)", 11, 1],
  l: ["max locked memory           (kbytes, -l)", 8, KIB],
  m: ["max memory size             (kbytes, -m)", 5, KIB],
  n: ["open files                          (-n)", RLIMIT_NOFILE, 1],
  p: ["pipe size                (512 bytes, -p)", PIPE, 1],
  q: ["POSIX message queues         (bytes, -q)", 12, 1],
  r: ["real-time priority                  (-r)", 14, 1],
  s: ["stack size                  (kbytes, -s)", 3, KIB],
  t: ["cpu time                   (seconds, -t)", RLIMIT_CPU, 1],
  u: ["max user processes                  (-u)", RLIMIT_NPROC, 1],
  v: ["virtual memory              (kbytes, -v)", 9, KIB],
  x: ["file locks                          (-x)", 10, 1],
};

/**
 * Kept by the process and handed down. Held to are -f, -n, -t and -u: there is nothing here that the others could limit.
 */
export const ulimit: LateBuiltin = (shell, argv, kit) => {
  const options = kit.parseLetters(
    shell,
    argv,
    `SHa${Object.keys(LIMITS).join("")}`,
    "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]",
  );
  if (!options) return 2;
  const { flags, rest } = options;
  const { sys } = shell;
  const unitOf = (letter: string) =>
    shell.options.posix && (letter === "f" || letter === "c") ? KIB / 2 : LIMITS[letter][2];
  const limitOf = (letter: string, isHard: boolean): number =>
    LIMITS[letter][1] === PIPE ? PIPE_BLOCKS : sys.getLimit(LIMITS[letter][1], isHard);
  const show = (letters: string[], withLabel: boolean) => {
    const isHard = flags.has("H") && !flags.has("S");
    const lines = letters.map((letter) => {
      const limit = limitOf(letter, isHard);
      const text = limit === Number.POSITIVE_INFINITY ? "unlimited" : Math.floor(limit / unitOf(letter));
      return `${withLabel ? `${LIMITS[letter][0]} ` : ""}${text}\n`;
    });
    return shell.write(lines.join(""), "ulimit");
  };
  if (flags.has("a")) return show(Object.keys(LIMITS), true);
  const letters = [...flags].filter((flag) => flag !== "S" && flag !== "H");
  if (letters.length === 0) letters.push("f");
  if (rest.length === 0) return show(letters, letters.length > 1);
  for (const letter of letters) {
    const [label, resource] = LIMITS[letter];
    const [soft, hard] = [limitOf(letter, false), limitOf(letter, true)];
    const fail = (errno: number) => {
      shell.complain(`ulimit: ${label.replace(/ *\(.*/, "")}: cannot modify limit: ${strerror(errno)}`);
      return 1;
    };
    const [value] = rest;
    const named: Record<string, number> = { hard, soft, unlimited: Number.POSITIVE_INFINITY };
    const isTooLarge = Number(value) > 2 ** 54;
    if (!Object.hasOwn(named, value) && (!/^[0-9]+$/.test(value) || isTooLarge)) {
      shell.complain(`ulimit: ${value}: ${isTooLarge ? "limit out of range" : "invalid number"}`);
      return 1;
    }
    if (resource === PIPE) return fail(EINVAL);
    const limit = named[value] ?? Number(value) * unitOf(letter);
    const both = !flags.has("S") && !flags.has("H");
    // A soft limit alone may not pass the hard one, nor a hard one alone fall below the soft.
    const newSoft = flags.has("S") || both ? limit : soft;
    const newHard = flags.has("H") || both ? limit : hard;
    const result = sys.setLimit(resource, newSoft, newHard);
    if (result < 0) return fail(result);
  }
  return 0;
};
