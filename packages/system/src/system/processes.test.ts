// Processes as they see each other: fork, exit, wait, signals, groups, orphans; and waiting, which each of them can end.

import { expect, test } from "vitest";
import {
  AT_FDCWD,
  O_CLOEXEC,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  SEEK_CUR,
  SEEK_SET,
  SIGCHLD,
  SIGCONT,
  SIGINT,
  SIGKILL,
  SIGPIPE,
  SIGTERM,
  SIGUSR1,
  SIGWINCH,
} from "../constants.ts";
import { fsck } from "../disk/fsck.ts";
import { EAGAIN, EBADF, ECHILD, EINTR, EINVAL, EPERM, EPIPE, ESRCH, ETIMEDOUT } from "../errno.ts";
import { KERNEL_PID, P_CWD, P_KILLED, P_STATE, P_STATUS, RUNNING, ZOMBIE } from "../io/slots.ts";
import { testSystem } from "../testing.ts";
import { decode, encode } from "../text.ts";
import { System } from "./system.ts";
import { Killed } from "./types.ts";

function fork(sys: System): System {
  const child = sys.fork();
  if (typeof child === "number") throw new Error(`errno ${-child}`);
  return child;
}

function kernelOf(sys: System): System {
  return new System(sys.machine, 0);
}

function pipe(sys: System): [number, number] {
  const ends: [number, number] = [0, 0];
  expect(sys.pipe(ends)).toBe(0);
  return ends;
}

function put(sys: System, fd: number, text: string): number {
  const bytes = encode(text);
  return sys.write(fd, bytes, 0, bytes.length);
}

function get(sys: System, fd: number, length = 100): string | number {
  const bytes = new Uint8Array(length);
  const count = sys.read(fd, bytes, 0, length);
  return count < 0 ? count : decode(bytes.slice(0, count));
}

const mask = (...signals: number[]) => signals.reduce((bits, signal) => bits | (1 << signal), 0);

test("a child has its parent's fds, directory, umask, user and group, and a pid of its own", () => {
  const sys = testSystem();
  const fd = sys.open(AT_FDCWD, encode("f"), O_CREAT | O_RDWR, 0o644);
  put(sys, fd, "0123456789");
  sys.lseek(fd, 0, SEEK_SET);
  sys.umask(0o77);
  sys.chdir(encode("/tmp"));
  const child = fork(sys);
  expect(child.pid).not.toBe(sys.pid);
  expect([child.parent, child.uid, child.gid, child.getpgid()]).toEqual([sys.pid, 1000, 1000, sys.getpgid()]);
  expect(decode(child.getcwd())).toBe("/tmp");
  expect(child.umask(0)).toBe(0o77);
  expect(sys.umask(0)).toBe(0o77); // each has its own
  // One offset for both.
  expect(get(child, fd, 4)).toBe("0123");
  expect(get(sys, fd, 4)).toBe("4567");
  child.close(fd);
  expect(sys.lseek(fd, 0, SEEK_CUR)).toBe(8);
  child.chdir(encode("/"));
  expect(decode(sys.getcwd())).toBe("/tmp");
});

test("exit and wait", () => {
  const sys = testSystem();
  expect(sys.wait(-1)).toBe(-ECHILD);
  const [a, b] = [fork(sys), fork(sys)];
  expect(sys.wait(-1)).toBe(-EAGAIN);
  expect(sys.wait(a.pid)).toBe(-EAGAIN);
  expect(b.wait(a.pid)).toBe(-ECHILD); // a sibling
  b.exit(7);
  b.exit(8); // has ended already
  expect(sys.wait(a.pid)).toBe(-EAGAIN);
  expect(sys.wait(-1)).toBe(7);
  expect(sys.lastWaited).toBe(b.pid);
  expect(sys.wait(b.pid)).toBe(-ECHILD);
  a.exit(300);
  expect(sys.wait(a.pid)).toBe(300 & 0xff);
  expect(sys.wait(-1)).toBe(-ECHILD);
});

test("whoever has ended makes no more calls, even when another has its slot", () => {
  const sys = testSystem();
  const child = fork(sys);
  child.exit(0);
  expect(child.isAlive).toBe(false);
  const calls = [
    () => child.open(AT_FDCWD, encode("f"), O_CREAT, 0),
    () => child.read(0, new Uint8Array(1), 0, 1),
    () => child.umask(0),
    () => child.catchSignals(1),
    () => child.ignoreSignals(1),
    () => child.setOwner(0, 0),
    () => child.fork(),
    () => child.kill(sys.pid, SIGKILL),
    () => child.checkKilled(),
  ];
  for (const call of calls) expect(call).toThrow(Killed);
  sys.wait(child.pid);
  const next = fork(sys);
  expect(next.slot).toBe(child.slot);
  for (const call of calls) expect(call).toThrow(Killed);
  child.exit(9);
  expect(child.takeSignals()).toBe(0);
  expect([next.isAlive, next.uid, next.umask(0o22), sys.isAlive]).toEqual([true, 1000, 0o22, true]);
});

test("a killed process is dead at once: status, fds, children", () => {
  const sys = testSystem();
  const [reader, writer] = pipe(sys);
  const child = fork(sys);
  const grandchild = fork(child);
  sys.close(writer);
  grandchild.close(writer);
  expect(get(sys, reader)).toBe(-EAGAIN);
  expect(sys.kill(child.pid, SIGTERM)).toBe(0);
  expect(get(sys, reader)).toBe(""); // its end of the pipe is closed
  const error = (() => {
    try {
      child.checkKilled();
    } catch (thrown) {
      return thrown as Killed;
    }
  })();
  expect(error).toBeInstanceOf(Killed);
  expect(error!.signal).toBe(SIGTERM);
  expect(sys.kill(child.pid, 0)).toBe(0); // a zombie is still there
  expect(sys.wait(child.pid)).toBe(128 + SIGTERM);
  expect(sys.kill(child.pid, 0)).toBe(-ESRCH);
  // The orphan is the kernel's now, and reaped by it.
  expect(grandchild.parent).toBe(KERNEL_PID);
  expect(sys.wait(-1)).toBe(-ECHILD);
  grandchild.exit(3);
  expect(kernelOf(sys).wait(grandchild.pid)).toBe(3);
});

test("an ended process whose parent ends makes room at once, a killed one when the kernel has seen it", () => {
  const sys = testSystem();
  const child = fork(sys);
  const ended = fork(child);
  const killed = fork(child);
  ended.exit(3);
  child.kill(killed.pid, SIGTERM);
  expect(sys.kill(ended.pid, 0)).toBe(0);
  child.exit(0);
  expect(sys.kill(ended.pid, 0)).toBe(-ESRCH);
  expect(kernelOf(sys).wait(killed.pid)).toBe(128 + SIGTERM);
  expect(kernelOf(sys).wait(ended.pid)).toBe(-ECHILD);
});

test("a process may kill itself", () => {
  const sys = testSystem();
  const child = fork(sys);
  expect(() => child.kill(child.pid, SIGINT)).toThrow(Killed);
  expect(sys.wait(child.pid)).toBe(128 + SIGINT);
});

test("signals caught, ignored, and those that do nothing by default", () => {
  const sys = testSystem();
  const child = fork(sys);
  child.catchSignals(mask(SIGINT, SIGUSR1, SIGKILL));
  child.ignoreSignals(mask(SIGTERM, SIGKILL));
  for (const signal of [SIGINT, SIGUSR1, SIGTERM, SIGWINCH, SIGCHLD, SIGCONT, 0])
    expect(sys.kill(child.pid, signal)).toBe(0);
  expect(child.isAlive).toBe(true);
  expect(child.hasSignals()).toBe(true);
  expect(child.takeSignals()).toBe(mask(SIGINT, SIGUSR1));
  expect(child.takeSignals()).toBe(0);
  // Ignoring is inherited, catching is not.
  const grandchild = fork(child);
  sys.kill(grandchild.pid, SIGTERM);
  expect(grandchild.isAlive).toBe(true);
  sys.kill(grandchild.pid, SIGINT);
  expect(child.wait(grandchild.pid)).toBe(128 + SIGINT);
  // Nothing stops SIGKILL.
  sys.kill(child.pid, SIGKILL);
  expect(sys.wait(child.pid)).toBe(128 + SIGKILL);
  expect(sys.kill(child.pid, SIGTERM)).toBe(-ESRCH);
  for (const signal of [-1, 32, Number.NaN]) expect(sys.kill(sys.pid, signal)).toBe(-EINVAL);
  expect(sys.kill(KERNEL_PID, SIGKILL)).toBe(-EPERM);
});

test("SIGCHLD comes to a parent that catches it", () => {
  const sys = testSystem();
  sys.catchSignals(mask(SIGCHLD));
  const child = fork(sys);
  child.exit(0);
  expect(sys.takeSignals()).toBe(mask(SIGCHLD));
});

test("process groups", () => {
  const sys = testSystem();
  const [a, b, other] = [fork(sys), fork(sys), fork(sys)];
  expect(sys.setpgid(a.pid, 0)).toBe(0);
  expect(sys.setpgid(b.pid, a.pid)).toBe(0);
  expect(sys.setpgid(999, 1)).toBe(-ESRCH);
  expect([a.getpgid(), sys.getpgid(b.pid), sys.getpgid(999)]).toEqual([a.pid, a.pid, -ESRCH]);
  expect(sys.kill(-a.pid, SIGTERM)).toBe(0);
  expect([a.isAlive, b.isAlive, other.isAlive]).toEqual([false, false, true]);
  expect(sys.kill(-77, SIGTERM)).toBe(-ESRCH);
  // 0 is the caller's own group, itself included.
  sys.ignoreSignals(mask(SIGINT));
  expect(sys.kill(0, SIGINT)).toBe(0);
  expect([sys.isAlive, other.isAlive]).toEqual([true, false]);
  // -1 is everybody but the caller and the kernel.
  const more = [fork(sys), fork(sys)];
  expect(sys.kill(-1, SIGKILL)).toBe(0);
  expect(more.map(({ isAlive }) => isAlive)).toEqual([false, false]);
  expect(kernelOf(sys).isAlive).toBe(true);
});

test("a full process table says EAGAIN; slots come back once they are reaped", () => {
  const sys = testSystem();
  const children: System[] = [];
  let result: System | number = fork(sys);
  for (; typeof result !== "number"; result = sys.fork()) children.push(result);
  expect(result).toBe(-EAGAIN);
  expect(children.length).toBe(254);
  expect(new Set(children.map(({ pid }) => pid)).size).toBe(254);
  children[100].exit(0);
  expect(sys.fork()).toBe(-EAGAIN);
  sys.wait(-1);
  expect(fork(sys).pid).toBeGreaterThan(children[253].pid);
});

test("closeOnExec closes what is marked; exit frees what was open without a name", () => {
  const sys = testSystem();
  const child = fork(sys);
  const kept = child.open(AT_FDCWD, encode("/dev/null"), O_RDWR, 0);
  const closed = child.open(AT_FDCWD, encode("/dev/null"), O_RDWR | O_CLOEXEC, 0);
  child.closeOnExec();
  expect(child.getFlags(kept)).toBe(O_RDWR);
  expect(child.getFlags(closed)).toBe(-EBADF);
  const before = { blockSize: 0, blocks: 0, freeBlocks: 0, inodes: 0, freeInodes: 0 };
  sys.statfs(before);
  const fd = child.openUnnamed();
  put(child, fd, "x".repeat(50_000));
  sys.kill(child.pid, SIGKILL);
  const after = { ...before };
  sys.statfs(after);
  expect(after).toEqual(before);
  expect(fsck(sys.machine.disk, { repair: false }).problems).toEqual([]);
});

test.each(["at its third fd", "behind its working directory"])(
  "an ending that was cut %s is finished by the next kill, and nothing is let go of twice",
  (where) => {
    const sys = testSystem();
    sys.mkdir(AT_FDCWD, encode("cwd"), 0o755);
    sys.chdir(encode("cwd"));
    const child = fork(sys);
    const { slots, disk, files } = sys.machine;
    const holders = () => disk.inodes.openCount(slots.get(sys.slot, P_CWD));
    expect(holders()).toBe(2);
    const real = { release: files.release, set: slots.set };
    let calls = 0;
    files.release = (file) => {
      if (where === "at its third fd" && ++calls === 3) throw new RangeError("Maximum call stack size exceeded");
      real.release.call(files, file);
    };
    slots.set = (slot, field, value) => {
      if (field === P_STATUS) throw new RangeError("Maximum call stack size exceeded");
      real.set.call(slots, slot, field, value);
    };
    expect(() => sys.kill(child.pid, SIGKILL)).toThrow(RangeError);
    Object.assign(files, { release: real.release });
    Object.assign(slots, { set: real.set });
    expect([slots.get(child.slot, P_STATE), slots.get(child.slot, P_KILLED)]).toEqual([RUNNING, SIGKILL]);
    expect(() => child.umask(0)).toThrow(Killed); // it does nothing more already
    expect(sys.machine.lock.isFree).toBe(true);
    expect(sys.kill(child.pid, SIGKILL)).toBe(0);
    expect(slots.get(child.slot, P_STATE)).toBe(ZOMBIE);
    expect(sys.wait(child.pid)).toBe(128 + SIGKILL);
    expect(holders()).toBe(1);
  },
);

test("an exhausted stack anywhere in a call leaves the lock free and the disk sound", () => {
  const sys = testSystem(4 * 1024 * 1024);
  const { disk, lock } = sys.machine;
  let round = 0;
  let overflows = 0;
  const dig = (depth: number): void => {
    if (depth > 0) return dig(depth - 1);
    const path = encode(`file-${round % 7}`);
    const fd = sys.open(AT_FDCWD, path, O_CREAT | O_RDWR, 0o644);
    if (fd >= 0) sys.write(fd, new Uint8Array(9000), 0, 9000);
    if (fd >= 0) sys.close(fd);
    sys.rename(AT_FDCWD, path, AT_FDCWD, encode(`other-${round % 5}`));
    sys.unlink(AT_FDCWD, encode(`other-${(round + 1) % 5}`));
  };
  const deepest = (() => {
    let depth = 0;
    const down = (): void => {
      depth++;
      down();
    };
    try {
      down();
    } catch {}
    return depth;
  })();
  for (round = 0; round < 3000; round++) {
    try {
      dig(deepest - 1 - ((round * 7) % Math.min(2000, deepest - 1)));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      overflows++;
    }
    expect(lock.isFree, `round ${round}`).toBe(true);
    if (round % 100 !== 99) continue;
    for (let fd = 3; fd < 1000; fd++) sys.close(fd);
    expect(fsck(disk, { repair: false }).errors, `round ${round}`).toBe(0);
  }
  expect(overflows).toBeGreaterThan(100);
  expect(sys.isAlive).toBe(true);
});

test("block waits for a pipe, a child, a signal, a deadline; a kill ends it", async () => {
  const sys = testSystem();
  const child = fork(sys);
  const [reader, writer] = pipe(sys);
  const into = new Uint8Array(10);

  const reading = sys.block(() => sys.read(reader, into, 0, 10));
  put(sys, writer, "hello");
  expect(await reading).toBe(5);

  const waiting = sys.block(() => sys.wait(child.pid));
  child.exit(9);
  expect(await waiting).toBe(9);

  sys.catchSignals(mask(SIGUSR1));
  const interrupted = sys.block(() => sys.read(reader, into, 0, 10));
  const other = fork(sys);
  other.kill(sys.pid, SIGUSR1);
  expect(await interrupted).toBe(-EINTR);
  expect(await sys.sleep(1000)).toBe(-EINTR); // not taken yet
  expect(sys.takeSignals()).toBe(mask(SIGUSR1));

  const start = performance.now();
  expect(await sys.block(() => sys.read(reader, into, 0, 10), start + 30)).toBe(-ETIMEDOUT);
  expect(performance.now() - start).toBeGreaterThanOrEqual(29);
  expect(await sys.sleep(5)).toBe(0);

  const dying = other.block(() => other.read(reader, into, 0, 10));
  sys.kill(other.pid, SIGKILL);
  await expect(dying).rejects.toThrow(Killed);
  await expect(other.sleep(60_000)).rejects.toThrow(Killed); // and one that is dead already does not fall asleep
});

test("many wait for one pipe; each is woken", async () => {
  const sys = testSystem();
  const [reader, writer] = pipe(sys);
  const readers = Array.from({ length: 60 }, () => fork(sys));
  const reads = readers.map((child) => {
    const into = new Uint8Array(1);
    return child.block(() => child.read(reader, into, 0, 1));
  });
  put(sys, writer, "x".repeat(60));
  expect(await Promise.all(reads)).toEqual(Array(60).fill(1));
});

test("poll says what is ready and wakes for the rest", async () => {
  const sys = testSystem();
  const [reader, writer] = pipe(sys);
  const file = sys.open(AT_FDCWD, encode("f"), O_CREAT | O_RDWR, 0o644);
  put(sys, file, "content");
  sys.lseek(file, 3, SEEK_SET);
  const { newPollFd } = await import("./types.ts");
  const [r, w, f, bad] = [
    newPollFd(reader, true, false),
    newPollFd(writer, false, true),
    newPollFd(file, true, true),
    newPollFd(99, true, false),
  ];
  expect(sys.poll([r])).toBe(0);
  expect(sys.poll([r, w, f, bad])).toBe(3);
  expect(w).toMatchObject({ writable: true, hangup: false });
  expect(f).toMatchObject({ readable: true, writable: true, available: 4 });
  expect(bad.error).toBe(EBADF);
  const polling = sys.block(() => sys.poll([r]) || -EAGAIN);
  put(sys, writer, "abc");
  expect(await polling).toBe(1);
  expect(r).toMatchObject({ readable: true, available: 3 });
  get(sys, reader);
  const hanging = sys.block(() => sys.poll([r]) || -EAGAIN);
  sys.close(writer);
  expect(await hanging).toBe(1);
  expect(r).toMatchObject({ readable: true, hangup: true, available: 0 });
  // The other way round: a full pipe becomes writable, then loses its reader.
  const [in2, out2] = pipe(sys);
  sys.write(out2, new Uint8Array(65_536), 0, 65_536);
  const full = newPollFd(out2, false, true);
  expect(sys.poll([full])).toBe(0);
  const draining = sys.block(() => sys.poll([full]) || -EAGAIN);
  get(sys, in2, 5000);
  expect(await draining).toBe(1);
  sys.close(in2);
  sys.poll([full]);
  expect(full.hangup).toBe(true);
  expect(put(sys, out2, "x")).toBe(-EPIPE);
  expect(SIGPIPE).toBe(13); // no signal is raised: the caller decides
});

test("getFlags of pipes and devices", () => {
  const sys = testSystem();
  const [reader, writer] = pipe(sys);
  expect([sys.getFlags(reader), sys.getFlags(writer), sys.getFlags(0)]).toEqual([O_RDONLY, 1, O_RDWR]);
  expect(put(sys, reader, "x")).toBe(-EBADF);
  expect(get(sys, writer)).toBe(-EBADF);
});
