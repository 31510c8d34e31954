// Terminals: what is typed, what is read, what is shown.

import { describe, expect, test } from "vitest";
import { AT_FDCWD, O_NONBLOCK, O_RDWR, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGWINCH } from "../constants.ts";
import { EAGAIN, EINTR, EIO, ENFILE, ENOTTY, ENXIO, ETIMEDOUT } from "../errno.ts";
import { P_STOPPED } from "../io/slots.ts";
import { ECHO, ECHOCTL, ICANON, ISIG, ONLCR, rawTermios, type Termios, VMIN, VTIME } from "../io/termios.ts";
import { testSystem } from "../testing.ts";
import { decode, encode } from "../text.ts";
import type { System } from "./system.ts";
import { newStat } from "./types.ts";

/** A process that leads a session with a terminal as its fds 0 to 2, and the far side of that. */
function terminal(size = { rows: 24, columns: 80 }) {
  const kernel = testSystem();
  const out: [number, number] = [0, 0];
  expect(kernel.openTerminal(size, out)).toBe(0);
  const [tty, screen] = out;
  const shell = kernel.fork() as System;
  shell.setsid();
  const fd = shell.takeTerminal(tty);
  for (const to of [0, 1, 2]) shell.dup2(fd, to);
  if (fd > 2) shell.close(fd);
  const buffer = new Uint8Array(65_536);
  return {
    kernel,
    shell,
    tty,
    type: (text: string | number[]) =>
      kernel.typeInto(tty, typeof text === "string" ? encode(text) : Uint8Array.from(text)),
    /** What the screen shows that was not looked at before. */
    shown() {
      const count = kernel.read(screen, buffer, 0, buffer.length);
      return count === -EAGAIN ? "" : count < 0 ? count : decode(buffer.slice(0, count));
    },
    line(length = 4096, by = shell) {
      const count = by.read(0, buffer, 0, length);
      return count < 0 ? count : decode(buffer.slice(0, count));
    },
    write(text: string) {
      const bytes = encode(text);
      return shell.write(1, bytes, 0, bytes.length);
    },
    change(change: (termios: Termios) => Partial<Termios>) {
      const termios = shell.tcgetattr(0) as Termios;
      expect(shell.tcsetattr(0, { ...termios, ...change(termios) })).toBe(0);
    },
  };
}

describe("a line", () => {
  test("is read when it is finished, and shown as it is typed", () => {
    const { type, line, shown } = terminal();
    type("ec");
    expect(line()).toBe(-EAGAIN);
    expect(shown()).toBe("ec");
    type("ho hi\r");
    expect(shown()).toBe("ho hi\r\n");
    expect(line()).toBe("echo hi\n");
    expect(line()).toBe(-EAGAIN);
  });

  test("comes one at a time, and in pieces if asked", () => {
    const { type, line } = terminal();
    type("one\ntwo\nthr");
    expect(line(2)).toBe("on");
    expect(line()).toBe("e\n");
    expect(line()).toBe("two\n");
    expect(line()).toBe(-EAGAIN);
  });

  test.each([
    ["abc\x7fd\n", "abd\n", "abc\b \bd\r\n"],
    ["aé\x7f\n", "a\n", "aé\b \b\r\n"],
    ["\x7fa\n", "a\n", "a\r\n"],
    ["a\x01\x7f\n", "a\n", "a^A\b \b\b \b\r\n"],
    ["one two  \x17\n", "one \n", "one two  \b \b\b \b\b \b\b \b\b \b\r\n"],
    ["abc\x15d\n", "d\n", "abc\b \b\b \b\b \bd\r\n"],
    ["a\x16\x03\n", "a\x03\n", "a^\b^C\r\n"],
    ["a\tb\n", "a\tb\n", "a\tb\r\n"],
    ["ab\x12\n", "ab\n", "ab^R\r\nab\r\n"],
  ])("can be edited: %j", (typed, read, seen) => {
    const { type, line, shown } = terminal();
    type(typed);
    expect(line()).toBe(read);
    expect(shown()).toBe(seen);
  });

  test("^D ends it, or the input when nothing was typed", () => {
    const { type, line } = terminal();
    type("abc\x04def\n\x04");
    expect(line()).toBe("abc");
    expect(line()).toBe("def\n");
    expect(line()).toBe("");
    expect(line()).toBe(-EAGAIN);
    type("abc\x04");
    expect(line(3)).toBe("abc");
    expect(line()).toBe(-EAGAIN);
  });

  test("that is too long loses its end, and finished lines hold back who types", () => {
    const { type, line, shown } = terminal();
    expect(type("x".repeat(5000))).toBe(5000);
    expect((shown() as string).endsWith("\x07")).toBe(true);
    type([0x15]);
    const typed = type("0123456\n".repeat(600));
    expect(typed).toBeGreaterThan(4000);
    expect(typed).toBeLessThan(4800);
    expect(type("more")).toBe(-EAGAIN);
    expect(line()).toBe("0123456\n");
    expect(type("more")).toBe(4);
  });
});

describe("raw", () => {
  test("gives each byte at once, shows nothing, and makes no signals", () => {
    const { type, line, shown, change, shell } = terminal();
    shell.catchSignals(1 << SIGINT);
    change(rawTermios);
    expect(line()).toBe(-EAGAIN);
    type("a\x03\r\x7f");
    expect(line(2)).toBe("a\x03");
    expect(line()).toBe("\r\x7f");
    expect(shown()).toBe("");
    expect(shell.hasSignals()).toBe(false);
  });

  test("with MIN 0 a read does not wait", () => {
    const { line, change } = terminal();
    change(({ lflag, cc }) => ({ lflag: lflag & ~ICANON, cc: cc.with(VMIN, 0) }));
    expect(line()).toBe("");
  });

  test("what was typed before can be read after the change, both ways", () => {
    const { type, line, change } = terminal();
    type("ab");
    change(({ lflag }) => ({ lflag: lflag & ~ICANON }));
    expect(line()).toBe("ab");
    type("cd");
    change(({ lflag }) => ({ lflag: lflag | ICANON }));
    expect(line()).toBe("cd");
    type("ef\n");
    expect(line()).toBe("ef\n");
  });

  test("flushing throws away what was not read", () => {
    const { type, line, shell } = terminal();
    type("old\nhalf");
    shell.tcsetattr(0, shell.tcgetattr(0) as Termios, true);
    type("new\n");
    expect(line()).toBe("new\n");
  });

  describe("VMIN and VTIME", () => {
    const TENTH_MS = 100;
    const raw = (min: number, time: number) => {
      const it = terminal();
      it.change(({ lflag, cc }) => ({ lflag: lflag & ~ICANON, cc: cc.with(VMIN, min).with(VTIME, time) }));
      const buffer = new Uint8Array(100);
      const attempt = (length = 100) => it.shell.read(0, buffer, 0, length);
      const later = async (length = 100, deadline?: number) => {
        const count = await it.shell.block(() => attempt(length), deadline);
        return count < 0 ? count : decode(buffer.slice(0, count));
      };
      return { ...it, attempt, later };
    };

    test("VMIN alone: so many bytes are waited for, or as many as there is room for", async () => {
      const { type, line, later } = raw(3, 0);
      type("ab");
      expect(line()).toBe(-EAGAIN);
      expect(line(2)).toBe("ab");
      const reading = later();
      for (const each of ["a", "b", "cd"]) type(each);
      expect(await reading).toBe("abcd");
    });

    test("VTIME alone: the first byte is waited for so long; nothing is the end", async () => {
      const { type, later, line } = raw(0, 1);
      const began = performance.now();
      expect(await later()).toBe("");
      expect(performance.now() - began).toBeGreaterThanOrEqual(TENTH_MS - 1);
      const reading = later();
      type("x");
      expect(await reading).toBe("x");
      // Each read has its own time.
      expect(line()).toBe(-EAGAIN);
    });

    test("both: the time runs from each byte on, not before the first", async () => {
      const { type, later } = raw(3, 1);
      expect(await later(100, performance.now() + 2 * TENTH_MS)).toBe(-ETIMEDOUT);
      type("ab");
      const began = performance.now();
      expect(await later()).toBe("ab");
      expect(performance.now() - began).toBeGreaterThanOrEqual(TENTH_MS - 1);
      type("abc");
      expect(await later()).toBe("abc");
    });

    test("neither: what there is, at once", () => {
      const { type, line } = raw(0, 0);
      expect(line()).toBe("");
      type("x");
      expect([line(), line()]).toEqual(["x", ""]);
    });

    test("who does not wait gets EAGAIN, however often he asks, and a signal's interruption takes no time from the next read", async () => {
      const { shell, line, type, later, kernel } = raw(0, 1);
      shell.catchSignals(1 << SIGINT);
      const reading = later();
      kernel.kill(shell.pid, SIGINT);
      expect(await reading).toBe(-EINTR);
      shell.takeSignals();
      await new Promise((resolve) => setTimeout(resolve, TENTH_MS));
      expect(line()).toBe(-EAGAIN);
      shell.setFlags(0, O_NONBLOCK);
      await new Promise((resolve) => setTimeout(resolve, TENTH_MS));
      line();
      expect(line()).toBe(-EAGAIN);
      type("x");
      expect(line()).toBe("x");
    });

    test("a hangup ends every wait", async () => {
      const { kernel, tty, shell, later, type } = raw(5, 0);
      shell.ignoreSignals(1 << SIGHUP);
      type("ab");
      const reading = later();
      kernel.hangUp(tty);
      expect(await reading).toBe("ab");
      expect(await later()).toBe("");
    });
  });
});

describe("output", () => {
  test("has \\r\\n for \\n, or not", () => {
    const { write, shown, change } = terminal();
    expect(write("a\nb\n")).toBe(4);
    expect(shown()).toBe("a\r\nb\r\n");
    change(({ oflag }) => ({ oflag: oflag & ~ONLCR }));
    write("a\n");
    expect(shown()).toBe("a\n");
  });

  test("waits for who looks, loses nothing, and stands still after ^S", () => {
    const { write, shown, type, kernel, shell } = terminal();
    const text = "0123456789abcde\n".repeat(8000);
    const bytes = encode(text);
    let seen = "";
    for (let at = 0; at < bytes.length; ) {
      const count = shell.write(1, bytes, at, bytes.length - at);
      if (count === -EAGAIN) seen += shown();
      else at += count;
    }
    for (let more = shown(); more !== ""; more = shown()) seen += more;
    expect(seen).toBe(text.replaceAll("\n", "\r\n"));
    type("\x13");
    expect(write("x")).toBe(-EAGAIN);
    type("\x11");
    expect(write("x")).toBe(1);
    expect(shown()).toBe("x");
    expect(kernel.isAlive).toBe(true);
  });

  test("of control characters when they are shown as they are", () => {
    const { type, shown, change } = terminal();
    change(({ lflag }) => ({ lflag: lflag & ~ECHOCTL }));
    type("\x01");
    expect(shown()).toBe("\x01");
    change(({ lflag }) => ({ lflag: lflag & ~ECHO }));
    type("secret\n");
    expect(shown()).toBe("");
  });
});

describe("signals", () => {
  test.each([
    ["\x03", SIGINT, "^C"],
    ["\x1c", SIGQUIT, "^\\"],
    ["\x1a", SIGTSTP, "^Z"],
  ])("%j sends one to the foreground group, and the line is gone", (typed, signal, seen) => {
    const { type, line, shell, shown } = terminal();
    shell.catchSignals(1 << signal);
    type(`ab${typed}`);
    expect(shell.takeSignals()).toBe(1 << signal);
    expect(shown()).toBe(`ab${seen}`);
    type("cd\n");
    expect(line()).toBe("cd\n");
  });

  test("^C kills the job in the foreground and not the shell", () => {
    const { type, shell } = terminal();
    const job = shell.fork() as System;
    job.setpgid(0, 0);
    expect(shell.tcsetpgrp(0, job.pid)).toBe(0);
    expect(shell.tcgetpgrp(0)).toBe(job.pid);
    type("\x03");
    expect(job.isAlive).toBe(false);
    expect(shell.isAlive).toBe(true);
    expect(shell.wait(job.pid)).toBe(128 + SIGINT);
  });

  test("without ISIG they are characters", () => {
    const { type, line, change } = terminal();
    change(({ lflag }) => ({ lflag: lflag & ~ISIG }));
    type("\x03\n");
    expect(line()).toBe("\x03\n");
  });

  test("who reads in the background is stopped, or refused", () => {
    const { type, shell, line } = terminal();
    const job = shell.fork() as System;
    job.setpgid(0, 0);
    type("for the shell\n");
    expect(line(100, job)).toBe(-EAGAIN);
    expect(job.machine.slots.get(job.slot, P_STOPPED)).toBe(SIGTTIN);
    const other = shell.fork() as System;
    other.setpgid(0, 0);
    other.ignoreSignals(1 << SIGTTIN);
    expect(line(100, other)).toBe(-EIO);
    expect(line()).toBe("for the shell\n");
  });

  test("a new size tells the foreground", () => {
    const { kernel, tty, shell } = terminal({ rows: 10, columns: 20 });
    shell.catchSignals(1 << SIGWINCH);
    expect(shell.windowSize(1)).toEqual({ rows: 10, columns: 20 });
    kernel.resizeTerminal(tty, { rows: 10, columns: 20 });
    expect(shell.hasSignals()).toBe(false);
    kernel.resizeTerminal(tty, { rows: 30, columns: 100 });
    expect(shell.takeSignals()).toBe(1 << SIGWINCH);
    expect(shell.windowSize(0)).toEqual({ rows: 30, columns: 100 });
  });

  test("hanging up tells the session, ends reads, fails writes, and frees the terminal", () => {
    const { kernel, tty, shell, line, write, shown } = terminal();
    shell.catchSignals(1 << SIGHUP);
    const job = shell.fork() as System;
    job.setpgid(0, 0);
    kernel.hangUp(tty);
    expect(job.isAlive).toBe(false);
    expect(shell.takeSignals()).toBe(1 << SIGHUP);
    expect(line()).toBe("");
    expect(write("x")).toBe(-EIO);
    expect(shown()).toBe("");
    expect(shell.open(AT_FDCWD, encode("/dev/tty"), O_RDWR, 0)).toBe(-ENXIO);
    shell.exit(0);
    const out: [number, number] = [0, 0];
    expect(kernel.openTerminal({ rows: 1, columns: 1 }, out)).toBe(0);
    expect(out[0]).toBe(tty);
  });
});

describe("fds", () => {
  test("what is a terminal, and which", () => {
    const { shell, tty, kernel } = terminal();
    const stat = newStat();
    shell.fstat(0, stat);
    expect(stat.mode.toString(8)).toBe("20620");
    expect(shell.isatty(0)).toBe(true);
    expect(shell.ttyname(0)).toBe(`/dev/pts/${tty}`);
    const pipe: [number, number] = [0, 0];
    shell.pipe(pipe);
    expect(shell.isatty(pipe[0])).toBe(false);
    expect(shell.ttyname(pipe[0])).toBe("");
    expect(shell.tcgetattr(pipe[0])).toBe(-ENOTTY);
    expect(shell.windowSize(pipe[0])).toBe(-ENOTTY);
    expect(shell.lseek(0, 0, 0)).toBeLessThan(0);
    expect(kernel.open(AT_FDCWD, encode("/dev/tty"), O_RDWR, 0)).toBe(-ENXIO);
    expect(kernel.open(AT_FDCWD, encode("/dev/pts/9"), O_RDWR, 0)).toBe(-ENXIO);
  });

  test("/dev/tty and /dev/pts/n are the terminal, whatever 0 to 2 are", () => {
    const { shell, type, shown, tty } = terminal();
    for (const path of ["/dev/tty", `/dev/pts/${tty}`]) {
      const fd = shell.open(AT_FDCWD, encode(path), O_RDWR | O_NONBLOCK, 0);
      expect(fd).toBeGreaterThan(2);
      shell.write(fd, encode("?"), 0, 1);
      type("y\n");
      const answer = new Uint8Array(9);
      expect(shell.read(fd, answer, 0, 9)).toBe(2);
      expect(shown()).toBe("?y\r\n");
      shell.close(fd);
    }
  });

  test("poll says what would not wait", () => {
    const { shell, type, kernel, tty } = terminal();
    const poll = () => {
      const entry = {
        fd: 0,
        wantRead: true,
        wantWrite: true,
        readable: false,
        writable: false,
        available: 0,
        hangup: false,
        error: 0,
      };
      shell.poll([entry]);
      return entry;
    };
    expect(poll()).toMatchObject({ readable: false, writable: true, available: 0, hangup: false });
    type("hi");
    expect(poll().readable).toBe(false);
    type("\n");
    expect(poll()).toMatchObject({ readable: true, available: 3 });
    shell.ignoreSignals(1 << SIGHUP);
    kernel.hangUp(tty);
    expect(poll()).toMatchObject({ readable: true, hangup: true });
  });

  test("there are sixteen", () => {
    const { kernel } = terminal();
    const out: [number, number] = [0, 0];
    const open = () => kernel.openTerminal({ rows: 1, columns: 1 }, out);
    for (let i = 1; i < 16; i++) expect(open()).toBe(0);
    expect(open()).toBe(-ENFILE);
    kernel.hangUp(5);
    expect(open()).toBe(0);
    expect(out[0]).toBe(5);
  });
});
