// Python as a process: its command line, its children, its signals, its one thread, its prompt.

import type { Sandbox } from "vibengine";
import { expect } from "vitest";
import { pythonTest as test } from "./python.ts";
import { newSandbox } from "./sandboxes.ts";

const PATIENCE_MS = 60_000;

/** What a command printed and ended with. */
async function ran(sandbox: Sandbox, cmd: string) {
  const { stdout, stderr, exitCode } = await sandbox.commands
    .run(cmd, { timeoutMs: 30_000 })
    .catch((error: { stdout: string; stderr: string; exitCode: number }) => error);
  return { stdout, stderr, exitCode };
}

/** What a script prints; it must end well. */
async function prints(sandbox: Sandbox, script: string): Promise<string[]> {
  await sandbox.files.write("/tmp/script.py", script);
  const { stdout, stderr, exitCode } = await ran(sandbox, "python3 /tmp/script.py");
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  return stdout.trimEnd().split("\n");
}

test("the command line", { timeout: PATIENCE_MS }, async () => {
  const sandbox = await newSandbox();
  await sandbox.files.write("/tmp/s.py", "import sys\nprint(sys.argv, sys.path[0], __name__, __file__)\n");
  await sandbox.files.write("/tmp/pkg/__init__.py", "");
  await sandbox.files.write("/tmp/pkg/__main__.py", "import sys\nprint(sys.argv, __package__)\n");
  const cases: [string, string][] = [
    ["python3 --version", "Python 3.15.0\n"],
    [
      "python3 -c 'import sys; print(sys.argv, sys.path[0] == \"\", sys.executable, sys.prefix)' a -b",
      "['-c', 'a', '-b'] True /usr/bin/python3 /usr/local\n",
    ],
    ["cd /tmp; python3 s.py -x", "['s.py', '-x'] /tmp __main__ /tmp/s.py\n"],
    ["cd /tmp; python3 -m pkg a", "['/tmp/pkg/__main__.py', 'a'] pkg\n"],
    ["cd /tmp; python3 pkg a", "['pkg', 'a'] \n"],
    ["echo 'print(7)' | python3", "7\n"],
    ["echo 'import sys; print(sys.argv)' | python3 - a", "['-', 'a']\n"],
    ["python3 -Sc 'import sys; print(sys.flags.no_site)'", "1\n"],
    ["python3 -Sc '\n  import sys\n\n  if 1:\n    print(\"re\" in sys.modules)\n '", "False\n"],
    ["python3 -bbc 'import sys; print(sys.warnoptions)'", "['error::BytesWarning']\n"],
    ["PYTHONPATH=/x:/y python3 -c 'import sys; print(sys.path[1:3])'", "['/x', '/y']\n"],
    ['PYTHONPATH=/x python3 -Ic \'import sys; print("/x" in sys.path, "" in sys.path)\'', "False False\n"],
    ["python3 -OOc 'assert 0; print(__debug__)'", "False\n"],
    ["echo 'print(x)' | python3 -iqc 'x = 3' 2> /dev/null", "3\n"],
    ["cd /tmp; python3 -c 'import pkg'; ls pkg/__pycache__/*init*", "pkg/__pycache__/__init__.cpython-315.pyc\n"],
  ];
  for (const [cmd, stdout] of cases)
    expect([cmd, await ran(sandbox, cmd)]).toEqual([cmd, { stdout, stderr: "", exitCode: 0 }]);
});

test("how it ends", { timeout: PATIENCE_MS }, async () => {
  const sandbox = await newSandbox();
  await sandbox.files.write("/tmp/t.py", 'def f(x):\n    return x["a"]\n\nf({})\n');
  expect(await ran(sandbox, "python3 /tmp/t.py")).toEqual({
    exitCode: 1,
    stdout: "",
    stderr:
      'Traceback (most recent call last):\n  File "/tmp/t.py", line 4, in <module>\n    f({})\n    ~^^^^\n  File "/tmp/t.py", line 2, in f\n' +
      "    return x[\"a\"]\n           ~^^^^^\nKeyError: 'a'\n",
  });
  // No frame of what stands for C functions.
  expect((await ran(sandbox, `python3 -c 'import os; os.chdir("/no")'`)).stderr).toBe(
    'Traceback (most recent call last):\n  File "<string>", line 1, in <module>\n    import os; os.chdir("/no")\n' +
      "               ~~~~~~~~^^^^^^^\nFileNotFoundError: [Errno 44] No such file or directory: '/no'\n",
  );
  const status = async (cmd: string) =>
    (await ran(sandbox, `{ ${cmd}; } 2> /tmp/err >&2; echo $? $(tail -n 1 /tmp/err)`)).stdout.trimEnd();
  expect(await status(`python3 -c 'import sys; sys.exit(3)'`)).toBe("3");
  expect(await status(`python3 -c 'raise SystemExit("bye")'`)).toBe("1 bye");
  expect(await status("python3 -z")).toBe("2 Try `python -h' for more information.");
  expect(await status("python3 /tmp/no.py")).toContain("2 python3: can't open file '/tmp/no.py':");
  expect(await status("python3 -m no_module")).toBe("1 /usr/bin/python3: No module named no_module");
  expect(await status("python3 -c 'raise KeyboardInterrupt'")).toBe("130 KeyboardInterrupt");
  expect(await status(`python3 -c 'print("x")' > /dev/full`)).toContain("120 OSError");
  expect(await status(`python3 -c 'import atexit; atexit.register(print, "last"); 1/0'`)).toBe("1 last");
});

test("subprocess and os start, feed, wait for and end other programs", { timeout: PATIENCE_MS }, async () => {
  const printed = await prints(
    await newSandbox(),
    `
import os, subprocess, sys
print(subprocess.run("echo $X; pwd", shell=True, env={"X": "x", "PATH": os.environ["PATH"]}, cwd="/etc", capture_output=True, text=True).stdout.split())
print(len(subprocess.run(["cat"], input=b"x" * 1_000_000, stdout=subprocess.PIPE).stdout))
for program in ("nosuch", "/etc/passwd", "/etc"):
    try:
        subprocess.run(program)
    except OSError as error:
        print(type(error).__name__, error.filename)
try:
    subprocess.run(["sleep", "50"], timeout=0.2)
except subprocess.TimeoutExpired as error:
    print(error)
child = subprocess.Popen(["sleep", "50"])
child.terminate()
print(child.wait())
read, write = os.pipe()
subprocess.run(["sh", "-c", f"echo passed >&{write}"], pass_fds=[write])
print(os.read(read, 99), subprocess.run(["sh", "-c", f"echo no >&{write}"], stderr=subprocess.DEVNULL).returncode != 0)
python = subprocess.run([sys.executable, "-c", "import sys; print(sys.stdin.read()[::-1]); sys.exit(4)"], input="abc", stdout=subprocess.PIPE, text=True)
print(python.stdout.strip(), python.returncode, os.system("exit 3"), os.popen("echo hi").read().strip())
pipe = subprocess.Popen("yes", stdout=subprocess.PIPE)
pipe.stdout.close()
print(pipe.wait())
try:
    os.fork()
except OSError as error:
    print("fork:", error.strerror[:24])
sys.stdout.flush()
os.execlp("sh", "sh", "-c", "echo replaced; exit 0")
`,
  );
  expect(printed).toEqual([
    "['x', '/etc']",
    "1000000",
    "FileNotFoundError nosuch",
    "PermissionError /etc/passwd",
    "PermissionError /etc",
    "Command '['sleep', '50']' timed out after 0.2 seconds",
    "-15",
    "b'passed\\n' True",
    "cba 4 768 hi",
    "-13",
    "fork: fork is not possible her",
    "replaced",
  ]);
});

test("modes and owners, the working directory, fds", { timeout: PATIENCE_MS }, async () => {
  const printed = await prints(
    await newSandbox(),
    `
import os, shutil, stat, tarfile, tempfile
os.umask(0o22)
folder = tempfile.mkdtemp()
os.chdir(folder)
print(oct(os.stat(folder).st_mode), os.getcwd() == folder, os.path.abspath("x") == folder + "/x")
open("a", "w").close()
os.chmod("a", 0o750)
shutil.copy("a", "b")
with tarfile.open("t.tar", "w") as tar:
    tar.add("a")
with tarfile.open("t.tar") as tar:
    tar.extractall("out", filter="data")
    print([(member.name, oct(member.mode), member.uname) for member in tar])
print(*(oct(os.stat(name).st_mode) for name in ("a", "b", "out/a", "t.tar")), os.stat("a").st_uid)
print([entry.name for entry in os.scandir(".") if entry.stat().st_mode & 0o100 and entry.is_file()])
read, write = os.pipe()
print(os.stat("/").st_ino == os.stat("/..").st_ino != os.stat(".").st_ino, os.path.ismount("/"), "bin" in os.listdir("/"))
entry = next(os.scandir("."))
print(isinstance(entry, os.DirEntry), os.sysconf("SC_OPEN_MAX"), os.path.isfile("/a"))
for call in (lambda: os.setuid("x"), lambda: os.setgid(1 << 32), lambda: os.chown("a", b"x", 0), lambda: os.lstat(0)):
    try:
        call()
    except Exception as error:
        print(type(error).__name__)
fd = os.open(".", os.O_RDONLY)
os.mkfifo("fifo", dir_fd=fd)
os.chown("a", -1, -1, dir_fd=fd)
print(stat.S_ISFIFO(os.stat("fifo").st_mode), os.get_inheritable(fd), os.get_inheritable(os.pipe2(os.O_CLOEXEC)[0]))
print(os.get_inheritable(read), stat.S_ISFIFO(os.fstat(read).st_mode), os.isatty(read), os.getuid(), os.getlogin())
shutil.rmtree(folder)
`,
  );
  expect(printed).toEqual([
    "0o40700 True True",
    "[('a', '0o750', 'user')]",
    "0o100750 0o100750 0o100750 0o100644 1000",
    "['a', 'b']",
    "True True True",
    "True 1023 False",
    "TypeError",
    "OverflowError",
    "TypeError",
    "TypeError",
    "True False False",
    "False True False 1000 user",
  ]);
});

test("what a child gets: an environment, a directory of its own, a seed for its hashes", {
  timeout: PATIENCE_MS,
}, async () => {
  const printed = await prints(
    await newSandbox(),
    `
import os, select, subprocess, sys
os.putenv("MADE", "by putenv")
os.environ["SET"] = "1"
os.system("echo $MADE $SET")
os.unsetenv("MADE")
os.system("echo [$MADE]")
os.environ.clear()
os.system("echo [$SET]")
print(subprocess.check_output(["./python3", "-c", "import os; print(os.getcwd())"], cwd="/usr/bin", text=True).strip())
show = [sys.executable, "-c", "import os, sys; print(hash('abc'), sys.flags.hash_randomization, os.cpu_count())"]
for seed in ("0", "42", "x"):
    child = subprocess.run(show, env={"PYTHONHASHSEED": seed, "PYTHON_CPU_COUNT": "3"}, capture_output=True, text=True)
    print((child.stdout or child.stderr).strip(), child.returncode)
read, write = os.pipe()
os.close(read)
print(select.select([], [write], [], 10)[1] == [write])
`,
  );
  expect(printed).toEqual([
    "by putenv 1",
    "[]",
    "[]",
    "/usr/bin",
    // As CPython has them with 32 bits.
    "69611762 0 3 0",
    "-975800855 1 3 0",
    'Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be "random" or an integer in range [0; 4294967295] 1',
    "True",
  ]);
});

test("a page has some 120 memories at a time; processes may be more, one after the other", {
  timeout: PATIENCE_MS,
}, async () => {
  const sandbox = await newSandbox();
  const loop = "for i in $(seq 70); do python3 -Sc 'print(1)'; done | wc -l";
  expect((await ran(sandbox, loop)).stdout.trim()).toBe("70");
  // What the first sandbox has let go of is no other's want.
  const other = await newSandbox();
  expect((await ran(other, loop)).stdout.trim()).toBe("70");
});

test("signals: handlers, alarms, interrupted waits", { timeout: PATIENCE_MS }, async () => {
  const sandbox = await newSandbox();
  const printed = await prints(
    sandbox,
    `
import os, signal, sys, threading, time
def handler(number, frame):
    print(signal.Signals(number).name)
for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGALRM):
    signal.signal(number, handler)
os.kill(os.getpid(), signal.SIGUSR1)
signal.raise_signal(signal.SIGTERM)
signal.setitimer(signal.ITIMER_REAL, 0.05)
signal.pause()
started = time.monotonic()
signal.setitimer(signal.ITIMER_REAL, 0.05)
time.sleep(0.2)
print(time.monotonic() - started >= 0.2)
def fail(number, frame):
    raise TimeoutError
signal.signal(signal.SIGALRM, fail)
def spin():
    while True:
        pass
for wait in (lambda: time.sleep(50), threading.Event().wait, spin):
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        wait()
    except TimeoutError:
        print("interrupted")
`,
  );
  expect(printed).toEqual([
    "SIGUSR1",
    "SIGTERM",
    "SIGALRM",
    "SIGALRM",
    "True",
    "interrupted",
    "interrupted",
    "interrupted",
  ]);
  const ended = async (signal: string, program: string) =>
    (await ran(sandbox, `timeout -s ${signal} 1 python3 -c '${program}' 2> /dev/null; echo $?`)).stdout;
  expect(await ended("KILL", "while True: pass")).toBe("137\n");
});

test("asyncio, pools and timers on one thread; what needs more says so", { timeout: PATIENCE_MS }, async () => {
  const printed = await prints(
    await newSandbox(),
    `
import asyncio, concurrent.futures, multiprocessing, os, queue, signal, socket, threading
async def main():
    try:
        async with asyncio.timeout(0.05):
            await asyncio.sleep(50)
    except TimeoutError:
        print("timeout")
    cat = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    print(len((await cat.communicate(b"x" * 300_000))[0]), cat.returncode)
    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, event.set)
    loop.call_later(0.05, os.kill, os.getpid(), signal.SIGUSR1)
    await event.wait()
    print(await asyncio.gather(asyncio.to_thread(lambda: 1), asyncio.sleep(0.01, 2)))
asyncio.run(main())
with concurrent.futures.ThreadPoolExecutor() as pool:
    print(list(pool.map(lambda x: x * x, range(4))))
try:
    queue.Queue().get(timeout=0.05)
except queue.Empty:
    print("empty")
event = threading.Event()
threading.Timer(0.05, event.set).start()
print(event.wait(10))
for start in (threading.Thread(target=print).start, multiprocessing.Process(target=print).start, socket.socket, lambda: socket.getaddrinfo("a", 1)):
    try:
        start()
    except (RuntimeError, OSError) as error:
        print(type(error).__name__)
threading.Timer(0.01, print, ["at the end"]).start()
`,
  );
  expect(printed).toEqual([
    "timeout",
    "300000 0",
    "[1, 2]",
    "[0, 1, 4, 9]",
    "empty",
    "True",
    "RuntimeError",
    "OSError",
    "OSError",
    "gaierror",
    "at the end",
  ]);
});

test("the prompt on a terminal: editing, history, Ctrl+C, Ctrl+D", { timeout: PATIENCE_MS }, async () => {
  const sandbox = await newSandbox();
  let text = "";
  let wake = () => {};
  const decoder = new TextDecoder();
  const terminal = await sandbox.pty.create({
    cols: 80,
    rows: 24,
    envs: { NO_COLOR: "1" },
    onData: (data: Uint8Array) => {
      text += decoder.decode(data, { stream: true });
      wake();
    },
  });
  const type = async (typed: string, wanted: string, isAtPrompt = true) => {
    text = "";
    await sandbox.pty.sendInput(terminal.pid, typed);
    await shows(wanted, isAtPrompt);
  };
  const shows = async (wanted: string, isAtPrompt = false) => {
    const deadline = performance.now() + 15_000;
    const late = setTimeout(() => wake(), 15_000);
    // What is typed before the next prompt would meet the terminal in its other mode.
    while (!text.includes(wanted) || (isAtPrompt && !text.slice(text.indexOf(wanted)).includes(">>> "))) {
      if (performance.now() >= deadline) throw new Error(`no ${JSON.stringify(wanted)} in ${JSON.stringify(text)}`);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    clearTimeout(late);
  };
  await shows("$ ");
  await type("python3; echo ended $?\r", ">>> ");
  await type("6*7\r", "42\r\n");
  await type("for x in 'ab':\rprint(x + x)\r\r", "aa\r\nbb\r\n");
  await type("import time; print('so', 'far'); time.sleep(50)\r", "so far\r\n", false);
  await type("\x03", "KeyboardInterrupt\r\n");
  await type("input('na' 'me? ')\r", "name? ", false);
  await type("Ada\r", "'Ada'\r\n");
  await type("\x04", "ended 0\r\n", false);
  expect((await ran(sandbox, "head -n 1 ~/.python_history")).stdout).toBe("6*7\n");
});
