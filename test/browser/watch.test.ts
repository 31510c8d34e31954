// Watching directories, as a page does it: what the SDK, the shell, its tools and WASI programs change, in order, all of it.

import {
  FileNotFoundError,
  InvalidArgumentError,
  type Sandbox,
  SandboxNotFoundError,
  type WatchEvent,
  type WatchOptions,
} from "vibengine";
import { expect, onTestFinished, test, vi } from "vitest";
import { assemble, install, newSandbox, rejection } from "./sandboxes.ts";

/** Makes `count` files, n00000 and so on, in the working directory, as fast as it can. */
const MAKER = (count: number) => `(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "n00000")
  (func (export "_start") (local $i i32) (local $rest i32) (local $at i32)
    (loop $files
      (local.set $rest (local.get $i))
      (local.set $at (i32.const 105))
      (loop $digits
        (i32.store8 (local.get $at) (i32.add (i32.const 48) (i32.rem_u (local.get $rest) (i32.const 10))))
        (local.set $rest (i32.div_u (local.get $rest) (i32.const 10)))
        (local.set $at (i32.sub (local.get $at) (i32.const 1)))
        (br_if $digits (i32.gt_u (local.get $at) (i32.const 100))))
      (if (call $open (i32.const 3) (i32.const 0) (i32.const 100) (i32.const 6) (i32.const 9) (i64.const 64) (i64.const 0)
          (i32.const 0) (i32.const 0)) (then (call $exit (i32.const 1))))
      (if (call $close (i32.load (i32.const 0))) (then (call $exit (i32.const 2))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $files (i32.lt_u (local.get $i) (i32.const ${count}))))))`;

interface Observer {
  seen: string[];
  /** Resolves when the last event seen is that one. */
  until(event: string): Promise<void>;
  stop(): Promise<void>;
}

/** Watches a directory and notes "type name" of every event. */
async function observe(sandbox: Sandbox, path: string, options: WatchOptions = {}): Promise<Observer> {
  const seen: string[] = [];
  let look = () => {};
  const { stop } = await sandbox.files.watchDir(
    path,
    ({ type, name }: WatchEvent) => {
      seen.push(`${type} ${name}`);
      look();
    },
    options,
  );
  const until = (event: string) =>
    new Promise<void>((resolve) => {
      look = () => {
        if (seen.at(-1) === event) resolve();
      };
      look();
    });
  return { seen, until, stop };
}

async function inDirectory(recursive = true): Promise<Observer & { sandbox: Sandbox }> {
  const sandbox = await newSandbox();
  await sandbox.files.makeDir("w");
  return { sandbox, ...(await observe(sandbox, "w", { recursive })) };
}

test("changes from the SDK", async () => {
  const { sandbox, seen, until } = await inDirectory();
  const { files } = sandbox;
  await files.write("w/new", "1");
  await files.write("w/new", "22");
  await files.write("w/new", new Blob(["3".repeat(3_000_000)]).stream());
  await files.makeDir("w/a/b");
  await files.write("w/c/d/e", "deep");
  await files.rename("w/new", "w/a/old");
  await files.remove("w/a");
  await files.write("w/end", "");
  await until("create end");
  const writes = seen.filter((event) => event === "write new").length;
  expect(writes === 1 || writes === 2).toBe(true); // both may be told at once
  expect(seen.filter((event) => event !== "write new")).toEqual([
    "create new",
    "create a",
    "create a/b",
    "create c",
    "create c/d",
    "create c/d/e",
    "rename new",
    "create a/old",
    "remove a/b",
    "remove a/old",
    "remove a",
    "create end",
  ]);
});

test("changes from the shell, its tools and a program", async () => {
  const { sandbox, seen, until } = await inDirectory();
  await install(sandbox, "maker.wasm", await assemble(MAKER(3)));
  const result = await sandbox.commands.run(
    "cd w; mkdir -p a/b && echo x > a/b/c; chmod 600 a/b/c; mv a/b z; ln -s z l; cp z/c copy; ln copy hard; " +
      "touch -d @5 copy; : > hard; rm hard copy; mv l z; cd z && ../../maker.wasm && rm n00001; mv ../z ../../out; touch end; : > ../w/end",
  );
  expect(result).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  await until("create end");
  expect(seen).toEqual([
    "create a",
    "create a/b",
    "create a/b/c",
    "write a/b/c",
    "chmod a/b/c",
    "rename a/b",
    "create z",
    "create l",
    "create copy",
    "write copy",
    "create hard",
    "chmod copy",
    "write hard",
    "remove hard",
    "remove copy",
    "rename l",
    "create z/l",
    "create z/n00000",
    "create z/n00001",
    "create z/n00002",
    "remove z/n00001",
    "rename z",
    "create end",
  ]);
});

test("without recursive, what the directory itself holds", async () => {
  const { sandbox, seen, until } = await inDirectory(false);
  await sandbox.commands.run("cd w; mkdir d; echo x > d/f; chmod 700 d; mv d/f f; : > end");
  await until("create end");
  expect(seen).toEqual(["create d", "chmod d", "create f", "create end"]);
});

test("10,000 quick changes by the shell, counted and in order", async () => {
  const { sandbox, seen, until } = await inDirectory();
  const { stderr } = await sandbox.commands.run("cd w; for i in {1..5000}; do : > f$i; rm f$i; done; : > end");
  expect(stderr).toBe("");
  await until("create end");
  const expected = Array.from({ length: 5000 }, (_, i) => [`create f${i + 1}`, `remove f${i + 1}`]).flat();
  expect(seen.length).toBe(10_001);
  expect(seen.slice(0, -1).join() === expected.join()).toBe(true);
});

test("a program that outruns the page is held up, and every change is told", { timeout: 60_000 }, async () => {
  const sandbox = await newSandbox();
  await install(sandbox, "maker.wasm", await assemble(MAKER(20_000)));
  const names = Array.from({ length: 4 }, (_, i) => `w${i}`);
  await sandbox.commands.run(`mkdir ${names.join(" ")}`);
  const seen = new Map<string, string[]>(names.map((name) => [name, []]));
  let count = 0;
  let all = () => {};
  const arrived = new Promise<void>((resolve) => {
    all = resolve;
  });
  await sandbox.files.watchDir(
    ".",
    ({ type, name }) => {
      // A page that is busy with each batch.
      if (count++ % 1000 === 0) for (const start = performance.now(); performance.now() - start < 10; );
      const [dir, file] = name.split("/");
      seen.get(dir)?.push(`${type} ${file}`);
      if (count === 80_000) all();
    },
    { recursive: true },
  );
  const results = await Promise.all(names.map((dir) => sandbox.commands.run("../maker.wasm", { cwd: dir })));
  for (const { exitCode } of results) expect(exitCode).toBe(0);
  await arrived;
  const expected = Array.from({ length: 20_000 }, (_, i) => `create n${String(i).padStart(5, "0")}`).join();
  for (const dir of names) expect(seen.get(dir)?.join() === expected, dir).toBe(true);
  expect((await sandbox.files.list("w3")).length).toBe(20_000);
});

test("several watches: each by its own names, and stop ends one of them", async () => {
  const { sandbox, seen, until, stop } = await inDirectory();
  await sandbox.files.makeDir("w/d");
  const other = await observe(sandbox, "/home/user/w/d");
  await sandbox.files.write("w/d/f", "1");
  await Promise.all([until("create d/f"), other.until("create f")]);
  await stop();
  await stop();
  await sandbox.files.write("w/d/g", "1");
  await other.until("create g");
  expect(seen).toEqual(["create d", "create d/f"]);
  // From within a callback: not even the next event of the same batch.
  const some: string[] = [];
  const handle = await sandbox.files.watchDir("w", ({ name }) => {
    some.push(name);
    handle.stop();
  });
  await sandbox.commands.run("cd w; touch 1 2 3; : > d/end");
  await other.until("create end");
  expect(some).toEqual(["1"]);
  // Any number, one after the other.
  for (let i = 0; i < 300; i++) await (await sandbox.files.watchDir("w", () => {})).stop();
});

test("what a callback throws is reported, and breaks nothing", async () => {
  const { sandbox, until, seen } = await inDirectory();
  const reported: unknown[] = [];
  // Taken off the way: vitest counts what is reported as a failure.
  const report = vi.spyOn(globalThis, "reportError").mockImplementation((error) => reported.push(error));
  onTestFinished(() => report.mockRestore());
  const error = new Error("of the user's own");
  let calls = 0;
  await sandbox.files.watchDir("w", () => {
    calls++;
    throw error;
  });
  const last = await observe(sandbox, "w");
  await sandbox.commands.run("cd w; : > a; : > b");
  await Promise.all([until("create b"), last.until("create b")]);
  expect(calls).toBe(2);
  expect(reported).toEqual([error, error]);
  expect([seen, last.seen]).toEqual([
    ["create a", "create b"],
    ["create a", "create b"],
  ]);
});

test("a watch whose directory goes ends once, after its last event", async () => {
  const sandbox = await newSandbox();
  for (const [change, last] of [
    ["rm -r w", "remove f"],
    ["mv w v", "create f"],
    ["mkdir x; rm w/f; mv -T x w", "remove f"],
  ]) {
    await sandbox.files.makeDir("w");
    const seen: string[] = [];
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    const onExit = (reason?: Error) => {
      seen.push("exit");
      resolve(reason);
    };
    await sandbox.files.watchDir("w", ({ type, name }) => seen.push(`${type} ${name}`), { onExit });
    await sandbox.commands.run(`: > w/f; ${change}; mkdir -p w v; : > w/g; : > v/g; rm -r v`);
    const error = await promise;
    expect(error).toBeInstanceOf(FileNotFoundError);
    expect((error as Error).message).toBe("w was removed or moved away: it is no longer watched");
    const next = await observe(sandbox, "w");
    await sandbox.files.write("w/end", "");
    await next.until("create end");
    expect(seen.at(-2)).toBe(last);
    expect(seen.indexOf("exit")).toBe(seen.length - 1);
    await sandbox.commands.run("rm -rf w v");
  }
});

test.each(["kill", "pause", "timeout"])("the end of the sandbox by %s: all events, then onExit", async (ending) => {
  const { sandbox, seen, stop } = await inDirectory();
  const exits: (Error | undefined)[] = [];
  const names: string[] = [];
  await sandbox.files.watchDir("w", ({ name }) => names.push(name), { onExit: (error) => exits.push(error) });
  await stop();
  await sandbox.commands.run("for i in {1..2000}; do : > w/$i; done");
  const gone = new Promise<void>((resolve) => {
    for (const event of ["killed", "paused", "timeout"] as const) sandbox.on(event, resolve);
  });
  if (ending === "kill") await sandbox.kill();
  else if (ending === "pause") await sandbox.pause();
  else await sandbox.keepAlive(1);
  await gone;
  expect(names).toEqual(Array.from({ length: 2000 }, (_, i) => String(i + 1)));
  expect(exits.length).toBe(1);
  expect(exits[0]).toBeInstanceOf(SandboxNotFoundError);
  expect(exits[0]?.message).toContain({ kill: "was killed", pause: "is paused", timeout: "timeout" }[ending]);
  expect(seen.length).toBeLessThanOrEqual(2000);
  await stop();
  expect(await rejection(sandbox.files.watchDir("w", () => {}))).toBeInstanceOf(SandboxNotFoundError);
});

test("what can't be watched is told apart", async () => {
  const { sandbox } = await inDirectory();
  const { files } = sandbox;
  await files.write("file", "x");
  const watch = (...options: unknown[]) =>
    rejection((files.watchDir as (...all: unknown[]) => Promise<unknown>)(...options));
  const missing = await watch("none", () => {});
  expect(missing).toBeInstanceOf(FileNotFoundError);
  expect(missing.message).toBe("can't watch none: No such file or directory");
  expect(await watch("file", () => {})).toBeInstanceOf(InvalidArgumentError);
  expect((await watch("file", () => {})).message).toBe("can't watch file: Not a directory");
  expect((await watch("/proc", () => {})).message).toContain("nothing in /proc is ever changed");
  for (const bad of [
    ["", () => {}],
    ["w"],
    ["w", "function"],
    ["w", () => {}, { recursive: 1 }],
    ["w", () => {}, { onExit: 1 }],
  ]) {
    expect(await watch(...bad)).toBeInstanceOf(InvalidArgumentError);
  }
  for (let i = 0; i < 255; i++) await files.watchDir("w", () => {});
  expect((await watch("w", () => {})).message).toBe("can't watch w: 256 directories are watched; stop() some");
});

test("a callback may use the sandbox, and a kill ends programs that are held up", async () => {
  const { sandbox } = await inDirectory();
  await install(sandbox, "maker.wasm", await assemble(MAKER(99_999)));
  const read: string[] = [];
  const first = new Promise<void>((resolve) => {
    sandbox.files.watchDir("w", async ({ type, name }) => {
      if (type !== "create" || !name.startsWith("in")) return;
      read.push(await sandbox.files.read(`w/${name}`));
      await sandbox.files.write(`w/out-${name}`, "seen");
      if (read.length === 20) resolve();
    });
  });
  for (let i = 0; i < 20; i++) await sandbox.files.write(`w/in${i}`, String(i));
  await first;
  expect(read.sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
  const maker = await sandbox.commands.run("cd w && ../maker.wasm", { background: true });
  for (const start = performance.now(); performance.now() - start < 1000; ); // nobody takes events meanwhile
  await maker.kill();
  expect((await maker.wait()).exitCode).toBe(137);
  await sandbox.files.write("w/after", "1");
});
