// mkfifo, and mknod as far as it makes FIFOs.

import { AT_FDCWD, encode, type System, strerror } from "@vibengine/system";
import { checkOperands, define, Failure, type Invocation, UsageError } from "./define.ts";
import { parseMode } from "./mode.ts";
import { quote, quotePlain } from "./quote.ts";

const DEFAULT_MODE = 0o666;

export const mkfifo = define(
  {
    name: "mkfifo",
    usage: "[OPTION]... NAME...",
    help: `Create named pipes (FIFOs) with the given NAMEs.

  -m, --mode=MODE    set file permission bits to MODE, not a=rw - umask`,
  },
  async (invocation) => {
    const { operands } = invocation;
    checkOperands(operands, 1, Number.POSITIVE_INFINITY);
    const make = maker(invocation);
    for (const path of operands) {
      const result = make(path);
      if (result < 0) invocation.warn(`cannot create fifo ${quote(path)}: ${strerror(result)}`);
    }
  },
);

export const mknod = define(
  {
    name: "mknod",
    usage: "[OPTION]... NAME TYPE [MAJOR MINOR]",
    help: `Create the special file NAME of the given TYPE: p, a FIFO. Devices can't be made here.

  -m, --mode=MODE    set file permission bits to MODE, not a=rw - umask`,
  },
  async (invocation) => {
    const { operands } = invocation;
    checkOperands(operands, 2, 4);
    const [path, type] = operands;
    if (!/^[bcup]$/.test(type)) throw new UsageError(`invalid device type ${quote(type)}`);
    if (type !== "p") throw new Failure(`${path}: Operation not permitted`);
    if (operands.length > 2) throw new UsageError("Fifos do not have major and minor device numbers.");
    const result = maker(invocation)(path);
    if (result < 0) throw new Failure(`${path}: ${strerror(result)}`);
  },
);

function maker({ options, sys }: Invocation): (path: string) => number {
  const text = options.value("m");
  const change = text === undefined ? null : parseMode(text);
  if (text !== undefined && !change) throw new Failure(`invalid mode ${quotePlain(text)}`);
  const umask = umaskOf(sys);
  return (path) => {
    const result = sys.mkfifo(AT_FDCWD, encode(path), DEFAULT_MODE);
    if (result === 0 && change) sys.chmod(AT_FDCWD, encode(path), change(DEFAULT_MODE, false, umask));
    return result;
  };
}

function umaskOf(sys: System): number {
  const umask = sys.umask(0);
  sys.umask(umask);
  return umask;
}
