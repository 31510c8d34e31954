// Real WebAssembly over the imports: 64-bit parameters, memory that grows, exceptions that must pass through the guest.

import { AT_FDCWD, decode, encode, O_RDONLY, O_RDWR, SIGKILL, type System } from "@vibengine/system";
import { testSystem } from "@vibengine/system/testing";
import { expect, test } from "vitest";
import loadWabt from "wabt";
import { bindWasi, openPreopens, ProcExit } from "./index.ts";

const { parseWat } = await loadWabt();

interface Run {
  sys: System;
  /** The exit code, or 0 when `_start` returned. */
  code: number;
  stdout: string;
}

/** Runs a WAT module's `_start` with /home/user as its only preopen, fd 3, and a file as its stdout. */
function run(wat: string, features: object = {}, args = ["prog"], prepare = (_: System): void => {}): Run {
  const sys = testSystem();
  prepare(sys);
  const out = sys.open(AT_FDCWD, encode("/tmp/out"), O_RDWR | 0o100, 0o600);
  sys.dup2(out, 1);
  sys.close(out);
  const preopens = openPreopens(sys, [{ path: encode("/home/user"), name: encode("/") }]) as Map<number, Uint8Array>;
  const { buffer } = parseWat("guest.wat", wat, features).toBinary({});
  let instance: WebAssembly.Instance;
  const { imports } = bindWasi({
    sys,
    args: args.map(encode),
    env: [],
    preopens,
    memory: () => instance.exports.memory as WebAssembly.Memory,
  });
  instance = new WebAssembly.Instance(new WebAssembly.Module(buffer as Uint8Array<ArrayBuffer>), {
    wasi_snapshot_preview1: imports,
  });
  let code = 0;
  try {
    (instance.exports._start as () => void)();
  } catch (error) {
    if (!(error instanceof ProcExit)) throw error;
    code = error.code;
  }
  const bytes = new Uint8Array(4096);
  const fd = sys.open(AT_FDCWD, encode("/tmp/out"), O_RDONLY, 0);
  return { sys, code, stdout: decode(bytes.slice(0, sys.read(fd, bytes, 0, bytes.length))) };
}

const wasi = (name: string, type: string): string =>
  `(import "wasi_snapshot_preview1" "${name}" (func $${name} ${type}))`;
const FD_WRITE = wasi("fd_write", "(param i32 i32 i32 i32) (result i32)");
const PROC_EXIT = wasi("proc_exit", "(param i32)");

test("hello, world", () => {
  const { stdout, code } = run(`(module ${FD_WRITE}
    (memory (export "memory") 1)
    (data (i32.const 8) "hello, world\\n")
    (func (export "_start")
      (i32.store (i32.const 0) (i32.const 8))
      (i32.store (i32.const 4) (i32.const 13))
      (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))))`);
  expect([stdout, code]).toEqual(["hello, world\n", 0]);
});

test("the exit code comes through", () => {
  expect(
    run(`(module ${PROC_EXIT} (memory (export "memory") 1)
    (func (export "_start") (call $proc_exit (i32.const 42))))`).code,
  ).toBe(42);
});

test("no catch_all of the guest runs after proc_exit", () => {
  const { stdout, code } = run(
    `(module ${FD_WRITE} ${PROC_EXIT}
    (memory (export "memory") 1)
    (data (i32.const 8) "swallowed")
    (func (export "_start")
      (i32.store (i32.const 0) (i32.const 8))
      (i32.store (i32.const 4) (i32.const 9))
      (try
        (do (call $proc_exit (i32.const 5)))
        (catch_all (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))))))`,
    { exceptions: true },
  );
  expect([stdout, code]).toEqual(["", 5]);
});

test("nor after a kill that ends a wait", () => {
  const guest = `(module ${wasi("fd_read", "(param i32 i32 i32 i32) (result i32)")}
    (memory (export "memory") 1)
    (func (export "_start")
      (i32.store (i32.const 0) (i32.const 8))
      (i32.store (i32.const 4) (i32.const 9))
      (try
        (do (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 32))))
        (catch_all unreachable))))`;
  expect(() =>
    run(guest, { exceptions: true }, ["prog"], (sys) => {
      const ends: [number, number] = [0, 0];
      sys.pipe(ends);
      sys.dup2(ends[0], 0);
      sys.blockSync = () => sys.kill(sys.pid, SIGKILL);
    }),
  ).toThrow(expect.objectContaining({ name: "Killed", signal: SIGKILL }));
});

test("64-bit parameters: a file is created, written at 5 GiB, and its size read back", () => {
  const { stdout } = run(`(module ${FD_WRITE}
    ${wasi("path_open", "(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)")}
    ${wasi("fd_filestat_set_size", "(param i32 i64) (result i32)")}
    ${wasi("fd_filestat_get", "(param i32 i32) (result i32)")}
    ${wasi("fd_seek", "(param i32 i64 i32 i32) (result i32)")}
    (memory (export "memory") 1)
    (data (i32.const 100) "big")
    (func $check (param i32) (if (local.get 0) (then unreachable)))
    (func (export "_start")
      (call $check (call $path_open (i32.const 3) (i32.const 0) (i32.const 100) (i32.const 3) (i32.const 1)
        (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 200)))
      (call $check (call $fd_filestat_set_size (i32.load (i32.const 200)) (i64.const 5368709120)))
      (call $check (call $fd_filestat_get (i32.load (i32.const 200)) (i32.const 256)))
      (if (i64.ne (i64.load (i32.const 288)) (i64.const 5368709120)) (then unreachable))
      (call $check (call $fd_seek (i32.load (i32.const 200)) (i64.const -120) (i32.const 2) (i32.const 400)))
      (if (i64.ne (i64.load (i32.const 400)) (i64.const 5368709000)) (then unreachable))
      (i32.store (i32.const 0) (i32.const 100))
      (i32.store (i32.const 4) (i32.const 3))
      (call $check (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))))`);
  expect(stdout).toBe("big");
});

test("memory that grew is seen: a write from its last page", () => {
  const { stdout } = run(`(module ${FD_WRITE}
    (memory (export "memory") 1)
    (func $print (param i32)
      (i32.store (i32.const 0) (local.get 0))
      (i32.store (i32.const 4) (i32.const 4))
      (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)) (then unreachable)))
    (func (export "_start")
      (i32.store (i32.const 64) (i32.const 0x31313131))
      (call $print (i32.const 64))
      (drop (memory.grow (i32.const 10)))
      (i32.store (i32.const 700000) (i32.const 0x32323232))
      (call $print (i32.const 700000))
      (call $print (i32.const 64))))`);
  expect(stdout).toBe("111122221111");
});

test("arguments arrive where a C library looks for them", () => {
  const { stdout } = run(
    `(module ${FD_WRITE}
    ${wasi("args_sizes_get", "(param i32 i32) (result i32)")}
    ${wasi("args_get", "(param i32 i32) (result i32)")}
    (memory (export "memory") 1)
    (func (export "_start")
      (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
      (drop (call $args_get (i32.const 100) (i32.const 1000)))
      (i32.store (i32.const 8) (i32.load (i32.const 104)))
      (i32.store (i32.const 12) (i32.sub (i32.add (i32.const 1000) (i32.load (i32.const 4))) (i32.load (i32.const 104))))
      (drop (call $fd_write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 32)))))`,
    {},
    ["prog", "ünï", "x"],
  );
  expect(stdout).toBe("ünï\0x\0");
});
