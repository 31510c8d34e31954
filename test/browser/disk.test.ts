// The disk as a user of the SDK and of the shell meets it: when it is full, at its largest, and what stands in /dev and /proc.

import { NotEnoughSpaceError } from "vibengine";
import { expect, test } from "vitest";
import { newSandbox, rejection } from "./sandboxes.ts";

const MIB = 1024 * 1024;

test("a full disk: a typed error from the SDK, a message from the shell, files whole, and room again after a removal", async () => {
  const { files, commands } = await newSandbox({ diskSizeBytes: 4 * MIB });
  const free = async () => (await commands.run("df / | tail -1 | tr -s ' ' | cut -d ' ' -f 4")).stdout;
  await files.write("kept", "old content");
  const before = await free();
  for (const data of [new Uint8Array(5 * MIB), new Blob([new Uint8Array(5 * MIB)]).stream()]) {
    const error = await rejection(files.write("kept", data));
    expect(error).toBeInstanceOf(NotEnoughSpaceError);
    expect(error.message).toContain("kept");
  }
  expect(await files.read("kept")).toBe("old content");
  expect(await free()).toBe(before);
  const full = await commands.run("head -c 6000000 /dev/zero > big");
  expect(full.exitCode).not.toBe(0);
  expect(full.stderr).toContain("No space left on device");
  const { stderr } = await commands.run(
    "echo more >> kept; cat kept; echo 1234567890 > /dev/full; for i in $(seq 3000); do : > f$i || break; done",
  );
  expect(stderr).toContain("No space left on device");
  expect(await rejection(files.write("new", new Uint8Array(8192)))).toBeInstanceOf(NotEnoughSpaceError);
  expect(await files.read("kept")).toBe("old contentmore\n"); // in the block that it has
  await commands.run("rm -f big f*");
  await files.write("new", new Uint8Array(MIB));
  expect((await files.getInfo("new")).size).toBe(MIB);
});

test("the largest disk there may be", async () => {
  const sandbox = await newSandbox({ diskSizeBytes: 3584 * MIB });
  expect((await sandbox.commands.run("df -k / | tail -1")).stdout).toMatch(/ 3670016 /);
  await sandbox.files.write("f", "works");
  expect((await sandbox.commands.run("cat f; truncate -s 5G f 2> /dev/null; head -c 5 f")).stdout).toContain("works");
});

test("cat of what stands in /dev and /proc", async () => {
  const { commands } = await newSandbox();
  const run = async (cmd: string, options = {}) => {
    const { stdout, stderr, exitCode } = await commands.run(cmd, options);
    expect({ stderr, exitCode }, cmd).toEqual({ stderr: "", exitCode: 0 });
    return stdout;
  };
  expect(await run("cat /dev/null; echo x > /dev/null")).toBe("");
  expect(await run("head -c 3 /dev/zero | od -An -tx1")).toBe(" 00 00 00\n");
  for (const name of ["random", "urandom"]) {
    const [one, two] = [await run(`head -c 16 /dev/${name} | base64`), await run(`head -c 16 /dev/${name} | base64`)];
    expect(one).toHaveLength(25);
    expect(one).not.toBe(two);
  }
  expect(await run("cat /dev/stdin", { stdin: "in" })).toBe("in");
  expect(await run("cat /dev/fd/0", { stdin: "in" })).toBe("in");
  expect(await run("echo out > /dev/stdout")).toBe("out\n");
  expect((await commands.run("echo err > /dev/stderr")).stderr).toBe("err\n");
  expect((await commands.run("cat /dev/tty")).exitCode).toBe(1);
  for (const [name, shape] of Object.entries({
    meminfo: /^MemTotal: +\d+ kB\nMemFree: +\d+ kB\n/,
    cpuinfo: /^processor\t: 0\n/,
    uptime: /^\d+\.\d\d \d+\.\d\d\n$/,
    mounts: /^\w+ \/ \w+ rw/,
    stat: /^cpu +\d+ \d+ \d+ \d+.*\n(?:.*\n)*processes \d+\n/,
    loadavg: /^\d\.\d\d \d\.\d\d \d\.\d\d \d+\/\d+ \d+\n$/,
    version: /^Linux version /,
    "self/stat": /^\d+ \(cat\) R \d+ (?:-?\d+ ){47}-?\d+\n$/,
    "self/status": /^Name:\tcat\n(?:.*\n)*State:\tR \(running\)\n/,
    "self/cmdline": /^cat\0\/proc\/self\/cmdline\0$/,
  })) {
    expect(await run(`cat /proc/${name}`), name).toMatch(shape);
  }
  expect(await run("ls /proc/self/fd; readlink /proc/self/cwd /proc/self/exe")).toMatch(
    /^0\n1\n2\n(?:3\n)?\/home\/user\n\/usr\/bin\/readlink\n$/,
  );
});
