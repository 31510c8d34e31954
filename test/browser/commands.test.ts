// The commands API and the first shell, in a real worker.

import { FileNotFoundError, InvalidArgumentError, SandboxError, TimeoutError } from "vibengine";
import { expect, test } from "vitest";
import { newSandbox, rejection } from "./sandboxes.ts";

test("output, errors and exit status", async () => {
  const { commands } = await newSandbox();
  expect(await commands.run("echo out; echo err >&2; exit 3")).toEqual({
    exitCode: 3,
    stdout: "out\n",
    stderr: "err\n",
  });
  expect(await commands.run("")).toEqual({ exitCode: 0, stdout: "", stderr: "" });
});

test("a command that is not there is 127, garbage and non-executables 126", async () => {
  const { commands, files } = await newSandbox();
  const missing = await commands.run("no-such-command");
  expect(missing.exitCode).toBe(127);
  expect(missing.stderr).toContain("no-such-command: command not found");
  await files.write("garbage.wasm", Uint8Array.of(0, 0x61, 0x73, 0x6d, 9, 9, 9, 9));
  const plain = await commands.run("./garbage.wasm");
  expect(plain.exitCode).toBe(126);
  expect(plain.stderr).toContain("Permission denied");
  const garbage = await commands.run("chmod +x garbage.wasm; ./garbage.wasm");
  expect(garbage.exitCode).toBe(126);
  expect(garbage.stderr).toContain("cannot execute binary file");
  expect(garbage.stderr).toContain("garbage.wasm");
});

test("cwd, envs and user", async () => {
  const { commands } = await newSandbox({ envs: { FROM: "sandbox", BOTH: "sandbox" } });
  const { stdout } = await commands.run('pwd; echo "$FROM $BOTH $HOME"; whoami', {
    cwd: "/tmp",
    envs: { BOTH: "command" },
  });
  expect(stdout).toBe("/tmp\nsandbox command /home/user\nuser\n");
  expect((await commands.run("whoami; pwd", { user: "root" })).stdout).toBe("root\n/root\n");
  expect(await rejection(commands.run("true", { cwd: "/nowhere" }))).toBeInstanceOf(FileNotFoundError);
  expect(await rejection(commands.run("true", { cwd: "/etc/passwd" }))).toBeInstanceOf(InvalidArgumentError);
});

test("stdin: absent is its end, text and bytes are given, open is fed", async () => {
  const { commands } = await newSandbox();
  expect((await commands.run("cat; echo end")).stdout).toBe("end\n");
  expect((await commands.run("tr a-z A-Z", { stdin: "some text" })).stdout).toBe("SOME TEXT");
  const large = new Uint8Array(1_000_000).fill(0x61);
  expect((await commands.run("wc -c", { stdin: large })).stdout.trim()).toBe("1000000");
  const handle = await commands.run("cat", { background: true, stdin: true });
  await handle.sendStdin("one ");
  await handle.sendStdin("two");
  await handle.closeStdin();
  expect((await handle.wait()).stdout).toBe("one two");
});

test("callbacks get the output in order as it comes, UTF-8 across the borders of pieces", async () => {
  const { commands } = await newSandbox();
  const pieces: string[] = [];
  let isBusy = false;
  const result = await commands.run("printf '\\303'; sleep 0.05; printf '\\251'; echo; seq 20000", {
    onStdout: async (text) => {
      expect(isBusy).toBe(false);
      isBusy = true;
      await new Promise((resolve) => setTimeout(resolve, 1));
      isBusy = false;
      pieces.push(text);
    },
  });
  expect(pieces.join("")).toBe(result.stdout);
  expect(result.stdout.startsWith("é\n1\n2\n")).toBe(true);
  expect(result.stdout.endsWith("\n20000\n")).toBe(true);
});

test("a command's timeout kills it and everything it started", async () => {
  const { commands } = await newSandbox();
  const error = await rejection(commands.run("sleep 60 | cat", { timeoutMs: 100 }));
  expect(error).toBeInstanceOf(TimeoutError);
  expect(error.message).toContain("timeoutMs of 100");
  expect(await commands.list()).toEqual([]);
  expect((await rejection(commands.run("true", { timeoutMs: -1 }))).message).toContain("got -1");
});

test("an AbortSignal kills the command", async () => {
  const { commands } = await newSandbox();
  const controller = new AbortController();
  const aborted = rejection(commands.run("sleep 60", { signal: controller.signal }));
  await commands.run("true");
  controller.abort("enough");
  expect(await aborted).toBeInstanceOf(SandboxError);
  expect((await aborted).message).toContain("aborted: enough");
});

test("background commands: handle, list, kill", async () => {
  const { commands } = await newSandbox();
  let isUp = () => {};
  const up = new Promise<void>((resolve) => {
    isUp = resolve;
  });
  const handle = await commands.run("echo started; sleep 60", { background: true, onStdout: () => isUp() });
  await up;
  expect(await commands.list()).toMatchObject([{ pid: handle.pid, cmd: "sh", args: ["-c", "echo started; sleep 60"] }]);
  expect(handle.exitCode).toBeUndefined();
  expect(await handle.kill("SIGTERM")).toBe(true);
  expect(await handle.wait()).toMatchObject({ exitCode: 143, stdout: "started\n" });
  expect(handle.exitCode).toBe(143);
  expect(handle.stdout).toBe("started\n");
  expect(await handle.kill()).toBe(false);
});

test("pipelines run at the same time: an endless producer ends with its reader", async () => {
  const { commands } = await newSandbox();
  expect(await commands.run("yes | head -1")).toEqual({ exitCode: 0, stdout: "y\n", stderr: "" });
  expect((await commands.run("yes | head -100000 | wc -l")).stdout.trim()).toBe("100000");
});

test("100 kB of random bytes pass through cat | cat unchanged", async () => {
  const { commands, files } = await newSandbox();
  const { exitCode, stderr } = await commands.run(
    "head -c 100000 /dev/urandom > in; cat in | cat | cat > out; cmp in out",
  );
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect((await files.getInfo("out")).size).toBe(100_000);
});

test("a busy loop in the shell harms nothing and is killed at once", async () => {
  const { commands } = await newSandbox();
  const handle = await commands.run("while :; do :; done", { background: true });
  expect((await commands.run("echo alive")).stdout).toBe("alive\n");
  await handle.kill();
  expect((await handle.wait()).exitCode).toBe(137);
});

test("a script of the everyday kind", async () => {
  const { commands, files } = await newSandbox();
  await files.write(
    "script.sh",
    [
      "#!/bin/sh",
      'count() { for f in "$@"; do case $f in *.txt) n=$((n + 1)) ;; esac; done; }',
      "n=0",
      "mkdir -p d && cd d || exit 1",
      "for i in $(seq 5); do echo line $i > $i.txt; done",
      "touch other",
      "count *",
      'echo "$n files, $(cat *.txt | wc -w) words"',
      "if ! grep -q 'line 9' *.txt; then echo none; fi",
      "ls | sort -r | head -2",
    ].join("\n"),
  );
  expect((await commands.run("chmod +x script.sh && ./script.sh")).stdout).toBe(
    "5 files, 10 words\nnone\nother\n5.txt\n",
  );
});

test("connect: what was written before, and what comes from then on", async () => {
  const { commands } = await newSandbox();
  const first = await commands.run("echo one; read x; echo two; read x; echo three", { background: true, stdin: true });
  for await (const { stdout } of first) if (stdout === "one\n") break;
  let heard = "";
  const second = await commands.connect(first.pid, {
    onStdout: (text) => {
      heard += text;
    },
  });
  expect(second.stdout).toBe("one\n");
  await second.sendStdin("\n");
  for await (const { stdout } of second) if (stdout?.includes("two")) break;
  first.disconnect();
  await commands.sendStdin(first.pid, "\n");
  expect((await second.wait()).stdout).toBe("one\ntwo\nthree\n");
  expect(heard).toBe("two\nthree\n");
  expect(second.stdout).toBe("one\ntwo\nthree\n");
  expect(first.stdout).toBe("one\ntwo\n");
  expect(await rejection(commands.connect(99_999))).toBeInstanceOf(InvalidArgumentError);
});

test("a loop over a handle gets every piece in order, and ends with the command", async () => {
  const { commands } = await newSandbox();
  const handle = await commands.run("seq 30000; echo err >&2", { background: true });
  let out = "";
  let err = "";
  for await (const piece of handle) {
    out += piece.stdout ?? "";
    err += piece.stderr ?? "";
  }
  expect(out).toBe((await handle.wait()).stdout);
  expect(out.endsWith("\n30000\n")).toBe(true);
  expect(err).toBe("err\n");
  const again = [];
  for await (const piece of handle) again.push(piece);
  expect(again).toEqual([{ stdout: out }, { stderr: "err\n" }]);
});

test("past maxOutputBytes the result is cut and says so; callbacks get everything", async () => {
  const { commands } = await newSandbox();
  let length = 0;
  const result = await commands.run("seq 100000", {
    maxOutputBytes: 1000,
    onStdout: (text) => {
      length += text.length;
    },
  });
  expect(result.truncated).toBe(true);
  expect(result.stdout.length).toBe(1000);
  expect(length).toBe(588_895);
  const handle = await commands.run("seq 100000", { background: true, maxOutputBytes: 10 });
  expect(await handle.wait()).toMatchObject({ stdout: "1\n2\n3\n4\n5\n", truncated: true });
  expect(handle.stdout).toBe("1\n2\n3\n4\n5\n");
  expect(await rejection(commands.run("true", { maxOutputBytes: -1 }))).toBeInstanceOf(InvalidArgumentError);
});

test("builtins whose code comes with the tools", async () => {
  const { commands } = await newSandbox();
  const script = `
    ulimit -n
    compgen -W 'ab b' a
    history -s one; history
    printf '%.2f %(%Y)T\\n' 1.5 0
    [[ ab12 =~ ([a-z]+)([0-9]+) ]] && echo "\${BASH_REMATCH[2]}"
    f() { echo; }; type f
    pushd / >/dev/null && dirs`;
  const { stdout, stderr, exitCode } = await commands.run(script);
  expect({ stdout, stderr, exitCode }).toEqual({
    stdout: "1024\nab\n    1  one\n1.50 1970\n12\nf is a function\nf () \n{ \n    echo\n}\n/ ~\n",
    stderr: "",
    exitCode: 0,
  });
});
