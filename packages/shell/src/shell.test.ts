// The shell as a program: where commands come from, streaming, signals, limits, messages.

import { SIGKILL, SIGTERM } from "@vibengine/system";
import { expect, test } from "vitest";
import { runShell, runTool } from "./shell.ts";
import { runScript, shellSystem, testHost } from "./testing.ts";

test("commands from stdin leave the rest of it to what they start", async () => {
  const result = await runScript("", { args: [], stdin: "read x\ndata 1\necho got $x\ncat\nraw $x\n" });
  expect(result).toEqual({ status: 0, stdout: "got data 1\nraw $x\n", stderr: "" });
});

test("commands from a pipe are read as they come", async () => {
  const result = await runScript(
    "{ echo 'echo one'; sleep 0.05; echo 'if true; then'; sleep 0.05; printf 'echo two\\nfi\\nexit 3\\necho no'; } | sh; echo $?",
  );
  expect(result.stdout).toBe("one\ntwo\n3\n");
});

test("-s, -e and -x as the shell's own options; $0 and arguments of -c", async () => {
  expect((await runScript("", { args: ["-s", "a", "b"], stdin: "echo $# $2" })).stdout).toBe("2 b\n");
  expect(await runScript("", { args: ["-e", "-c", "false; echo no"] })).toEqual({ status: 1, stdout: "", stderr: "" });
  expect((await runScript("", { args: ["-xc", "x=1; echo 'a b' $x"] })).stderr).toBe("+ x=1\n+ echo 'a b' 1\n");
  expect((await runScript("", { args: ["-c", "echo $0 $1", "zero", "one"] })).stdout).toBe("zero one\n");
  expect((await runScript("", { args: ["nosuch.sh"] })).status).toBe(127);
});

test("a producer without a reader ends at once", async () => {
  const start = performance.now();
  const result = await runScript(
    "yes | head -n 1; echo $PIPESTATUS; while echo x; do :; done | head -n 1; echo $PIPESTATUS",
  );
  expect(result).toEqual({ status: 0, stdout: "y\n141\nx\n141\n", stderr: "" });
  expect(performance.now() - start).toBeLessThan(2000);
});

test("pipeline elements run at the same time", async () => {
  const start = performance.now();
  await runScript("sleep 0.2 | sleep 0.2 | sleep 0.2");
  expect(performance.now() - start).toBeLessThan(500);
});

test("bytes that are no text survive variables and substitutions", async () => {
  const result = await runScript(
    `x=$(printf 'a\\377\\200b\\n\\n'); printf %s "$x" | od -An -tx1; echo \${#x}; echo \${x#a} | od -An -tx1; echo 0$'\\xff' | wc -c`,
  );
  expect(result.stdout).toBe(" 61 ff 80 62\n4\n ff 80 62 0a\n3\n");
});

test("a busy loop yields, and a signal kills it", async () => {
  const { sys } = shellSystem();
  const status = runShell(sys, ["sh", "-c", "while :; do :; done"], [], testHost);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const start = performance.now();
  try {
    sys.kill(sys.pid, SIGTERM);
  } catch {
    // The caller is the victim.
  }
  expect(await status).toBe(128 + SIGTERM);
  expect(performance.now() - start).toBeLessThan(100);
});

test("killing a subshell does not wait for what it waits for", async () => {
  const start = performance.now();
  const result = await runScript("(sleep 5; echo no) & sleep 0.05; kill -9 $!; wait $!; echo $?");
  expect(result.stdout).toBe(`${128 + SIGKILL}\n`);
  expect(performance.now() - start).toBeLessThan(1000);
});

test("a trap runs while a background job is waited for", async () => {
  const result = await runScript(
    "trap 'echo caught' USR1; (sleep 0.05; kill -USR1 $$) & sleep 2 & wait $!; echo $?; kill $!",
  );
  expect(result.stdout).toBe("caught\n138\n");
});

test("deep recursion is an error, not a crash", async () => {
  const calls = await runScript("f() { f; }; f; echo no\necho next");
  expect(calls.stderr).toContain("maximum function nesting level exceeded");
  expect(calls.stdout).toBe("next\n");
  const depth = 3000;
  expect((await runScript(`f() { if [ $1 -gt 0 ]; then f $(($1-1)); else echo bottom; fi; }; f ${depth}`)).stdout).toBe(
    "bottom\n",
  );
  for (const open of ["(", "{ ", "$(", '"$(', "if ", "${x:-", "a=("]) {
    const result = await runScript(open.repeat(20_000));
    // An error among an array's elements costs the line, not the script.
    expect(result.status, open).toBe(open === "a=(" ? 1 : 2);
  }
  expect((await runScript(`echo $((${"(".repeat(50_000)}1${")".repeat(50_000)}))`)).status).toBe(1);
  expect(
    (await runScript(`x=${"!".repeat(10)}; eval "echo ${"$(".repeat(300)}echo ok${")".repeat(300)}"`)).stderr,
  ).not.toContain("internal error");
});

test("more text than memory can hold is an error of the command, in bash's words", async () => {
  const failed = async (script: string) => {
    const { stdout, stderr } = await runScript(`${script}; echo " $?"`);
    return `${stdout}${stderr}`;
  };
  const refused = (text: string, size: number) => `${text} 1\nbash: line 1: printf: cannot allocate ${size} bytes\n`;
  expect(await failed("printf 'a%2147483647sb' x")).toBe(refused("a", 2 ** 31));
  expect(await failed("printf '%.2147483647d' 1")).toBe(refused("", 2 ** 31 - 1));
  expect(await failed("printf '%.2147483647f' 1")).toBe(refused("", 2 ** 31 - 1));
  expect(await failed("printf '%9999999999q' 1")).toBe(refused("", 2 ** 31 - 1));
  expect(await failed("printf '%-*s' 2147483647 1")).toBe(refused("", 2 ** 31 - 1));
  expect(await failed("printf '%s%*s' a 2147483648 1")).toBe(
    `a 1\nbash: line 1: printf: warning: 2147483648: Numerical result out of range\nbash: line 1: printf: cannot allocate ${2 ** 31} bytes\n`,
  );
  for (const item of ["%2147483648s", "%.2147483648d", "%*d", "%.*f"])
    expect(await failed(`awk 'BEGIN { printf "${item}", 2147483648, 1 }'`)).toBe(
      " 2\nawk: cmd. line:1: fatal: format_tree: cannot allocate 2147483648 bytes of memory\n",
    );
  expect(await runScript("x=a; for ((i = 0; i < 40; i++)); do x=$x$x; done; echo no")).toEqual({
    status: 1,
    stdout: "",
    stderr: "bash: line 1: cannot allocate memory\n",
  });
});

test("xargs parts items at any byte, also at one that is no character", async () => {
  const result = await runScript(
    "printf 'a\\xffb\\xff\\xc3\\xa9' | xargs -d '\\xff' -n1 echo; printf 'x\\351y' | xargs -d '\\351' -n1 echo",
  );
  expect(result).toEqual({ status: 0, stdout: "a\nb\né\nx\ny\n", stderr: "" });
});

test("messages name the shell, the line and the culprit", async () => {
  expect((await runScript("\nnosuch")).stderr).toBe("bash: line 2: nosuch: command not found\n");
  expect((await runScript("fi")).stderr).toBe(
    "bash: -c: line 1: syntax error near unexpected token `fi'\nbash: -c: line 1: `fi'\n",
  );
  expect((await runScript("echo $((1/0))")).stderr).toBe('bash: line 1: 1/0: division by 0 (error token is "0")\n');
  expect((await runScript("cat <nosuch")).stderr).toBe("bash: line 1: nosuch: No such file or directory\n");
  expect((await runScript("printf '\\0garbage' >g; chmod +x g; ./g; echo $?")).stderr).toBe(
    "bash: line 1: ./g: cannot execute binary file: Exec format error\n",
  );
  expect((await runScript("set -u; : $nope")).stderr).toBe("bash: line 1: nope: unbound variable\n");
});

test("background jobs that are not waited for free their processes", async () => {
  const result = await runScript("for i in {1..600}; do : & done; wait; echo done");
  expect(result).toEqual({ status: 0, stdout: "done\n", stderr: "" });
});

test("runTool runs one of our programs, a shell among them", async () => {
  const first = shellSystem();
  expect(await runTool(first.sys, "seq", ["seq", "2"], [], testHost)).toBe(0);
  expect(first.read(1)).toBe("1\n2\n");
  const second = shellSystem();
  expect(await runTool(second.sys, "sh", ["sh", "-c", "echo $0 $X; exit 4"], ["X=1"], testHost)).toBe(4);
  expect(second.read(1)).toBe("sh 1\n");
});
