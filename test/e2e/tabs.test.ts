// One sandbox, several tabs: what a handle from `Sandbox.connect` does while the tab that runs the sandbox lives.

import { expect, test } from "vitest";
import { connectedTab, newProfile, openBrowser, openPage, servedPage, twoTabs } from "./harness.ts";

const served = servedPage();

test("commands: results, output as it comes, stdin, a handle, a loop over it, kill, abort", async () => {
  const { home, other } = await twoTabs(served.url);
  // The home tab follows the same command, started by the other one.
  const pid = await other.evaluate(async () => {
    const { sandbox, seen } = window.tab;
    const onStdout = (text: string) => {
      seen.push(text);
    };
    window.tab.handle = await sandbox.commands.run("while read line; do echo got $line; done; exit 3", {
      background: true,
      stdin: true,
      onStdout,
    });
    await window.tab.handle.sendStdin("one\n");
    return window.tab.handle.pid;
  });
  await home.evaluate(async (found) => {
    const onStdout = (text: string) => {
      window.tab.seen.push(text);
    };
    window.tab.handle = await window.tab.sandbox.commands.connect(found, { onStdout });
  }, pid);
  await expect.poll(() => other.evaluate(() => window.tab.seen)).toEqual(["got one\n"]); // it still runs
  const ended = await other.evaluate(async () => {
    await window.tab.handle.sendStdin("two\n");
    await window.tab.handle.closeStdin();
    const { exitCode, stdout } = await window.tab.handle.wait();
    return { exitCode, stdout, kept: window.tab.handle.stdout };
  });
  expect(ended).toEqual({ exitCode: 3, stdout: "got one\ngot two\n", kept: "got one\ngot two\n" });
  expect(await home.evaluate(async () => (await window.tab.handle.wait()).stdout)).toBe("got one\ngot two\n");
  expect((await home.evaluate(() => window.tab.seen.join(""))).endsWith("got two\n")).toBe(true);

  const rest = await other.evaluate(async () => {
    const { commands } = window.tab.sandbox;
    const { stdout, stderr, exitCode } = await commands.run("cat; echo oops >&2; false", { stdin: "given" });
    const looped: string[] = [];
    const counting = await commands.run("for i in 1 2 3; do echo $i; done", { background: true });
    for await (const piece of counting) looped.push(piece.stdout ?? "");
    const sleeper = await commands.run("sleep 1000", { background: true });
    const listed = (await commands.list()).map((process) => process.pid);
    const killed = await sleeper.kill();
    const code = (await sleeper.wait()).exitCode;
    const abort = new AbortController();
    const aborted = commands.run("echo started; sleep 1000", {
      signal: abort.signal,
      onStdout: () => abort.abort("enough"),
    });
    const traced: string[] = [];
    await commands.run("echo x > made", { onTrace: (line) => traced.push(line) });
    return {
      result: { stdout, stderr, exitCode },
      looped: looped.join(""),
      isListed: listed.includes(sleeper.pid),
      killed,
      code,
      aborted: await aborted.catch(String),
      isTraced: traced.some((line) => line.includes("made")),
    };
  });
  expect(rest).toEqual({
    result: { stdout: "given", stderr: "oops\n", exitCode: 1 },
    looped: "1\n2\n3\n",
    isListed: true,
    killed: true,
    code: 137,
    aborted: "SandboxError: the command was aborted: enough",
    isTraced: true,
  });
});

test("a terminal opened at home, typed into and looked at from another tab", async () => {
  const { home, other } = await twoTabs(served.url);
  const pid = await home.evaluate(async () => {
    const onData = (data: Uint8Array) => {
      window.tab.seen.push(new TextDecoder().decode(data));
    };
    window.tab.handle = await window.tab.sandbox.pty.create({ cols: 80, rows: 24, onData });
    return window.tab.handle.pid;
  });
  await other.evaluate(async (found) => {
    const { pty } = window.tab.sandbox;
    const onData = (data: Uint8Array) => {
      window.tab.seen.push(new TextDecoder().decode(data));
    };
    window.tab.handle = await pty.connect(found, { onData });
    await pty.resize(found, { cols: 101, rows: 33 });
    await pty.sendInput(found, "stty size; echo $((6*7))\n");
  }, pid);
  for (const page of [home, other]) {
    await expect.poll(() => page.evaluate(() => window.tab.seen.join(""))).toMatch(/33 101\r\n42\r\n/);
  }
  await other.evaluate(() => window.tab.sandbox.pty.sendInput(window.tab.handle.pid, "exit 5\n"));
  for (const page of [home, other]) {
    expect(await page.evaluate(async () => (await window.tab.handle.wait()).exitCode)).toBe(5);
  }
});

test("files: megabytes there and back, streams, and errors of their own class", async () => {
  const { home, other } = await twoTabs(served.url);
  const result = await other.evaluate(async () => {
    const { files } = window.tab.sandbox;
    const sum = async (bytes: Uint8Array<ArrayBuffer>) =>
      String(new Uint32Array(await crypto.subtle.digest("SHA-256", bytes)));
    const bytes = new Uint8Array(5_000_000);
    for (let at = 0; at < bytes.length; at += 50_000) crypto.getRandomValues(bytes.subarray(at, at + 50_000));
    const want = await sum(bytes);
    await files.write("big", bytes);
    await files.write("streamed", new Blob([bytes]));
    const read = [await files.read("big", { format: "bytes" })];
    const stream = await files.read("streamed", { format: "stream" });
    read.push(new Uint8Array(await new Response(stream).arrayBuffer()));
    const shared = new Uint8Array(new SharedArrayBuffer(3));
    shared.set([104, 105, 10]);
    const { stdout } = await window.tab.sandbox.commands.run("cat", { stdin: shared });
    return {
      sizes: read.map((one) => one.length),
      same: (await Promise.all(read.map(sum))).every((one) => one === want),
      stdout,
    };
  });
  expect(result).toEqual({ sizes: [5_000_000, 5_000_000], same: true, stdout: "hi\n" });
  expect(await home.evaluate(async () => (await window.tab.sandbox.commands.run("wc -c < streamed")).stdout)).toBe(
    "5000000\n",
  );

  const errors = await other.evaluate(async () => {
    const { FileNotFoundError, InvalidArgumentError, TimeoutError } = window.vibengine;
    const { files, commands } = window.tab.sandbox;
    const caught = (call: Promise<unknown>) => call.catch((error) => error);
    return [
      (await caught(files.read("nowhere"))) instanceof FileNotFoundError,
      (await caught(files.read("/etc"))) instanceof InvalidArgumentError,
      (await caught(commands.run("sleep 100", { timeoutMs: 20 }))) instanceof TimeoutError,
    ];
  });
  expect(errors).toEqual([true, true, true]);
});

test("watchDir across tabs, and what the sandbox tells of itself", async () => {
  const { home, other, id } = await twoTabs(served.url);
  await other.evaluate(async () => {
    await window.tab.sandbox.files.makeDir("watched");
    window.tab.pending = new Promise((resolve) => {
      window.tab.sandbox.files
        .watchDir("watched", ({ type, name }) => window.tab.seen.push(`${type} ${name}`), {
          onExit: (error) => resolve(String(error)),
        })
        .then(() => window.tab.seen.push("ready"));
    });
  });
  await expect.poll(() => other.evaluate(() => window.tab.seen)).toEqual(["ready"]);
  await home.evaluate(() => window.tab.sandbox.commands.run("cd watched; : > a; mv a b; rm b; cd ..; rmdir watched"));
  expect(await other.evaluate(() => window.tab.pending)).toMatch(/^FileNotFoundError: .*no longer watched/);
  expect(await other.evaluate(() => window.tab.seen)).toEqual([
    "ready",
    "create a",
    "rename a",
    "create b",
    "remove b",
  ]);

  const told = await other.evaluate(async (sandboxId) => {
    const { Sandbox } = window.vibengine;
    const { sandbox } = window.tab;
    await sandbox.keepAlive(500_000);
    const info = await sandbox.getInfo();
    return {
      same: (await Sandbox.connect(sandboxId)) === sandbox,
      isRunning: await sandbox.isRunning(),
      state: info.state,
      left: (info.endAt as Date).getTime() - Date.now() > 400_000,
      samples: (await sandbox.getMetrics()).length > 0,
      disk: await sandbox.fsck(),
    };
  }, id);
  expect(told).toEqual({
    same: true,
    isRunning: true,
    state: "running",
    left: true,
    samples: true,
    disk: { problems: [], isClean: true },
  });
  expect(
    await home.evaluate(
      async (sandboxId) => (await window.vibengine.Sandbox.connect(sandboxId)) === window.tab.sandbox,
      id,
    ),
  ).toBe(true);
});

test("a slow reader in another tab holds the program back", async () => {
  const { home, other } = await twoTabs(served.url);
  await other.evaluate(async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    Object.assign(window, { open });
    const onStdout = async (text: string) => {
      window.tab.seen.push(String(text.length));
      await gate;
    };
    // The size says how far the writer has come: it can't be further than the pipe and one piece hold.
    window.tab.pending = window.tab.sandbox.commands.run(
      "for i in $(seq 400); do head -c 10000 /dev/zero; echo $i > /tmp/at; done",
      {
        onStdout,
      },
    );
  });
  await expect.poll(() => other.evaluate(() => window.tab.seen.length)).toBe(1);
  const at = () =>
    home.evaluate(() => window.tab.sandbox.commands.run("cat /tmp/at").then(({ stdout }) => Number(stdout)));
  let last = -1;
  const hasStopped = async () => {
    const before = last;
    last = await at();
    return last > 0 && last === before;
  };
  await expect.poll(hasStopped).toBe(true);
  expect(await at()).toBeLessThan(100);
  await other.evaluate(() => (window as unknown as { open(): void }).open());
  expect(await other.evaluate(async () => ((await window.tab.pending) as { stdout: string }).stdout.length)).toBe(
    4_000_000,
  );
  expect(await at()).toBe(400);
});

test("three tabs at once", async () => {
  const { browser, home, other, id } = await twoTabs(served.url);
  const third = await connectedTab(browser, served.url, id);
  const all = await Promise.all(
    [home, other, third].map((page, tab) =>
      page.evaluate(async (number) => {
        let out = "";
        const onStdout = (text: string) => {
          out += text;
        };
        const loop = "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo $TAB $i; done";
        const runs = Array.from({ length: 5 }, () =>
          window.tab.sandbox.commands.run(loop, { envs: { TAB: String(number) } }),
        );
        const { stdout } = await window.tab.sandbox.commands.run(loop, { envs: { TAB: String(number) }, onStdout });
        return [out, stdout, ...(await Promise.all(runs)).map((run) => run.stdout)];
      }, tab),
    ),
  );
  all.forEach((outputs, tab) => {
    const want = Array.from({ length: 200 }, (_, i) => `${tab} ${i + 1}\n`).join("");
    expect(outputs).toEqual(Array(7).fill(want));
  });
});

test("the statics work on a sandbox of another tab; of none, they say so", async () => {
  const browser = await openBrowser(newProfile());
  const [home, other] = [await openPage(browser, served.url), await openPage(browser, served.url)];
  const id = await home.evaluate(async () => {
    const sandbox = await window.vibengine.Sandbox.create({ timeoutMs: 300_000, metadata: { who: "ada" } });
    window.tab = Object.assign({}, window.tab, { sandbox });
    return sandbox.sandboxId;
  });
  const told = await other.evaluate(async (sandboxId) => {
    const { Sandbox, SandboxNotFoundError } = window.vibengine;
    await Sandbox.keepAlive(sandboxId, 900_000);
    const running = await Sandbox.getInfo(sandboxId);
    const samples = await Sandbox.getMetrics(sandboxId);
    await Sandbox.pause(sandboxId);
    const paused = await Sandbox.getInfo(sandboxId);
    const errors = await Promise.all(
      [
        Sandbox.connect(sandboxId),
        Sandbox.pause(sandboxId),
        Sandbox.keepAlive(sandboxId, 1000),
        Sandbox.getMetrics(sandboxId),
        Sandbox.getInfo("sb_none"),
        Sandbox.connect("sb_none"),
      ].map((call) => call.catch((error) => (error instanceof SandboxNotFoundError ? error.message : String(error)))),
    );
    return {
      states: [running.state, paused.state],
      who: [running.metadata, paused.metadata],
      left: (running.endAt as Date).getTime() - Date.now() > 800_000,
      samples: samples.length > 0,
      errors,
      killed: [await Sandbox.kill(sandboxId), await Sandbox.kill(sandboxId)],
    };
  }, id);
  const isPaused = `sandbox ${id} is paused: resume it by its id`;
  const isNone = "there is no sandbox sb_none: it was killed, timed out, or never existed";
  expect(told).toEqual({
    states: ["running", "paused"],
    who: [{ who: "ada" }, { who: "ada" }],
    left: true,
    samples: true,
    errors: [isPaused, isPaused, isPaused, isPaused, isNone, isNone],
    killed: [true, false],
  });
  expect(await home.evaluate(() => window.tab.sandbox.isRunning())).toBe(false);
});
