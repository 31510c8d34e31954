// stty, tty, tput and less at a real terminal, in Node.

import { expect, test } from "vitest";
import { PROMPT, startInteractive } from "../interactive/testing.ts";

test("tty, stty and tput tell of the terminal", async () => {
  const shell = startInteractive();
  await shell.until(PROMPT);
  expect(await shell.run("tty; tty < /dev/null; tput cols; stty size")).toBe("/dev/pts/0\nnot a tty\n80\n24 80\n");
  expect(await shell.run("stty")).toBe("speed 38400 baud; line = 0;\n");
  expect(await shell.run("stty < /dev/null")).toBe("stty: 'standard input': Inappropriate ioctl for device\n");
  expect(await shell.run("stty -a")).toContain("intr = ^C; quit = ^\\; erase = ^?;");
  expect(await shell.run("stty -echo; stty; stty echo")).toBe("speed 38400 baud; line = 0;\n-echo\n");
  expect(await shell.run('s=$(stty -g); stty raw; stty "$s"; stty')).toBe("speed 38400 baud; line = 0;\n");
  expect(await shell.run("stty rows 10 cols 40; stty size; tput lines")).toBe("10 40\n10\n");
  expect(await shell.run("stty nonsense")).toContain("invalid argument 'nonsense'");
});

test("stty -echo hides what is typed", async () => {
  const shell = startInteractive();
  await shell.until(PROMPT);
  shell.type("stty -echo; read x; stty echo; echo got $x\r");
  await shell.until("got $x\r\n");
  await new Promise((resolve) => setTimeout(resolve, 30));
  shell.type("secret\r");
  expect(await shell.until(PROMPT)).toMatch(/^got secret\r\n/);
});

test("less: screens, lines, searches, the end, and the shell's screen is back", async () => {
  const shell = startInteractive();
  await shell.until(PROMPT);
  await shell.run("seq 1000 > numbers");
  shell.type("less numbers\r");
  await shell.until("\r\n23\r\nnumbers");
  shell.type(" ");
  await shell.until("\r\n46\r\n:");
  shell.type("j");
  await shell.until("\r\n47\r\n:");
  shell.type("/^500$\r");
  await shell.until("500\r\n501");
  shell.type("G");
  await shell.until("\r\n1000\r\n(END)");
  shell.type("g");
  await shell.until("1\r\n2\r\n");
  shell.type("/nothing\r");
  await shell.until("Pattern not found");
  shell.type("q");
  await shell.until(PROMPT);
  expect(await shell.run("seq 3 | less -F; seq 5 | less | wc -l")).toBe("1\n2\n3\n5\n");
});

test("less reads no more than it shows, folds or cuts long lines, and ends with ^C of its producer", async () => {
  const shell = startInteractive();
  await shell.until(PROMPT);
  shell.type("yes | less\r");
  await shell.until("y\r\n:");
  shell.type("q");
  await shell.until(PROMPT);
  shell.type("printf '%0200d\\nend\\n' 0 | less -S\r");
  expect(await shell.until("(END)")).toMatch(/\n?0{80}\r\nend\r\n/);
  shell.type("q");
  await shell.until(PROMPT);
  expect(await shell.run("echo on")).toBe("on\n");
});
