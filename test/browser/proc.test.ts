// /proc and /dev/fd, as a shell, its tools, a WebAssembly program and the files API see them.

import { expect, test } from "vitest";
import { newSandbox, rejection } from "./sandboxes.ts";

test("programs read what they look for", async () => {
  const { commands } = await newSandbox();
  const run = async (cmd: string) => {
    const { stdout, stderr, exitCode } = await commands.run(cmd);
    expect({ stderr, exitCode }, cmd).toEqual({ stderr: "", exitCode: 0 });
    return stdout;
  };
  expect(await run("cat /proc/meminfo")).toMatch(/^MemTotal: +\d+ kB\n/);
  expect(Number(await run("grep -c ^processor /proc/cpuinfo"))).toBe(navigator.hardwareConcurrency);
  expect(await run("tr '\\0' ' ' < /proc/self/cmdline")).toBe("tr \\0   ");
  expect(await run("sed -n 's/^Name:.//p' /proc/self/status")).toBe("sed\n");
  expect(await run("readlink /proc/self/cwd /proc/self/exe")).toBe("/home/user\n/usr/bin/readlink\n");
  expect(await run("cd /proc/self && pwd -P && cat comm")).toMatch(/^\/proc\/\d+\nsh\n$/);
  expect(await run("cd /proc/self/fd && ls | head -3")).toBe("0\n1\n2\n");
  expect(await run("ls -l /proc/self/fd < /etc/passwd")).toContain(" 0 -> /etc/passwd\n");
  expect(await run("ls -ld /dev/fd /proc/self")).toMatch(/ \/dev\/fd -> \/proc\/self\/fd\n.* \/proc\/self -> \d+\n$/);
  expect(await run("find / -name meminfo; find /proc/self/ -name status")).toMatch(
    /^\/proc\/meminfo\n\/proc\/self\/status\n$/,
  );
  expect(await run("du -s /proc/self/")).toBe("0\t/proc/self/\n");
  // The kernel's own fds come and go meanwhile.
  expect(await run("du -s / 2> /dev/null > /dev/null; echo done")).toBe("done\n");
  expect(await run("cat /proc/$$/comm; [ -d /proc/$PPID ] && [ ! -e /proc/99999 ] && echo there")).toBe("sh\nthere\n");
});

test("/dev/fd: process substitution for tools, a here document, an fd that both sides share", async () => {
  const { commands } = await newSandbox();
  const { stdout } = await commands.run(
    "bash -c 'cat <(echo one) <(echo two); cmp <(seq 9) <(seq 9) && echo same; exec 7<<< seven; cat /dev/fd/7; echo out | cat /dev/fd/0; echo err > /dev/fd/1'",
  );
  expect(stdout).toBe("one\ntwo\nsame\nseven\nout\nerr\n");
});

test("nothing in /proc can be written or removed", async () => {
  const { commands, files } = await newSandbox();
  const { stderr } = await commands.run(
    "echo x > /proc/meminfo; rm -f /proc/uptime; rmdir /proc; mkdir /proc/x; mkdir -p /proc/self",
  );
  expect(stderr).toMatch(/Permission denied\n.*not permitted\n.*busy\n.*not permitted\n$/);
  expect((await rejection(files.write("/proc/meminfo", "x"))).name).toBe("SandboxError");
  expect(await files.read("/proc/version")).toMatch(/^Linux version /);
  expect((await files.list("/proc")).map((entry) => entry.name)).toContain("self");
});

test("ps shows the processes of a pipeline, in every form", async () => {
  const { commands } = await newSandbox();
  const background = await commands.run("sleep 30.5", { background: true });
  const { stdout } = await commands.run("sleep 30.25 & ps -ef; kill $!");
  expect(stdout).toMatch(/^UID +PID +PPID +C STIME TTY +TIME CMD\n/);
  expect(stdout).toMatch(/\nuser +\d+ +\d+ +\d+ \d\d:\d\d \? +00:00:00 sleep 30\.25\n/);
  expect(stdout).toContain("sleep 30.5\n");
  expect((await commands.run("ps aux")).stdout).toMatch(
    /^USER +PID %CPU %MEM +VSZ +RSS TTY +STAT START +TIME COMMAND\n/,
  );
  expect((await commands.run(`ps -p ${background.pid}`)).stdout).toMatch(
    /^ +PID TTY +TIME CMD\n +\d+ \? +00:00:00 \w+\n$/,
  );
  expect((await commands.run("ps -p 99999")).exitCode).toBe(1);
  await background.kill();
});

test("a paused sandbox comes back without it", async () => {
  const sandbox = await newSandbox();
  await sandbox.pause();
  const again = await (await import("vibengine")).Sandbox.resume(sandbox.sandboxId);
  const { stdout } = await again.commands.run("cat /proc/self/comm; ls /dev/fd");
  expect(stdout).toBe("cat\n0\n1\n2\n");
});
