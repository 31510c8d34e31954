// wasi: runs a WebAssembly program with exactly the directories and variables named, as WASI runtimes' command lines do.

import {
  AT_FDCWD,
  EAGAIN,
  ENOENT,
  ENOEXEC,
  encode,
  O_CLOEXEC,
  O_DIRECTORY,
  O_RDONLY,
  strerror,
} from "@vibengine/system";
import { define, Failure, UsageError } from "./define.ts";

export const wasi = define(
  {
    name: "wasi",
    usage: "[OPTION]... PROGRAM [ARG]...",
    help: `Run the WebAssembly file PROGRAM, a WASI preview1 command or reactor, apart from everything that is not named here.
It inherits stdin, stdout and stderr; no directory and no environment variable.

      --dir=HOST[::GUEST]   let it use the directory HOST, under the name GUEST if given
      --env=NAME[=VALUE]    set a variable, by default to the value it has here
      --trace               write its system calls to stderr, a line each

A command is run by its export _start, a reactor by _initialize and then run, whose result is the status.
The status is PROGRAM's own; 127 if it is not found, 126 if it can't be run, 134 if it trapped.
`,
    inOrder: true,
  },
  async (invocation) => {
    const { options, operands, sys, env, stdout, stderr } = invocation;
    if (operands.length === 0) throw new UsageError("missing operand");
    const preopens = options.values("dir").map(splitDirectory);
    for (const [host] of preopens) {
      const fd = sys.open(AT_FDCWD, encode(host), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
      if (fd < 0) throw new Failure(`cannot open directory ${host}: ${strerror(fd)}`);
      sys.close(fd);
    }
    const variables = new Map<string, string>();
    for (const setting of options.values("env")) {
      const equals = setting.indexOf("=");
      const name = equals < 0 ? setting : setting.slice(0, equals);
      if (name === "") throw new UsageError(`invalid variable '${setting}'`);
      const value = equals < 0 ? env.get(name) : setting.slice(equals + 1);
      if (value !== undefined) variables.set(name, value);
    }
    await stdout.flush();
    await stderr.flush();
    const status = await invocation.spawn({
      path: encode(operands[0]),
      // As other runtimes do, the program is told its file's name, and not where that lies.
      argv: [operands[0].replace(/.*\//, ""), ...operands.slice(1)],
      env: [...variables].map(([name, value]) => `${name}=${value}`),
      wasi: { preopens, trace: options.has("trace") },
    });
    if (status >= 0) return status;
    if (status === -EAGAIN) throw new Failure(`fork: ${strerror(status)}`, 254);
    const text = status === -ENOEXEC ? `cannot execute binary file: ${strerror(status)}` : strerror(status);
    throw new Failure(`${operands[0]}: ${text}`, status === -ENOENT ? 127 : 126);
  },
);

/** `HOST::GUEST`, or a directory under its own name. */
function splitDirectory(value: string): [host: string, guest: string] {
  const at = value.lastIndexOf("::");
  const [host, guest] = at < 0 ? [value, value] : [value.slice(0, at), value.slice(at + 2)];
  if (host === "" || guest === "") throw new UsageError(`invalid directory '${value}'`);
  return [host, guest];
}
