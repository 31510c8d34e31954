// An interactive shell at a terminal, in Node: what is typed, what is seen.

import { expect, test } from "vitest";
import { PROMPT, startInteractive as start } from "./testing.ts";

test("prompt, command, output; ^D ends it with the last status", async () => {
  const shell = start();
  await shell.until(PROMPT);
  expect(await shell.run("echo hello")).toBe("hello\n");
  expect(await shell.run("cd /tmp; pwd; echo $-")).toMatch(/^\/tmp\n\w*i\w*m\w*H\w*\n$/);
  expect(await shell.run("(exit 7)")).toBe("");
  shell.type("\x04");
  await shell.until("exit\r\n");
  expect(await shell.ended).toBe(7);
});

test("a command goes on until it is whole; a syntax error costs the line", async () => {
  const shell = start();
  await shell.until(PROMPT);
  shell.type("for i in 1 2; do\r");
  await shell.until("> ");
  shell.type("echo $i\r");
  await shell.until("> ");
  expect(await shell.run("done")).toBe("1\n2\n");
  expect(await shell.run("echo )")).toContain("syntax error near unexpected token");
  expect(await shell.run("echo $?")).toBe("2\n");
  shell.type("echo 'open\r");
  await shell.until("> ");
  shell.type("\x03");
  await shell.until("^C\r\n");
  await shell.until(PROMPT);
  expect(await shell.run("echo $?; nosuch; ${x?gone}; echo on")).toContain("nosuch: command not found");
});

test("^C ends what runs, be it a tool, a loop of builtins or a read, and never the shell", async () => {
  const shell = start();
  await shell.until(PROMPT);
  for (const line of ["sleep 100", "while :; do :; done", "read x", "cat", "sleep 100 | cat", "(sleep 100; echo no)"]) {
    shell.type(`${line}\r`);
    await shell.until(`${line}\r\n`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    shell.type("\x03");
    await shell.until(PROMPT);
    expect(await shell.run("echo $?"), line).toBe("130\n");
  }
});

test("^Z stops a job; jobs, fg and bg know it", async () => {
  const shell = start();
  await shell.until(PROMPT);
  shell.type("cat\r");
  await shell.until("cat\r\n");
  await new Promise((resolve) => setTimeout(resolve, 30));
  shell.type("\x1a");
  expect(await shell.until(PROMPT)).toMatch(/\[1\]\+ {2}Stopped {17}cat/);
  expect(await shell.run("jobs")).toMatch(/^\[1\]\+ {2}Stopped\s+cat\n$/);
  shell.type("fg\r");
  await shell.until("fg\r\ncat\r\n");
  await new Promise((resolve) => setTimeout(resolve, 30));
  shell.type("back\r");
  await shell.until("back\r\nback\r\n");
  shell.type("\x04");
  await shell.until(PROMPT);
  expect(await shell.run("sleep 0.01 & wait; echo ended")).toContain("ended");
});

test("history: up, ^R, !!, and a file of it", async () => {
  const shell = start({ "/home/user/.bash_history": "echo from before\n" });
  await shell.until(PROMPT);
  shell.type("\x1b[A\r");
  await shell.until("\r\nfrom before\r\n");
  await shell.until(PROMPT);
  await shell.run("echo one");
  await shell.run("echo two");
  shell.type("\x12one\r");
  await shell.until("\r\none\r\n");
  await shell.until(PROMPT);
  expect(await shell.run("!echo")).toBe("echo one\none\n");
  expect(await shell.run("echo a b; !nosuch")).toContain("!nosuch: event not found");
  expect(await shell.run("tail -n 2 .bash_history")).toBe("echo one\ntail -n 2 .bash_history\n");
});

test("Tab completes commands, files with odd names, directories and variables", async () => {
  const shell = start({ "/home/user/a b.txt": "text\n" });
  await shell.until(PROMPT);
  await shell.run("mkdir -p directory/inner; LONGNAME=value");
  shell.type("basena\t/x/y\r");
  await shell.until("basename /x/y\r\ny\r\n");
  shell.type("cat a\t\r");
  await shell.until("cat a\\ b.txt \r\ntext\r\n");
  shell.type("ls -d dir\tin\t\r");
  await shell.until("directory/inner/\r\ndirectory/inner/\r\n");
  shell.type("echo $LONG\t\r");
  await shell.until("$LONGNAME \r\nvalue\r\n".replace(" \r", "\r"));
  shell.type("cat /etc/host\t\t");
  expect(await shell.until("hosts")).toContain("hostname");
});

test("the startup file, PS1's escapes, PROMPT_COMMAND", async () => {
  const shell = start({
    "/home/user/.bashrc": "PS1='\\u@\\h:\\w[$?]$(echo %)\\$ '\nalias hi='echo hello'\nPROMPT_COMMAND='n=$((n+1))'\n",
  });
  await shell.until("user@vibengine:~[0]%$ ");
  shell.type("hi $n\r");
  await shell.until("hello 1\r\n");
  await shell.until("user@vibengine:~[0]%$ ");
  shell.type("cd /etc; false\r");
  await shell.until("user@vibengine:/etc[1]%$ ");
});

test("a long line is drawn anew when the size changes", async () => {
  const shell = start();
  await shell.until(PROMPT);
  shell.type("echo 12345678901234567890");
  await shell.until("67890");
  shell.resize(10);
  await shell.until("$ echo 1234567890");
  shell.type("\r");
  await shell.until("12345678901234567890\r\n");
});
