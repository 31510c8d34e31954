// A guest whose recursion runs out of stack inside a system call: the guest ends, and nobody else notices.

import { expect, test } from "vitest";
import { assemble, install } from "../browser/sandboxes.ts";
import { newWorld } from "./world.ts";

/** Each level makes a file, writes to it, renames it over the last one, and goes deeper. `locals` make the frame larger. */
const digger = (locals: number) => {
  const names = Array.from({ length: locals }, (_, i) => `$l${i}`);
  return `(module
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_rename" (func $rename (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "newold")
  (func $dig (param $depth i64) (result i64) ${names.map((name) => `(local ${name} i64)`).join(" ")}
    ${names.map((name, i) => `(local.set ${name} (i64.mul (local.get $depth) (i64.const ${i + 3})))`).join("\n")}
    (drop (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 3) (i32.const 1) (i64.const -1) (i64.const -1)
      (i32.const 0) (i32.const 32)))
    (drop (call $write (i32.load (i32.const 32)) (i32.const 40) (i32.const 1) (i32.const 48)))
    (drop (call $close (i32.load (i32.const 32))))
    (drop (call $rename (i32.const 3) (i32.const 0) (i32.const 3) (i32.const 3) (i32.const 3) (i32.const 3)))
    (call $dig (i64.add (local.get $depth) (i64.const 1)))
    ${names.map((name) => `(i64.add (local.get ${name}))`).join(" ")})
  (func (export "_start")
    (i32.store (i32.const 40) (i32.const 1024))
    (i32.store (i32.const 44) (i32.const 5000))
    (drop (call $dig (i64.const 0)))))`;
};

test.each([0, 3, 10, 40, 200])("recursion with %i locals, each level writing", async (locals) => {
  const { sandbox, problems, machine } = await newWorld();
  await install(sandbox, "digger.wasm", await assemble(digger(locals)));
  const { exitCode, stderr } = await sandbox.commands.run("./digger.wasm");
  expect(exitCode).toBe(134);
  expect(stderr).toContain("call stack");
  expect(machine.lock.isFree).toBe(true);
  expect(await problems()).toEqual([]);
  expect(await sandbox.commands.run("stat -c %s old; echo more >> old; rm old; ls")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^5000\n/),
  });
});
