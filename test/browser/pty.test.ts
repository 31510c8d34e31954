// Terminals: what a user of a terminal emulator sees and types.

import { type CommandHandle, InvalidArgumentError, type PtyOptions, Sandbox } from "vibengine";
import { expect, onTestFinished, test } from "vitest";
import { assemble, install, newSandbox, pythonProgram, rejection } from "./sandboxes.ts";

const PATIENCE_MS = 15_000;

/** A terminal with a command in it, and what it has shown. */
async function open(sandbox: Sandbox, options: Partial<PtyOptions> = {}) {
  const decoder = new TextDecoder();
  let text = "";
  let wake = () => {};
  const take = (data: Uint8Array) => {
    text += decoder.decode(data, { stream: true });
    wake();
  };
  const handle: CommandHandle = await sandbox.pty.create({ cols: 80, rows: 24, onData: take, ...options });
  return {
    handle,
    take,
    get text() {
      return text;
    },
    type: (typed: string) => sandbox.pty.sendInput(handle.pid, typed),
    /** Resolves when the screen has shown it. */
    async shows(wanted: string) {
      const late = setTimeout(() => wake(), PATIENCE_MS);
      const deadline = performance.now() + PATIENCE_MS;
      while (!text.includes(wanted)) {
        if (performance.now() >= deadline) throw new Error(`no ${JSON.stringify(wanted)} in ${JSON.stringify(text)}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      clearTimeout(late);
    },
  };
}

test("a line is echoed, edited and read; \\n is shown as \\r\\n", async () => {
  const terminal = await open(await newSandbox(), { cmd: "echo name?; read x; echo hello $x" });
  await terminal.shows("name?\r\n");
  await terminal.type("Adx\x7fa\r");
  expect(await terminal.handle.wait()).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  expect(terminal.text).toBe("name?\r\nAdx\b \ba\r\nhello Ada\r\n");
});

test("0, 1 and 2 are a terminal, /dev/tty is it, too; cwd, envs and user count", async () => {
  const sandbox = await newSandbox();
  const terminal = await open(sandbox, {
    cmd: "[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo yes; echo asked > /dev/tty; pwd; echo $X $TERM; whoami",
    cwd: "/tmp",
    envs: { X: "x" },
    user: "root",
  });
  await terminal.handle.wait();
  expect(terminal.text).toBe("yes\r\nasked\r\n/tmp\r\nx xterm-256color\r\nroot\r\n");
  expect((await sandbox.commands.run("[ -t 0 ] || echo no; echo x > /dev/tty")).stdout).toBe("no\n");
});

test("^C interrupts, ^D is the end, and the command's status is the terminal's", async () => {
  const sandbox = await newSandbox();
  const sleeper = await open(sandbox, { cmd: "echo ready; sleep 60; echo no" });
  await sleeper.shows("ready");
  await sleeper.type("\x03");
  expect((await sleeper.handle.wait()).exitCode).toBe(130);
  expect(sleeper.text).toBe("ready\r\n^C");
  const reader = await open(sandbox, { cmd: "cat; exit 3" });
  await reader.type("text\n\x04");
  expect((await reader.handle.wait()).exitCode).toBe(3);
  expect(reader.text).toBe("text\r\ntext\r\n");
});

test("^C reaches a WASI program that computes, and one that reads the terminal", async () => {
  const sandbox = await newSandbox();
  await install(
    sandbox,
    "spin.wasm",
    await assemble('(module (memory (export "memory") 1) (func (export "_start") (loop (br 0))))'),
  );
  const terminal = await open(sandbox, { cmd: "echo ready; ./spin.wasm" });
  await terminal.shows("ready");
  await terminal.type("\x03");
  expect((await terminal.handle.wait()).exitCode).toBe(130);
});

test("the size, and SIGWINCH when it changes", async () => {
  const sandbox = await newSandbox();
  await install(sandbox, "size.wasm", await assemble(SIZE));
  const terminal = await open(sandbox, {
    cols: 100,
    rows: 30,
    cmd: "trap 'echo changed; ./size.wasm; echo $?; exit' WINCH; ./size.wasm; echo $?; while :; do sleep 0.05; done",
  });
  await terminal.shows("130\r\n");
  await sandbox.pty.resize(terminal.handle.pid, { cols: 50, rows: 20 });
  await terminal.handle.wait();
  expect(terminal.text).toBe("130\r\nchanged\r\n70\r\n");
});

/** Exits with rows + columns. */
const SIZE = `(module
  (import "vibengine" "winsize" (func $winsize (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (if (call $winsize (i32.const 0) (i32.const 0)) (then (call $exit (i32.const 255))))
    (call $exit (i32.add (i32.load16_u (i32.const 0)) (i32.load16_u (i32.const 2))))))`;

test("a slow screen slows the program, and nothing is lost", async () => {
  const sandbox = await newSandbox();
  let bytes = 0;
  let isBusy = false;
  const { handle } = await open(sandbox, {
    cmd: "seq 200000",
    onData: async (data) => {
      expect(isBusy).toBe(false);
      isBusy = true;
      bytes += data.length;
      await new Promise((resolve) => setTimeout(resolve, 1));
      isBusy = false;
    },
  });
  await handle.wait();
  expect(bytes).toBe(1_288_895 + 200_000);
}, 60_000);

test("kill, list, a second handle, and a hang-up for what is left behind", async () => {
  const sandbox = await newSandbox();
  const terminal = await open(sandbox, { cmd: "sleep 100 & echo ready; sleep 200" });
  await terminal.shows("ready");
  expect(await sandbox.commands.list()).toMatchObject([{ pid: terminal.handle.pid, cmd: "bash" }]);
  let seen = "";
  const second = await sandbox.pty.connect(terminal.handle.pid, {
    onData: (data) => {
      seen += new TextDecoder().decode(data);
    },
  });
  await terminal.type("hi");
  await terminal.shows("hi");
  expect(await sandbox.pty.kill(terminal.handle.pid)).toBe(true);
  expect((await second.wait()).exitCode).toBe(137);
  expect(seen).toBe("hi");
  const { stdout } = await sandbox.commands.run("ps -e -o args= | grep -c '^sleep'; ps -e -o comm= | grep -c '^ps'");
  expect(stdout).toBe("0\n1\n");
});

test("what can't be asked for", async () => {
  const sandbox = await newSandbox();
  const onData = () => {};
  const bad = [
    { cols: 0, rows: 24, onData },
    { cols: 80, rows: 1.5, onData },
    { cols: 80, rows: 24, onData: undefined as unknown as () => void },
    { cols: 80, rows: 24, onData, cmd: "a\0b" },
  ];
  for (const options of bad) expect(await rejection(sandbox.pty.create(options))).toBeInstanceOf(InvalidArgumentError);
  const { pid } = await sandbox.commands.run("sleep 10", { background: true });
  expect(await rejection(sandbox.pty.resize(pid, { cols: 1, rows: 1 }))).toBeInstanceOf(InvalidArgumentError);
  expect(await rejection(sandbox.pty.connect(99_999, { onData }))).toBeInstanceOf(InvalidArgumentError);
});

test("bash at a terminal: prompt, editing, completion, job control", async () => {
  const sandbox = await newSandbox();
  const terminal = await open(sandbox, { envs: { PS1: "$ " } });
  await terminal.shows("$ ");
  await terminal.type("ech\tone | tr a-z A-Z\r");
  await terminal.shows("ONE\r\n");
  await terminal.type("sh -c 'echo started; sleep 100'\r");
  await terminal.shows("started\r\n");
  await terminal.type("\x1a");
  await terminal.shows("Stopped");
  await terminal.type("kill %1; echo looping; while :; do :; done\r");
  await terminal.shows("looping\r\n");
  await terminal.type("\x03");
  await terminal.shows("^C");
  await terminal.type("echo status $?\r");
  await terminal.shows("status 130\r\n");
  await terminal.type("exit 4\r");
  expect((await terminal.handle.wait()).exitCode).toBe(4);
});

test("a REPL of a WASI program: it knows that it has a terminal, and ^D ends it", async () => {
  const sandbox = await newSandbox();
  await install(sandbox, "python.wasm", await pythonProgram());
  const terminal = await open(sandbox, { cmd: "./python.wasm -q" });
  await terminal.shows(">>> ");
  await terminal.type("import sys; sys.stdin.isatty(), 6 * 7\r");
  await terminal.shows("(True, 42)");
  await terminal.type("\x04");
  expect((await terminal.handle.wait()).exitCode).toBe(0);
});

test("VMIN and VTIME: a read in raw mode waits so long and for so many bytes; read -t ends in a terminal, too", async () => {
  const script = `stty -icanon -echo min 0 time 1; head -c 5 | wc -c
    stty min 3 time 0; echo ready; dd bs=10 count=1 2>/dev/null; echo .
    stty sane -echo; read -n1 -t 0.1 x; echo "st=$?"; echo again; read -n1 -t 15 x; echo "x=$x"`;
  const terminal = await open(await newSandbox(), { cmd: script });
  await terminal.shows("0\r\nready\r\n");
  for (const byte of ["a", "b", "c"]) await terminal.type(byte);
  await terminal.shows("abc.\r\nst=142\r\nagain\r\n");
  await terminal.type("y");
  await terminal.shows("x=y\r\n");
});

test("an inputrc, and keys bound in the startup file, hold in the terminal of a sandbox that was paused and resumed", async () => {
  const sandbox = await newSandbox();
  await sandbox.files.write("/home/user/.inputrc", '$if Bash\n"\\C-o": "typed by inputrc"\n$endif\n');
  await sandbox.files.write(
    "/home/user/.bashrc",
    `PS1='$ '; bind -x '"\\C-t": READLINE_LINE="echo [$READLINE_LINE]"; READLINE_POINT=6'\n`,
  );
  await sandbox.pause();
  const resumed = await Sandbox.resume(sandbox.sandboxId);
  onTestFinished(() => resumed.kill().then(() => {}));
  const terminal = await open(resumed);
  await terminal.shows("$ ");
  await terminal.type("echo \x0f\r");
  await terminal.shows("\x1b[?2004ltyped by inputrc\r\n");
  await terminal.type("line\x14X\r");
  await terminal.shows("\x1b[?2004l[Xline]\r\n");
  await terminal.type("set -o vi\r");
  await terminal.type("echo one two\x1bbcwthree\r");
  await terminal.shows("\x1b[?2004lone three\r\n");
});
