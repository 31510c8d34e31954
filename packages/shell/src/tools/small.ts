// Small tools of one idea each: link, unlink, sync, truncate, printenv, nice, nohup, arch, logname, groups, hostid, users.

import { AT_FDCWD, ENOENT, encode, O_CLOEXEC, O_CREAT, O_RDONLY, O_WRONLY, strerror } from "@vibengine/system";
import { readAccounts } from "./accounts.ts";
import { checkOperands, define, Failure, UsageError } from "./define.ts";
import { stat } from "./files.ts";
import { parseCount } from "./numbers.ts";
import { runProgram } from "./programs.ts";
import { quote, quotePlain } from "./quote.ts";

export const link = define(
  {
    name: "link",
    usage: "FILE1 FILE2",
    help: "Call the link function to create a link named FILE2 to an existing FILE1.\n",
  },
  async ({ operands, sys }) => {
    checkOperands(operands, 2, 2);
    const [from, to] = operands;
    const result = sys.link(AT_FDCWD, encode(from), AT_FDCWD, encode(to), false);
    if (result < 0) throw new Failure(`cannot create link ${quote(to)} to ${quote(from)}: ${strerror(result)}`);
  },
);

export const unlink = define(
  { name: "unlink", usage: "FILE", help: "Call the unlink function to remove the specified FILE.\n" },
  async ({ operands, sys }) => {
    checkOperands(operands, 1, 1);
    const result = sys.unlink(AT_FDCWD, encode(operands[0]));
    if (result < 0) throw new Failure(`cannot unlink ${quote(operands[0])}: ${strerror(result)}`);
  },
);

export const sync = define(
  {
    name: "sync",
    usage: "[OPTION] [FILE]...",
    help: `Synchronize cached writes to persistent storage.

  -d, --data             sync only file data, no unneeded metadata
  -f, --file-system      sync the file systems that contain the files`,
  },
  async (invocation) => {
    const { operands, sys } = invocation;
    for (const name of operands) {
      const fd = sys.open(AT_FDCWD, encode(name), O_RDONLY | O_CLOEXEC, 0);
      if (fd < 0) {
        invocation.warn(`error opening ${quote(name)}: ${strerror(fd)}`);
        continue;
      }
      sys.fsync(fd);
      sys.close(fd);
    }
  },
);

export const truncate = define(
  {
    name: "truncate",
    usage: "OPTION... FILE...",
    help: `Shrink or extend the size of each FILE to the specified size. A FILE that does not exist is created.

  -c, --no-create        do not create any files
  -o, --io-blocks        treat SIZE as number of IO blocks instead of bytes
  -r, --reference=RFILE  base size on RFILE
  -s, --size=SIZE        set or adjust the file size by SIZE bytes: +extend, -reduce, <at most, >at least, /round down, %round up`,
    operandLike: /^$/,
  },
  async (invocation) => {
    const { options, operands, sys } = invocation;
    const [text, reference] = [options.value("s"), options.value("r")];
    if (text === undefined && reference === undefined)
      throw new UsageError("you must specify either '--size' or '--reference'");
    const match = /^\s*([-+<>/%]?)\s*(.*)$/s.exec(text ?? "0")!;
    const [, mode, digits] = match;
    const count = parseCount(
      (/^[a-zA-Z]/.test(digits) ? `1${digits}` : digits).replace(/[mgt]/, (letter) => letter.toUpperCase()),
    );
    if (count === null) throw new Failure(`Invalid number: ${quotePlain(text!)}`);
    if ((mode === "/" || mode === "%") && count === 0) throw new Failure("division by zero");
    if (reference !== undefined && text !== undefined && mode === "")
      throw new UsageError("you must specify a relative '--size' with '--reference'");
    if (options.has("o") && text === undefined)
      throw new UsageError("'--io-blocks' was specified but '--size' was not");
    if (operands.length === 0) throw new UsageError("missing file operand");
    let base: number | null = null;
    if (reference !== undefined) {
      const found = stat(sys, reference);
      if (typeof found === "number") throw new Failure(`cannot stat ${quote(reference)}: ${strerror(found)}`);
      base = found.size;
    }
    for (const name of operands) {
      const flags = O_WRONLY | O_CLOEXEC | (options.has("c") ? 0 : O_CREAT);
      const fd = sys.open(AT_FDCWD, encode(name), flags, 0o666);
      if (fd < 0) {
        if (!(options.has("c") && fd === -ENOENT))
          invocation.warn(`cannot open ${quote(name)} for writing: ${strerror(fd)}`);
        continue;
      }
      const found = stat(sys, name);
      const own = typeof found === "number" ? 0 : found.size;
      const blocks = count * (options.has("o") ? 4096 : 1);
      const from = base ?? own;
      const sizes: Record<string, number> = {
        "": text === undefined ? from : blocks,
        "+": from + blocks,
        "-": Math.max(0, from - blocks),
        "<": Math.min(from, blocks),
        ">": Math.max(from, blocks),
        "/": Math.floor(from / blocks) * blocks,
        "%": Math.ceil(from / blocks) * blocks,
      };
      const result = sys.ftruncate(fd, sizes[mode]);
      if (result < 0) invocation.warn(`failed to truncate ${quote(name)} at ${sizes[mode]} bytes: ${strerror(result)}`);
      sys.close(fd);
    }
  },
);

export const printenv = define(
  {
    name: "printenv",
    usage: "[OPTION]... [VARIABLE]...",
    failure: 2,
    help: `Print the values of the specified environment VARIABLE(s). If no VARIABLE is specified, print name and value pairs for them all.

  -0, --null  end each output line with NUL, not newline`,
    inOrder: true,
  },
  async ({ options, operands, env, stdout }) => {
    const end = options.has("0") ? "\0" : "\n";
    if (operands.length === 0) for (const [name, value] of env) await stdout.write(`${name}=${value}${end}`);
    let status = 0;
    for (const name of operands) {
      const value = env.get(name);
      if (value === undefined) status = 1;
      else await stdout.write(value + end);
    }
    return status;
  },
);

export const nice = define(
  {
    name: "nice",
    usage: "[OPTION] [COMMAND [ARG]...]",
    failure: 125,
    help: `Run COMMAND with an adjusted niceness. There is only one here: it is accepted and changes nothing.

  -n, --adjustment=N  add integer N to the niceness (default 10)`,
    inOrder: true,
    rewrite: (words) => words.map((word, i) => (i === 0 && /^--?\d+$/.test(word) ? `-n${word.slice(1)}` : word)),
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    const adjustment = options.value("n");
    if (adjustment !== undefined && !/^[-+]?\d+$/.test(adjustment))
      throw new Failure(`invalid adjustment ${quotePlain(adjustment)}`);
    if (operands.length > 0) return runProgram(invocation, operands);
    if (adjustment !== undefined) throw new UsageError("a command must be given with an adjustment");
    await stdout.write("0\n");
    return 0;
  },
);

export const nohup = define(
  {
    name: "nohup",
    usage: "COMMAND [ARG]...",
    failure: 125,
    help: "Run COMMAND, ignoring hangup signals. Output to a terminal goes to nohup.out.\n",
    inOrder: true,
  },
  async (invocation) => {
    const { operands, sys } = invocation;
    if (operands.length === 0) throw new UsageError("missing operand");
    if (sys.isatty(1)) {
      const fd = sys.open(AT_FDCWD, encode("nohup.out"), O_WRONLY | O_CREAT | 0o2000, 0o600);
      if (fd < 0) throw new Failure(`failed to open 'nohup.out': ${strerror(fd)}`);
      invocation.warn("ignoring input and appending output to 'nohup.out'", 0);
      sys.dup2(fd, 1);
      if (sys.isatty(2)) sys.dup2(fd, 2);
      sys.close(fd);
    } else if (sys.isatty(0)) invocation.warn("ignoring input", 0);
    if (sys.isatty(0)) {
      const none = sys.open(AT_FDCWD, encode("/dev/null"), O_RDONLY, 0);
      sys.dup2(none, 0);
      sys.close(none);
    }
    return runProgram(invocation, operands, "failed to run command ");
  },
);

const says = (name: string, what: string, text: string) =>
  define({ name, usage: "[OPTION]...", help: `Print ${what}.\n` }, async ({ operands, stdout }) => {
    checkOperands(operands, 0, 0);
    await stdout.write(`${text}\n`);
  });

export const arch = says("arch", "machine architecture", "wasm32");
export const hostid = says("hostid", "the numeric identifier of the host (in hexadecimal)", "00000000");

export const logname = define(
  { name: "logname", usage: "[OPTION]", help: "Print the user's login name.\n" },
  async ({ operands, sys, stdout }) => {
    checkOperands(operands, 0, 0);
    await stdout.write(`${readAccounts(sys).user(sys.uid)}\n`);
  },
);

export const groups = define(
  {
    name: "groups",
    usage: "[OPTION]... [USERNAME]...",
    help: "Print group memberships for each USERNAME or for the current user.\n",
  },
  async (invocation) => {
    const { operands, sys, stdout } = invocation;
    const accounts = readAccounts(sys);
    if (operands.length === 0) await stdout.write(`${accounts.group(sys.uid)}\n`);
    for (const name of operands) {
      const uid = accounts.uidOf(name);
      if (uid < 0) invocation.warn(`${quotePlain(name)}: no such user`);
      else await stdout.write(`${name} : ${accounts.group(uid)}\n`);
    }
  },
);

export const users = define(
  { name: "users", usage: "[OPTION]...", help: "Output who is currently logged in.\n" },
  async () => {},
);
