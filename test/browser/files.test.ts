// The files API, as a page uses it.

import { FileNotFoundError, InvalidArgumentError, NotEnoughSpaceError } from "vibengine";
import { expect, test } from "vitest";
import { newSandbox, rejection } from "./sandboxes.ts";

const RANDOM = crypto.getRandomValues(new Uint8Array(60_000));

test("every kind of data goes in, and comes out in every format", async () => {
  const { files } = await newSandbox();
  await files.write("text", "naïve ✓ \u{1f600}");
  expect(await files.read("text")).toBe("naïve ✓ \u{1f600}");
  for (const data of [RANDOM, RANDOM.buffer, new Blob([RANDOM]), new Blob([RANDOM]).stream()]) {
    const info = await files.write("data", data);
    expect(info.size).toBe(RANDOM.length);
    expect(await files.read("data", { format: "bytes" })).toEqual(RANDOM);
  }
  expect(RANDOM.length).toBe(60_000); // the caller's buffer is still the caller's
  const blob = await files.read("data", { format: "blob" });
  expect(new Uint8Array(await blob.arrayBuffer())).toEqual(RANDOM);
  const stream = await files.read("data", { format: "stream" });
  expect(new Uint8Array(await new Response(stream).arrayBuffer())).toEqual(RANDOM);
});

test("a part of a larger buffer is written as that part", async () => {
  const { files } = await newSandbox();
  await files.write("part", RANDOM.subarray(10, 20));
  expect(await files.read("part", { format: "bytes" })).toEqual(RANDOM.slice(10, 20));
});

test("20 MB go through whole", async () => {
  const { files } = await newSandbox();
  const large = new Uint8Array(20_000_000).map((_, i) => i * 31);
  await files.write("large", large);
  const back = await files.read("large", { format: "bytes" });
  expect(back.length).toBe(large.length);
  expect(back.every((byte, i) => byte === large[i])).toBe(true);
});

test("write makes parents, several files at once, and tells what it wrote", async () => {
  const { files } = await newSandbox();
  const [one, two] = await files.write([
    { path: "a/b/one.txt", data: "1" },
    { path: "/home/user/a/two.txt", data: "22" },
  ]);
  expect(one).toMatchObject({
    name: "one.txt",
    path: "/home/user/a/b/one.txt",
    type: "file",
    size: 1,
    mode: 0o644,
    owner: "user",
    group: "user",
    permissions: "-rw-r--r--",
  });
  expect(two.size).toBe(2);
  expect(two.modifiedTime.getTime()).toBeGreaterThan(Date.now() - 60_000);
});

test("list, depth, exists, getInfo, makeDir, rename, remove", async () => {
  const { files, commands } = await newSandbox();
  await files.write("d/e/f", "x");
  await commands.run("ln -s d/e/f link; chmod 700 d");
  const names = (entries: { path: string }[]) => entries.map((entry) => entry.path.replace("/home/user/", ""));
  expect(names(await files.list("."))).toEqual(["d", "link"]);
  expect(names(await files.list("/home/user", { depth: 3 }))).toEqual(["d", "d/e", "d/e/f", "link"]);
  expect(await files.exists("d/e/f")).toBe(true);
  expect(await files.exists("d/e/g")).toBe(false);
  expect(await files.getInfo("link")).toMatchObject({ type: "symlink", symlinkTarget: "d/e/f" });
  expect(await files.getInfo("d")).toMatchObject({ type: "dir", mode: 0o700, permissions: "drwx------" });
  expect(await files.makeDir("x/y/z")).toBe(true);
  expect(await files.makeDir("x/y/z")).toBe(false);
  expect((await files.rename("d", "x/d")).path).toBe("/home/user/x/d");
  await files.remove("x");
  await files.remove("x");
  expect(names(await files.list("."))).toEqual(["link"]);
});

test("replacing a file keeps its inode, mode and links, and follows symbolic links", async () => {
  const { files, commands } = await newSandbox();
  await commands.run("echo old > f; chmod 755 f; ln f hard; ln -s f soft");
  await files.write("soft", "new");
  const { stdout } = await commands.run("cat f hard; stat -c '%a %h' f; readlink soft");
  expect(stdout).toBe("newnew755 2\nf\n");
});

test("bad paths are told apart", async () => {
  const { files } = await newSandbox();
  await files.write("file", "x");
  const missing = await rejection(files.read("nope"));
  expect(missing).toBeInstanceOf(FileNotFoundError);
  expect(missing.message).toBe("can't read nope: No such file or directory");
  expect(missing.code).toBe("file_not_found");
  expect(await rejection(files.read("/home"))).toBeInstanceOf(InvalidArgumentError);
  expect((await rejection(files.read("/home"))).message).toContain("Is a directory");
  expect((await rejection(files.list("file"))).message).toContain("Not a directory");
  expect((await rejection(files.write("file/under", "x"))).message).toContain("Not a directory");
  expect((await rejection(files.makeDir("file"))).message).toContain("a file has that name");
  expect(await rejection(files.write("/tmp", "x"))).toBeInstanceOf(InvalidArgumentError);
  for (const path of ["", "a\0b", undefined as unknown as string]) {
    expect(await rejection(files.read(path))).toBeInstanceOf(InvalidArgumentError);
  }
  expect((await rejection(files.write("x", 5 as unknown as string))).message).toContain("got number");
  expect((await rejection(files.list("/", { depth: 0 }))).message).toContain("depth must be an integer from 1, got 0");
});

test("a full disk refuses the write and keeps the old content", async () => {
  const { files } = await newSandbox({ diskSizeBytes: 4 * 1024 * 1024 });
  await files.write("f", "old");
  const error = await rejection(files.write("f", new Uint8Array(8 * 1024 * 1024)));
  expect(error).toBeInstanceOf(NotEnoughSpaceError);
  expect(await files.read("f")).toBe("old");
  await files.write("g", new Uint8Array(1024 * 1024)); // what the failed write took has been given back
});
