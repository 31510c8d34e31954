// Python as a process of the kernel: how it starts and ends, is interrupted and killed, and what is left of it.

import { expect } from "vitest";
import { pythonTest as test } from "./python.ts";
import { newSandbox } from "./sandboxes.ts";

test("its arguments, streams, files and exit status are a process's", async () => {
  const sandbox = await newSandbox();
  const run = async (cmd: string) => {
    const { exitCode, stdout, stderr } = await sandbox.commands.run(cmd);
    return [exitCode, stdout, stderr];
  };
  expect(await run("python3 -c 'print(1)'")).toEqual([0, "1\n", ""]);
  expect(await run("python3 -c 'import sys; print(sys.argv[1:]); sys.exit(3)' a 'b c'")).toEqual([
    3,
    "['a', 'b c']\n",
    "",
  ]);
  expect(
    await run("printf 'a\\nb\\n' | python3 -c 'import sys; print(sys.stdin.read().split())' | tr a-z A-Z"),
  ).toEqual([0, "['A', 'B']\n", ""]);
  expect(await run("echo 'print(open(\"/etc/hostname\").read())' > s.py; python3 s.py; python3 < s.py")).toEqual([
    0,
    "vibengine\n\nvibengine\n\n",
    "",
  ]);
  expect(await run("printf '#!/usr/bin/env python3\\nprint(__name__)\\n' > x; chmod +x x; ./x")).toEqual([
    0,
    "__main__\n",
    "",
  ]);
  expect((await run("python3 -c 'raise ValueError(1)'"))[0]).toBe(1);
  expect(
    await run("python3 -c 'import os; print(os.getpid() == int(os.environ[\"X\"]))' 2>/dev/null; echo $?"),
  ).toEqual([0, "1\n", ""]);
  expect(await run("yes | python3 -c 'import sys; print(next(sys.stdin))'")).toEqual([0, "y\n\n", ""]);
  const [status, first, error] = await run("python3 -c 'for i in range(10**6): print(i)' | head -n 1");
  expect([status, first]).toEqual([0, "0\n"]);
  expect(error).toMatch(/BrokenPipeError: .*Broken pipe\n/);
});

test("the files of the pack are read-only, and none of the sandbox's own", async () => {
  const sandbox = await newSandbox();
  const used = "df --output=used / | tail -n 1";
  const { stdout } = await sandbox.commands.run(
    `python3 -V; ${used}; ls /usr/local/lib/python315.zip | head -n 2; ${used}`,
  );
  const [version, before, , , after] = stdout.split("\n");
  expect(version).toMatch(/^Python 3\.\d+\.\d+$/);
  expect(Number(after)).toBeLessThan(2048);
  expect(after).toBe(before);
  const touched = await sandbox.commands.run("touch /usr/local/lib/python315.zip/x");
  expect(touched).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("Operation not permitted") });
});

test("SIGINT is a KeyboardInterrupt, in a loop that makes no call, in a sleep, and where it is caught", async () => {
  const sandbox = await newSandbox();
  const interrupted = async (script: string, signal = "INT") => {
    await sandbox.files.write("s.py", script);
    return sandbox.commands.run(
      `mkfifo ready; (trap - INT; exec python3 s.py) 3> ready & read x < ready; kill -${signal} $!; wait $!; s=$?; rm ready; exit $s`,
    );
  };
  const begin = "import os, time, signal\nos.write(3, b'x\\n')\n";
  const loop = await interrupted(`${begin}while True: pass\n`);
  expect(loop.exitCode).toBe(130);
  expect(loop.stderr).toMatch(/^Traceback \(most recent call last\):\n[^]*KeyboardInterrupt\n$/);
  expect((await interrupted(`${begin}time.sleep(60)\n`)).exitCode).toBe(130);
  expect(
    await interrupted(
      `import os\ntry:\n  os.write(3, b'x\\n')\n  while True: pass\nexcept KeyboardInterrupt:\n  print('caught')\n`,
    ),
  ).toMatchObject({ exitCode: 0, stdout: "caught\n" });
  const handler = "signal.signal(signal.SIGTERM, lambda n, f: (print('term', n), exit(7)))\n";
  expect(await interrupted(`import signal\n${handler}${begin}while True: pass\n`, "TERM")).toMatchObject({
    exitCode: 7,
    stdout: "term 15\n",
  });
  expect((await interrupted(`${begin}while True: pass\n`, "TERM")).exitCode).toBe(143);
  expect((await interrupted(`${begin}time.sleep(60)\n`, "TERM")).exitCode).toBe(143);
  expect((await interrupted(`${begin}while True: pass\n`, "KILL")).exitCode).toBe(137);
});

test("30 one after the other and 8 at once, and nothing is left over", { timeout: 60_000 }, async () => {
  const sandbox = await newSandbox();
  const { stdout } = await sandbox.commands.run("for i in $(seq 30); do python3 -c 'print(1)'; done | wc -l");
  expect(stdout.trim()).toBe("30");
  const atOnce = await sandbox.commands.run(
    "for i in $(seq 8); do python3 -c 'import sys; print(sys.argv[1])' $i & done | sort -n | tr -d '\\n'; wait",
  );
  expect(atOnce.stdout).toBe("12345678");
  expect((await sandbox.commands.run("ps -e | grep -c python3; ls /proc/self/fd | wc -l")).stdout).toBe("0\n3\n");
});

test("no JavaScript is within its reach, nor the network but through the kernel", async () => {
  const sandbox = await newSandbox();
  const script = `
import importlib.util, _host
print([name for name in ("js", "pyodide", "_pyodide_core") if importlib.util.find_spec(name)])
print(_host.call(b"eval\\0" + b"1"))
try:
    import socket; socket.socket()
except OSError as error:
    print(type(error).__name__)
`;
  await sandbox.files.write("s.py", script);
  expect((await sandbox.commands.run("python3 s.py")).stdout).toMatch(/^\[\]\nb'-52'\n\w+\n$/);
  const own = `python3 -c "import urllib.request; urllib.request.urlopen('${location.origin}/')"`;
  const refused = await sandbox.commands.run(own);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain("the page's own origin");
});
