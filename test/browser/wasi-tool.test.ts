// `wasi`: programs run with exactly what is named on the command line.

import type { Sandbox } from "vibengine";
import { beforeAll, expect, test } from "vitest";
import { assemble, install, NOTHING, newSandbox, pythonProgram } from "./sandboxes.ts";

const IMPORT = (name: string, type: string) => `(import "wasi_snapshot_preview1" "${name}" (func $${name} ${type}))`;

/** Prints its arguments and its environment as they lie in memory: strings with a NUL each, a line for either. */
const SHOW = `(module
  ${IMPORT("args_sizes_get", "(param i32 i32) (result i32)")}
  ${IMPORT("args_get", "(param i32 i32) (result i32)")}
  ${IMPORT("environ_sizes_get", "(param i32 i32) (result i32)")}
  ${IMPORT("environ_get", "(param i32 i32) (result i32)")}
  ${IMPORT("fd_write", "(param i32 i32 i32 i32) (result i32)")}
  (memory (export "memory") 1)
  (func $line (param $length i32)
    (i32.store8 (i32.add (i32.const 8192) (local.get $length)) (i32.const 10))
    (i32.store (i32.const 16) (i32.const 8192))
    (i32.store (i32.const 20) (i32.add (local.get $length) (i32.const 1)))
    (drop (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24))))
  (func (export "_start")
    (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
    (drop (call $args_get (i32.const 4096) (i32.const 8192)))
    (call $line (i32.load (i32.const 4)))
    (drop (call $environ_sizes_get (i32.const 0) (i32.const 4)))
    (drop (call $environ_get (i32.const 4096) (i32.const 8192)))
    (call $line (i32.load (i32.const 4)))))`;

/** Exits with the number of fds from 3 on that answer fd_prestat_get: the preopens. */
const PREOPENS = `(module
  ${IMPORT("fd_prestat_get", "(param i32 i32) (result i32)")}
  ${IMPORT("proc_exit", "(param i32)")}
  (memory (export "memory") 1)
  (func (export "_start") (local $fd i32)
    (local.set $fd (i32.const 3))
    (block $end (loop $again
      (br_if $end (call $fd_prestat_get (local.get $fd) (i32.const 0)))
      (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
      (br $again)))
    (call $proc_exit (i32.sub (local.get $fd) (i32.const 3)))))`;

/** Opens `../outside` from fd 3 and exits with the errno. */
const CLIMB = `(module
  ${IMPORT("path_open", "(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)")}
  ${IMPORT("proc_exit", "(param i32)")}
  (memory (export "memory") 1)
  (data (i32.const 100) "../outside")
  (func (export "_start")
    (call $proc_exit (call $path_open (i32.const 3) (i32.const 0) (i32.const 100) (i32.const 10) (i32.const 0)
      (i64.const 2) (i64.const 2) (i32.const 0) (i32.const 0)))))`;

/** A reactor: `_initialize` sets what `run` returns. */
const REACTOR = `(module
  (memory (export "memory") 1)
  (global $status (mut i32) (i32.const 1))
  (func (export "_initialize") (global.set $status (i32.const 42)))
  (func (export "run") (result i32) (global.get $status)))`;

/** Without `run` there is nothing to call in it. */
const LIBRARY = `(module (memory (export "memory") 1) (func (export "_initialize")))`;

const TRAP = `(module (memory (export "memory") 1) (func (export "_start") unreachable))`;

/** Asks for its arguments without a memory to put them in. */
const BODILESS = `(module
  ${IMPORT("args_sizes_get", "(param i32 i32) (result i32)")}
  (func (export "_start") (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))))`;

const FOREIGN = `(module (import "env" "magic" (func)) (memory (export "memory") 1) (func (export "_start")))`;

/** Copies its stdin to its stdout. */
const CAT = `(module
  ${IMPORT("fd_read", "(param i32 i32 i32 i32) (result i32)")}
  ${IMPORT("fd_write", "(param i32 i32 i32 i32) (result i32)")}
  (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 64))
    (loop $again
      (i32.store (i32.const 4) (i32.const 4096))
      (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 4)))
      (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (br_if $again (i32.load (i32.const 4))))))`;

const programs: Record<string, Uint8Array> = {};
const TEXTS = { SHOW, PREOPENS, CLIMB, REACTOR, LIBRARY, TRAP, BODILESS, FOREIGN, CAT };
let python: Uint8Array;

beforeAll(async () => {
  for (const [name, wat] of Object.entries(TEXTS)) programs[name] = await assemble(wat);
  python = await pythonProgram();
});

async function sandboxWith(...names: string[]): Promise<Sandbox> {
  const sandbox = await newSandbox();
  for (const name of names) await sandbox.files.write(`${name.toLowerCase()}.wasm`, programs[name]);
  return sandbox;
}

test("arguments as given, argv[0] the file's name, and only the variables named", async () => {
  const sandbox = await sandboxWith("SHOW");
  const { stdout, stderr } = await sandbox.commands.run(
    "X=1 Y=2 wasi --env A=B --env C=d=e --env Y --env UNSET ./show.wasm -x 'a b' é --env F=G",
  );
  expect(stderr).toBe("");
  expect(stdout.replaceAll("\0", ";")).toBe("show.wasm;-x;a b;é;--env;F=G;\nA=B;C=d=e;Y=2;\n");
  expect((await sandbox.commands.run("wasi -- /home/user/show.wasm -- é")).stdout.replaceAll("\0", ";")).toBe(
    "show.wasm;--;é;\n\n",
  );
  expect((await sandbox.commands.run("wasi show.wasm")).stdout.replaceAll("\0", ";")).toBe("show.wasm;\n\n");
});

test("only the directories named, and no inherited fd in their place", async () => {
  const sandbox = await sandboxWith("PREOPENS", "CLIMB");
  const status = async (command: string) => (await sandbox.commands.run(command)).exitCode;
  expect(await status("wasi preopens.wasm")).toBe(0);
  expect(await status("wasi preopens.wasm 3</etc/passwd")).toBe(0);
  expect(await status("wasi --dir . preopens.wasm 3</etc/passwd")).toBe(1);
  expect(await status("wasi --dir /etc::/conf --dir=/tmp preopens.wasm")).toBe(2);
  const ENOTCAPABLE_OR_PERM = [63, 76];
  await sandbox.commands.run("mkdir inside; echo secret > outside");
  expect(ENOTCAPABLE_OR_PERM).toContain(await status("wasi --dir inside climb.wasm"));
});

test("commands and reactors", async () => {
  const sandbox = await sandboxWith("REACTOR");
  expect((await sandbox.commands.run("wasi reactor.wasm")).exitCode).toBe(42);
  await sandbox.files.write("nothing.wasm", NOTHING);
  expect(await sandbox.commands.run("wasi nothing.wasm")).toEqual({ exitCode: 0, stdout: "", stderr: "" });
});

test("stdin comes from where the shell says", async () => {
  const sandbox = await sandboxWith("CAT");
  expect((await sandbox.commands.run("printf 'a\\nb' | wasi cat.wasm | tr a-z A-Z")).stdout).toBe("A\nB");
  expect((await sandbox.commands.run("wasi cat.wasm", { stdin: "typed" })).stdout).toBe("typed");
});

test("a program that fails says by what, in the words of its engine", async () => {
  const sandbox = await sandboxWith("TRAP", "BODILESS", "FOREIGN", "LIBRARY");
  const failed = async (name: string) => {
    const { stderr, exitCode } = await sandbox.commands.run(`wasi ${name}.wasm`);
    expect(stderr.startsWith(`${name}.wasm: `)).toBe(true);
    return [exitCode, stderr.slice(`${name}.wasm: `.length, -1)];
  };
  expect(await failed("trap")).toEqual([134, "unreachable"]);
  expect(await failed("bodiless")).toEqual([134, expect.stringContaining("exported memory")]);
  expect(await failed("foreign")).toEqual([126, "cannot execute: it imports env.magic, which is not here"]);
  expect(await failed("library")).toEqual([126, "exports neither _start nor run: not a WASI program"]);
});

test("what can't be run says why, as a shell does", async () => {
  const sandbox = await sandboxWith("SHOW");
  const run = (command: string) => sandbox.commands.run(command);
  expect(await run("wasi --dir nowhere show.wasm")).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: "wasi: cannot open directory nowhere: No such file or directory\n",
  });
  expect(await run("wasi --dir show.wasm::/d show.wasm")).toMatchObject({
    exitCode: 1,
    stderr: "wasi: cannot open directory show.wasm: Not a directory\n",
  });
  expect(await run("wasi none.wasm")).toMatchObject({
    exitCode: 127,
    stderr: "wasi: none.wasm: No such file or directory\n",
  });
  expect(await run("wasi /tmp")).toMatchObject({ exitCode: 126, stderr: "wasi: /tmp: Is a directory\n" });
  expect(await run("wasi /usr/bin/ls")).toMatchObject({
    exitCode: 126,
    stderr: "wasi: /usr/bin/ls: cannot execute binary file: Exec format error\n",
  });
  expect(await run("wasi")).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("missing operand") });
  expect((await run("wasi --nope show.wasm")).stderr).toContain("unrecognized option '--nope'");
  expect((await run("wasi --dir")).stderr).toContain("option '--dir' requires an argument");
  for (const bad of ["--dir ::/x", "--dir .::", "--dir=", "--env =x"]) {
    expect(await run(`wasi ${bad} show.wasm`)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("invalid"),
    });
  }
  expect((await run("wasi --help")).stdout).toContain("--dir=HOST[::GUEST]");
});

test("--trace writes each call to stderr", async () => {
  const sandbox = await sandboxWith("SHOW");
  const { stdout, stderr } = await sandbox.commands.run("wasi --trace --env A=B show.wasm");
  expect(stdout).toBe("show.wasm\0\nA=B\0\n");
  const lines = stderr.trimEnd().split("\n");
  expect(lines[0]).toBe('exec("show.wasm") = 0');
  expect(lines[1]).toMatch(/^args_sizes_get\(.*\) = 1 <0\.\d{6}>$/);
  expect(lines.filter((line) => line.startsWith("fd_write(1, "))).toHaveLength(2);
  expect(lines[3]).toMatch(/^fd_write\(1, "show\.wasm\\u0000\\n"\) = 11 <0\.\d{6}>$/);
});

test("CPython sees one directory and one variable", async () => {
  const sandbox = await newSandbox({ envs: { HIDDEN: "1" } });
  await install(sandbox, "/opt/python.wasm", python);
  await sandbox.files.write("work/note.txt", "found");
  const script = [
    "import os",
    "print(sorted(os.listdir('/data')), open('/data/note.txt').read(), dict(os.environ))",
    "try: os.listdir('/etc')",
    "except OSError as error: print(type(error).__name__)",
    "open('/data/new.txt', 'w').write('made')",
  ].join("\n");
  await sandbox.files.write("script.py", script);
  const { stdout, stderr, exitCode } = await sandbox.commands.run(
    'wasi --dir .::/data --env A=B /opt/python.wasm -c "$(cat ../script.py)"',
    { cwd: "/home/user/work" },
  );
  expect({ stdout, exitCode, stderr: stderr.replace(/^Could not find platform.*\n/gm, "") }).toMatchObject({
    stdout: "['note.txt'] found {'A': 'B'}\nFileNotFoundError\n",
    exitCode: 0,
  });
  expect(await sandbox.files.read("work/new.txt")).toBe("made");
});
