// One sandbox, several tabs: a tab that goes away in the middle of things, and the sandbox's own end, as the others see them.

import type { Page } from "playwright";
import { expect, test } from "vitest";
import { connectedTab, openPage, servedPage, twoTabs } from "./harness.ts";

const served = servedPage();

/** Ends the process that shows the page, as a crash does. */
async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const crashed = new Promise((resolve) => page.once("crash", resolve));
  session.send("Page.crash").catch(() => {}); // it never answers
  await crashed;
}

for (const [how, leave] of [
  ["is closed", (page: Page) => page.close()],
  ["crashes", crash],
] as const) {
  test(`a connected tab ${how}: what it started goes on, and nothing waits for it`, async () => {
    const { browser, home, other, id } = await twoTabs(served.url);
    const pids = await other.evaluate(async () => {
      const { commands, files, pty } = window.tab.sandbox;
      let started = () => {};
      const begun = new Promise<void>((resolve) => {
        started = resolve;
      });
      // A reader that never takes the first piece, in three places at once.
      const never = () => {
        started();
        return new Promise<void>(() => {});
      };
      const loop =
        "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo line $i of many; : > watched/$i; done; read line; echo $line";
      await files.makeDir("watched");
      await files.watchDir("watched", () => window.tab.seen.push("event"));
      await files.read("/etc/passwd", { format: "stream" });
      const writer = await commands.run(loop, { background: true, stdin: true, onStdout: never });
      const terminal = await pty.create({ cols: 80, rows: 24, cmd: "seq 100000; echo over > shown", onData: never });
      commands.run("sleep 0.2; echo foreground > ended", { onStdout: never });
      await begun;
      return [writer.pid, terminal.pid];
    });
    await leave(other);
    const third = await connectedTab(browser, served.url, id);
    const after = await third.evaluate(async ([writer, terminal]) => {
      const { commands, files, pty } = window.tab.sandbox;
      const found = await commands.connect(writer!);
      await found.sendStdin("from the third\n");
      const { stdout } = await found.wait();
      const shown = await pty.connect(terminal!, { onData: () => {} });
      await shown.wait();
      while (!(await files.exists("ended"))) await new Promise((resolve) => setTimeout(resolve, 20));
      // The command that wrote it is told of as running until the kernel has heard that it is not.
      while ((await commands.list()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
      return { stdout, over: await files.read("shown") };
    }, pids);
    const lines = Array.from({ length: 3000 }, (_, i) => `line ${i + 1} of many\n`).join("");
    expect(after).toEqual({ stdout: `${lines}from the third\n`, over: "over\n" });
    expect(await home.evaluate(() => window.tab.sandbox.isRunning())).toBe(true);
  });

  test(`the tab that runs the sandbox ${how}: the others are told at once`, async () => {
    const { home, other } = await twoTabs(served.url);
    await other.evaluate(async () => {
      const { commands, files } = window.tab.sandbox;
      const told = (call: Promise<unknown>) =>
        call.then(
          () => "resolved",
          (error) => `${error instanceof window.vibengine.SandboxError} ${error.message} ${performance.now()}`,
        );
      const background = await commands.run("sleep 1000", { background: true });
      await files.makeDir("watched");
      const exit = new Promise((_, reject) => files.watchDir("watched", () => {}, { onExit: reject }));
      window.tab.pending = Promise.all([told(commands.run("sleep 1000")), told(background.wait()), told(exit)]);
      await files.exists("x");
    });
    const before = await other.evaluate(() => performance.now());
    await leave(home);
    const pending = (await other.evaluate(() => window.tab.pending)) as string[];
    for (const text of pending) {
      expect(text).toMatch(
        /^true the page that ran sandbox sb_\w+ has gone: Sandbox.connect\(id\) takes over from its last save /,
      );
      // Closing a page takes its time; the limit is there to tell an answer from a timeout.
      expect(Number(text.split(" ").at(-1)) - before).toBeLessThan(10_000);
    }
    const later = await other.evaluate(async () => {
      const { sandbox } = window.tab;
      const error = await sandbox.files.read("x").catch((reason) => reason);
      await sandbox.kill(); // nothing to do
      return [await sandbox.isRunning(), error.name, error.message];
    });
    expect(later).toEqual([false, "SandboxError", expect.stringContaining("has gone: Sandbox.connect(id)")]);
  });
}

test("pause, resume and kill by any tab end it everywhere, and every handle hears of them once", async () => {
  const { home, other, id } = await twoTabs(served.url);
  const listen = async () => {
    for (const event of ["paused", "resumed", "timeout", "killed"] as const) {
      window.tab.sandbox.on(event, () => window.tab.seen.push(event));
    }
    window.tab.sandbox.on("paused", () => window.tab.seen.push("never"))();
    await new Promise((resolve) => {
      const { commands } = window.tab.sandbox;
      window.tab.pending = commands.run("echo; sleep 1000", { onStdout: resolve }).catch(String);
    });
    await window.tab.sandbox.files.watchDir("/etc", () => {}, {
      onExit: (error) => window.tab.seen.push(String(error)),
    });
  };
  for (const page of [home, other]) await page.evaluate(listen);
  await other.evaluate(async () => {
    await window.tab.sandbox.files.write("note", "kept");
    await window.tab.sandbox.pause();
  });
  const exit = `SandboxNotFoundError: sandbox ${id} is paused: resume it by its id`;
  for (const page of [home, other]) {
    await expect.poll(() => page.evaluate(() => window.tab.seen.length)).toBe(2);
    expect((await page.evaluate(() => window.tab.seen)).toSorted()).toEqual([exit, "paused"]);
    await page.evaluate(() => {
      window.tab.seen = window.tab.seen.filter((text) => text === "paused");
    });
    const told = await page.evaluate(async () => [
      await window.tab.pending,
      await window.tab.sandbox.files.read("note").catch((error) => `${error.name}: ${error.message}`),
      await window.tab.sandbox.isRunning(),
    ]);
    expect(told).toEqual(["SandboxError: the sandbox was paused while the command ran", exit, false]);
  }
  // The roles change: now the other tab runs it.
  const note = await other.evaluate(async (sandboxId) => {
    const resumed = await window.vibengine.Sandbox.resume(sandboxId, { timeoutMs: 300_000 });
    resumed.on("resumed", () => window.tab.seen.push("its own"));
    return resumed.files.read("note");
  }, id);
  expect(note).toBe("kept");
  for (const page of [home, other]) {
    await expect.poll(() => page.evaluate(() => window.tab.seen)).toEqual(["paused", "resumed"]);
  }
  const killed = await home.evaluate(async (sandboxId) => {
    const { Sandbox } = window.vibengine;
    const sandbox = await Sandbox.connect(sandboxId);
    const note = await sandbox.files.read("note");
    await sandbox.kill();
    await sandbox.kill();
    return [note, await sandbox.isRunning(), await Sandbox.kill(sandboxId), await sandbox.getInfo().catch(String)];
  }, id);
  expect(killed).toEqual(["kept", false, false, `SandboxNotFoundError: sandbox ${id} was killed`]);
  for (const page of [home, other]) {
    await expect.poll(() => page.evaluate(() => window.tab.seen)).toEqual(["paused", "resumed", "killed"]);
  }
});

test("a timeout is told in every tab, under a running command too; an event that does not exist is an error", async () => {
  const { home, other, id } = await twoTabs(served.url);
  for (const page of [home, other]) {
    await page.evaluate(() => {
      window.tab.sandbox.on("timeout", () => window.tab.seen.push("timeout"));
      window.tab.pending = window.tab.sandbox.commands
        .run("sleep 1000")
        .catch((error) => `${error.name}: ${error.message}`);
    });
  }
  const wrong = await other.evaluate(() => {
    try {
      return String(window.tab.sandbox.on("finished" as "paused", () => {}));
    } catch (error) {
      return String(error);
    }
  });
  expect(wrong).toMatch(/^InvalidArgumentError: event must be .*"resumed".*"finished"/);
  await other.evaluate(() => window.tab.sandbox.keepAlive(300));
  for (const page of [home, other]) {
    await expect.poll(() => page.evaluate(() => window.tab.seen)).toEqual(["timeout"]);
    const told = await page.evaluate(async () => [
      await window.tab.pending,
      await window.tab.sandbox.getInfo().catch(String),
    ]);
    expect(told).toEqual([
      `TimeoutError: sandbox ${id} reached its timeout and was stopped`,
      `SandboxNotFoundError: sandbox ${id} reached its timeout and was stopped`,
    ]);
  }
});

test("connections leave nothing behind: no locks, channels, watches or open files", async () => {
  const { browser, home, other, id } = await twoTabs(served.url);
  await other.close();
  const third = await openPage(browser, served.url);
  const kernel = home.workers().find((worker) => worker.url().includes("kernel"))!;
  const count = () => {
    const counted = { open: 0 };
    const Plain = globalThis.BroadcastChannel;
    globalThis.BroadcastChannel = class extends Plain {
      #isOpen = true;
      constructor(name: string) {
        super(name);
        counted.open++;
      }
      override close() {
        if (this.#isOpen) counted.open--;
        this.#isOpen = false;
        super.close();
      }
    };
    Object.assign(globalThis, { counted });
  };
  await kernel.evaluate(count);
  await third.evaluate(count);
  const locks = () =>
    home.evaluate(async () => {
      const { held = [], pending = [] } = await navigator.locks.query();
      return [...held, ...pending].map((lock) => lock.name ?? "").filter((name) => /client|life/.test(name)).length;
    });
  const files = () =>
    home.evaluate(async () => (await window.tab.sandbox.commands.run("ls /proc/[0-9]*/fd | grep -c .")).stdout);
  await expect.poll(locks).toBe(1); // the kernel's own
  const before = await files();

  // Short ones, and pages that vanish with everything open: 256 directories can be watched at once.
  await third.evaluate(async (sandboxId) => {
    const { Sandbox } = window.vibengine;
    for (let i = 0; i < 50; i++) await Sandbox.getInfo(sandboxId);
    for (let i = 0; i < 30; i++) {
      const frame = document.createElement("iframe");
      frame.src = location.href;
      document.body.append(frame);
      await new Promise((resolve) => frame.addEventListener("load", resolve));
      const inside = frame.contentWindow as Window & typeof globalThis;
      const sandbox = await inside.vibengine.Sandbox.connect(sandboxId);
      for (let j = 0; j < 10; j++) await sandbox.files.watchDir("/tmp", () => {});
      await sandbox.files.read("/etc/passwd", { format: "stream" });
      frame.remove();
    }
  }, id);
  await expect.poll(locks).toBe(1);
  const left = () => (globalThis as unknown as { counted: { open: number } }).counted.open;
  await expect.poll(() => kernel.evaluate(left)).toBe(0);
  expect(await third.evaluate(left)).toBe(0);
  await expect.poll(files).toBe(before);

  await third.evaluate(async (sandboxId) => {
    const sandbox = await window.vibengine.Sandbox.connect(sandboxId);
    const undo = [sandbox.on("killed", () => {}), sandbox.on("resumed", () => {})];
    sandbox.on("paused", () => {});
    undo[0]!();
    await sandbox.kill();
  }, id);
  await expect.poll(locks).toBe(0);
  await expect.poll(() => third.evaluate(left)).toBe(0);
});

test("what others write to its channels does not disturb a connection", async () => {
  const { home, other, id } = await twoTabs(served.url);
  const answer = await home.evaluate(async (sandboxId) => {
    const { held = [] } = await navigator.locks.query();
    const client = held
      .map((lock) => lock.name ?? "")
      .find((name) => name.startsWith("vibengine:client:"))!
      .slice(17);
    const junk = [
      null,
      1,
      "x",
      [],
      [0],
      [0, null],
      [0, { id: 1 }],
      [0, { id: "a", type: "APPLY", argumentList: 5 }],
      [7, { id: "b" }],
    ];
    for (const name of [`vibengine:${sandboxId}`, `vibengine:${sandboxId}:${client}`, "vibengine"]) {
      const channel = new BroadcastChannel(name);
      for (const message of [...junk, { connect: 5 }, { connect: "nobody" }, { accept: 1 }, { sandboxId }])
        channel.postMessage(message);
      channel.close();
    }
    return client.length;
  }, id);
  expect(answer).toBe(36);
  expect(await other.evaluate(async () => (await window.tab.sandbox.commands.run("echo fine")).stdout)).toBe("fine\n");
});
