// An interactive shell at a terminal, in Node: what is typed, what is seen.

import { expect, test } from "vitest";
import { testHost } from "../testing.ts";
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
  shell.type("# a comment is no beginning\r");
  await shell.until("beginning\r\n");
  await shell.until(PROMPT);
  shell.type("\r");
  await shell.until(PROMPT);
  expect(await shell.run("tail -n 2 .bash_history")).toMatch(/^# a comment is no beginning\n/);
  shell.type("echo 'open\r");
  await shell.until("> ");
  shell.type("\x03");
  await shell.until("^C\r\n");
  await shell.until(PROMPT);
  expect(await shell.run(`echo $?; nosuch; \${x?gone}; echo on`)).toContain("nosuch: command not found");
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
  expect(await shell.run("sleep 0.01 & wait; echo ended")).toMatch(/^\[1\] \d+\nended\n/);
  expect(await shell.run("(sleep 0.01 & wait)")).toBe("");
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
  expect(await shell.run("history 3 | head -n 2")).toMatch(/^ {4}\d {2}echo one\n {4}\d {2}tail -n 2 .bash_history\n$/);
  expect(await shell.run("history x; history -c; history")).toBe("bash: history: x: numeric argument required\n");
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
  await shell.until("$LONGNAME \r\nvalue\r\n");
  shell.type("cat /etc/host\t\t");
  expect(await shell.until("hosts")).toContain("hostname");
});

test("without the tools Tab rings and a prompt's format stays as it is written; the line goes on", async () => {
  const host = { ...testHost, loadTools: () => Promise.reject(new TypeError("no network")) };
  const shell = start({}, ["bash", "-i"], host);
  await shell.until(PROMPT);
  shell.type("echo a\t");
  await shell.until("\x07");
  shell.type("b\r");
  await shell.until("ab\r\n");
  shell.type("PS1='\\D{%Y}> '\r");
  await shell.until("\\D{%Y}> ");
  shell.type("echo $((6*7))\r");
  await shell.until("42\r\n");
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

test("LINES and COLUMNS are the terminal's, also after it has changed, and ls fills its width", async () => {
  const shell = start();
  await shell.until(PROMPT);
  await shell.run("mkdir wide; cd wide; touch aaaaaaaaaaaa bbbbbbbbbbbb cccccccccccc");
  expect(await shell.run("echo $LINES $COLUMNS; ls")).toBe("24 80\naaaaaaaaaaaa  bbbbbbbbbbbb  cccccccccccc\n");
  shell.resize(30);
  await shell.until(PROMPT);
  expect(await shell.run("echo $LINES $COLUMNS; ls")).toBe("24 30\naaaaaaaaaaaa  cccccccccccc\nbbbbbbbbbbbb\n");
});

test("output without a line end stays in front of the prompt, also while a line is edited", async () => {
  const shell = start();
  await shell.until(PROMPT);
  shell.type("printf kept\r");
  await shell.until("printf kept\r\n");
  await shell.until(`kept${PROMPT}`);
  shell.type("x");
  await shell.until("x");
  expect(shell.drawn()).toMatch(/\x1b\[2D\x1b\[J\$ x$/);
});

test("read -s shows nothing of what is typed, read -n takes a character at once, and the terminal is as before after ^C", async () => {
  const shell = start();
  await shell.until(PROMPT);
  shell.type("read -sp 'secret: ' x; echo got $x\r");
  await shell.until("got $x\r\n");
  await shell.until("secret: ");
  shell.type("hidden\r");
  expect(await shell.until(PROMPT)).toBe(`got hidden\r\n${PROMPT}`);
  shell.type("read -n 1 -p 'sure? ' x; echo =$x\r");
  await shell.until("=$x\r\n");
  await shell.until("sure? ");
  shell.type("y");
  await shell.until("y=y\r\n");
  await shell.until(PROMPT);
  shell.type("read -s x\r");
  await shell.until("read -s x\r\n");
  await new Promise((resolve) => setTimeout(resolve, 30));
  shell.type("\x03");
  await shell.until(PROMPT);
  shell.type("cat\r");
  await shell.until("cat\r\n");
  shell.type("shown\r");
  await shell.until("shown\r\nshown\r\n");
});

test("arrows step over a whole character, however many code units it has; a key that nobody knows is dropped whole", async () => {
  const shell = start();
  await shell.until(PROMPT);
  shell.type("echo a👩‍🚀é\x1b[D\x1b[D\x1b[D\x1b[15~\x1b[1;2PX\x1b[F\x7fY\r");
  await shell.until("\r\nXa👩‍🚀Y\r\n");
});

test("a paste goes in as it is: its line ends submit nothing, its control characters press nothing", async () => {
  const shell = start();
  await shell.until(PROMPT);
  shell.type("\x1b[200~cat <<E\r\na\x03\tb\rE\x1b[201~");
  await shell.until("E");
  // Home stays within the line of the cursor.
  shell.type("\x01E\x05F\rE\rEEF\r");
  await shell.until("\r\na    b\r\n".replace("    ", "\t"));
});

test("the prompt shows a search, and the count that is typed", async () => {
  const shell = start({ "/home/user/.bash_history": "make clean\nls\n" });
  await shell.until(PROMPT);
  shell.type("\x12cl");
  await shell.until("(reverse-i-search)`cl': make clean");
  shell.type("zz");
  await shell.until("(failed reverse-i-search)`clzz': ");
  shell.type("\x07\x1b1\x1b2");
  await shell.until("(arg: 12) ");
  shell.type("a\r");
  await shell.until("aaaaaaaaaaaa\r\n");
});

test("Tab lists what there is, asks when it is much, and rings as bell-style says", async () => {
  const shell = start();
  await shell.until(PROMPT);
  await shell.run("mkdir list; cd list; touch one.c one.h");
  shell.type("cat o\t\t");
  await shell.until("\x07");
  await shell.until("one.c  one.h\r\n$ cat one.");
  shell.type("c\r");
  await shell.run("touch {1..120}; bind 'set bell-style none'");
  shell.type("cat \t\t");
  const shown = await shell.until("Display all 122 possibilities? (y or n)");
  expect(shown).not.toContain("\x07");
  shell.type("n");
  await shell.until("$ cat ");
  shell.type("\x1b?");
  await shell.until("possibilities? (y or n)");
  shell.type("y");
  await shell.until("one.h\r\n");
});

test("an inputrc with mistakes is read to its end, and says where they are", async () => {
  const rc = 'set nosuch on\n$nosuch\n"abc\n$if mode=emacs\n"\\C-t": "typed"\n$endif\n';
  const shell = start({ "/home/user/.inputrc": rc });
  const said = await shell.until(PROMPT);
  expect(said).toContain("readline: /home/user/.inputrc: line 1: nosuch: unknown variable name");
  expect(said).toContain("line 2: $nosuch: unknown parser directive");
  expect(said).toContain("line 3");
  shell.type("echo \x14\r");
  await shell.until("\r\ntyped\r\n");
});

test("C-x C-e hands the line to $EDITOR and runs what it leaves; without one the line stays", async () => {
  const shell = start();
  await shell.until(PROMPT);
  shell.type("echo line\x18\x05");
  await shell.until("no editor: set VISUAL or EDITOR");
  await shell.until("echo line");
  shell.type("\x15");
  await shell.run("EDITOR='sed -i s/line/edited/'");
  shell.type("echo line\x18\x05");
  await shell.until("\r\nedited\r\n");
  await shell.until(PROMPT);
  shell.type("\x10");
  await shell.until("echo edited");
});

test("a subshell's bind changes nothing here; a key's command that fails does not end the shell", async () => {
  const shell = start();
  await shell.until(PROMPT);
  await shell.run(`(bind '"\\C-t": "sub"'); bind -x '"\\C-o": echo "\${none?unset}"'`);
  shell.type("echo ba\x14\r");
  await shell.until("\r\nab\r\n");
  await shell.until(PROMPT);
  shell.type("echo \x0fon\r");
  await shell.until("unset");
  await shell.until("\r\non\r\n");
});
