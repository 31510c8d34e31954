// Stopping and going on: what a stopped process does not do, what its parent and /proc are told, and what still reaches it.

import { expect, test } from "vitest";
import {
  AT_FDCWD,
  O_RDONLY,
  SIGCHLD,
  SIGCONT,
  SIGINT,
  SIGKILL,
  SIGSTOP,
  SIGTERM,
  SIGTSTP,
  STOPPED,
} from "../constants.ts";
import { EAGAIN, ECHILD, EINVAL, EPERM, ESRCH } from "../errno.ts";
import { P_WORKER } from "../io/slots.ts";
import { testKernel, testSystem } from "../testing.ts";
import { decode, encode } from "../text.ts";
import { System } from "./system.ts";

function fork(sys: System): System {
  const child = sys.fork();
  if (typeof child === "number") throw new Error(`errno ${-child}`);
  return child;
}

function stateOf(sys: System, pid: number): string {
  const fd = sys.open(AT_FDCWD, encode(`/proc/${pid}/stat`), O_RDONLY, 0);
  const bytes = new Uint8Array(500);
  const count = sys.read(fd, bytes, 0, bytes.length);
  sys.close(fd);
  return decode(bytes.slice(0, count)).split(" ")[2];
}

/** Lets everything run that is due. */
const turns = () => new Promise((resolve) => setTimeout(resolve, 5));

test("a stopped process goes no further than its wait, until it is continued", async () => {
  const sys = testSystem();
  const child = fork(sys);
  const ends: [number, number] = [0, 0];
  child.pipe(ends);
  const into = new Uint8Array(10);
  let seen = -1;
  const reading = child.block(() => child.read(ends[0], into, 0, 10)).then((count) => (seen = count));
  await turns();
  expect(sys.kill(child.pid, SIGSTOP)).toBe(0);
  expect(child.isStopped).toBe(true);
  expect(stateOf(sys, child.pid)).toBe("T");
  child.write(ends[1], encode("abc"), 0, 3); // not the call of a stopped one: of who has its pipe
  await turns();
  expect(seen).toBe(-1);
  expect(sys.kill(child.pid, SIGCONT)).toBe(0);
  expect(await reading).toBe(3);
  expect(child.isStopped).toBe(false);
  expect(stateOf(sys, child.pid)).not.toBe("T");
});

test("wait tells of each stop once, to who asks for it", () => {
  const sys = testSystem();
  sys.catchSignals(1 << SIGCHLD);
  const child = fork(sys);
  sys.kill(child.pid, SIGTSTP);
  expect(sys.takeSignals()).toBe(1 << SIGCHLD);
  expect(sys.wait(child.pid)).toBe(-EAGAIN);
  expect(sys.wait(child.pid, true)).toBe(STOPPED + SIGTSTP);
  expect(sys.lastWaited).toBe(child.pid);
  expect(sys.wait(child.pid, true)).toBe(-EAGAIN);
  expect(sys.stopSignal(child.pid)).toBe(SIGTSTP);
  sys.kill(child.pid, SIGSTOP); // is stopped already
  expect(sys.wait(-1, true)).toBe(-EAGAIN);
  sys.kill(child.pid, SIGCONT);
  expect(sys.takeSignals()).toBe(1 << SIGCHLD);
  sys.kill(child.pid, SIGSTOP);
  sys.kill(child.pid, SIGCONT);
  expect(sys.wait(-1, true)).toBe(-EAGAIN); // it runs again
  sys.kill(child.pid, SIGSTOP);
  expect(sys.wait(-1, true)).toBe(STOPPED + SIGSTOP);
  sys.kill(child.pid, SIGKILL);
  expect(sys.wait(-1, true)).toBe(128 + SIGKILL);
});

test("of the signals only KILL and CONT reach a stopped process; the rest when it goes on", () => {
  const sys = testSystem();
  const [a, b] = [fork(sys), fork(sys)];
  a.catchSignals((1 << SIGINT) | (1 << SIGSTOP));
  for (const child of [a, b]) sys.kill(child.pid, SIGSTOP);
  sys.kill(a.pid, SIGINT);
  expect([a.isStopped, a.hasSignals()]).toEqual([true, false]);
  sys.kill(b.pid, SIGTERM);
  expect(b.isAlive).toBe(true);
  sys.kill(a.pid, SIGCONT);
  expect(a.takeSignals()).toBe(1 << SIGINT);
  sys.kill(b.pid, SIGCONT);
  expect(sys.wait(b.pid)).toBe(128 + SIGTERM);
  sys.kill(a.pid, SIGSTOP);
  sys.kill(a.pid, SIGKILL);
  expect(sys.wait(a.pid)).toBe(128 + SIGKILL);
});

test("a stopped process that is killed leaves its wait; a sleeper whose time passed meanwhile wakes when it goes on", async () => {
  const sys = testSystem();
  const [killed, continued] = [fork(sys), fork(sys)];
  const sleeps = [killed.sleep(60_000), continued.sleep(1)];
  sys.kill(killed.pid, SIGSTOP);
  sys.kill(continued.pid, SIGSTOP);
  let isAwake = false;
  sleeps[1].then(() => (isAwake = true));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isAwake).toBe(false);
  sys.kill(killed.pid, SIGKILL);
  await expect(sleeps[0]).rejects.toThrow("killed");
  sys.kill(continued.pid, SIGCONT);
  expect(await sleeps[1]).toBe(0);
});

test("TSTP can be ignored, STOP can't", () => {
  const sys = testSystem();
  const child = fork(sys);
  child.ignoreSignals((1 << SIGTSTP) | (1 << SIGSTOP));
  sys.kill(child.pid, SIGTSTP);
  expect(child.isStopped).toBe(false);
  sys.kill(child.pid, SIGSTOP);
  expect(child.isStopped).toBe(true);
});

test("who stands for a child passes signals on, and is seen to stop and go on with it", () => {
  const sys = testSystem();
  const standIn = fork(sys);
  const program = fork(standIn);
  program.catchSignals(1 << SIGINT);
  standIn.standFor(program.pid);
  sys.kill(standIn.pid, SIGINT);
  expect([standIn.isAlive, program.takeSignals()]).toEqual([true, 1 << SIGINT]);
  sys.kill(standIn.pid, SIGSTOP);
  expect([program.isStopped, standIn.isStopped]).toEqual([true, false]); // it must go on waiting
  expect([stateOf(sys, program.pid), stateOf(sys, standIn.pid)]).toEqual(["T", "T"]);
  expect(sys.wait(standIn.pid, true)).toBe(STOPPED + SIGSTOP);
  sys.kill(standIn.pid, SIGCONT);
  expect([program.isStopped, stateOf(sys, standIn.pid)]).toEqual([false, "R"]);
  sys.kill(program.pid, SIGSTOP); // the other way round
  expect(sys.stopSignal(standIn.pid)).toBe(SIGSTOP);
  sys.kill(program.pid, SIGKILL);
  expect(standIn.wait(program.pid)).toBe(128 + SIGKILL);
  sys.kill(standIn.pid, SIGTERM); // stands for none any more
  expect(sys.wait(standIn.pid)).toBe(128 + SIGTERM);

  const [late, child] = [fork(sys), fork(sys)];
  sys.kill(late.pid, SIGSTOP); // before it stood for any
  late.standFor(child.pid);
  expect([child.isStopped, late.isStopped]).toEqual([true, false]);

  const [other, its] = [fork(sys), fork(sys)];
  other.standFor(its.pid);
  sys.kill(other.pid, SIGKILL);
  expect([other.isAlive, its.isAlive]).toEqual([false, false]);
});

test("a stopped job of a shell that ends is hung up; one of its own group stays", () => {
  const sys = testSystem();
  const shell = fork(sys);
  const [job, member] = [fork(shell), fork(shell)];
  shell.setpgid(job.pid, 0);
  for (const child of [job, member]) shell.kill(child.pid, SIGSTOP);
  shell.exit(0);
  expect([job.isAlive, member.isAlive, member.isStopped]).toEqual([false, true, true]);
});

test("who is killed and reaped before its worker gets to it does not become the slot's next owner", () => {
  const sys = testSystem();
  const first = fork(sys);
  sys.kill(first.pid, SIGKILL);
  sys.wait(first.pid);
  const next = fork(sys);
  expect(next.slot).toBe(first.slot);
  const late = new System(sys.machine, first.slot, first.pid);
  expect(late.isAlive).toBe(false);
  expect(() => late.setsid()).toThrow("killed");
  expect(next.isAlive).toBe(true);
});

test("sessions and groups", () => {
  const kernel = testKernel();
  const shell = fork(kernel);
  shell.setsid();
  const [job, member] = [fork(shell), fork(shell)];
  expect([shell.getpgid(), job.getpgid()]).toEqual([shell.pid, shell.pid]);
  expect(shell.setpgid(job.pid, 0)).toBe(0);
  expect(shell.setpgid(member.pid, job.pid)).toBe(0);
  expect(shell.setpgid(member.pid, -1)).toBe(-EINVAL);
  expect(shell.setpgid(member.pid, 12_345)).toBe(-EPERM); // there is none
  expect(shell.setpgid(member.pid, kernel.pid)).toBe(-EPERM); // of another session
  expect(member.setpgid(job.pid, 0)).toBe(-ESRCH); // no child of its own
  expect(shell.wait(-job.pid)).toBe(-EAGAIN);
  expect(shell.wait(0)).toBe(-ECHILD);
  member.exit(4);
  expect(shell.wait(-job.pid)).toBe(4);
  expect(kernel.killSession(shell.pid, SIGKILL)).toBe(0);
  expect([shell.isAlive, job.isAlive]).toEqual([false, false]);
});

test("other users' processes, and the kernel's, can't be signalled", () => {
  const kernel = testKernel();
  const [root, user, files] = [fork(kernel), fork(kernel), new System(kernel.machine, kernel.forkSlot(0))];
  for (const process of [root, user]) kernel.machine.slots.set(process.slot, P_WORKER, 1);
  for (const process of [user, files]) process.setOwner(1000, 1000);
  expect(user.kill(root.pid, SIGKILL)).toBe(-EPERM);
  expect(user.kill(files.pid, SIGKILL)).toBe(-EPERM);
  expect(root.kill(files.pid, SIGSTOP)).toBe(-EPERM);
  expect(user.kill(-1, SIGKILL)).toBe(-EPERM);
  expect([root.isAlive, files.isAlive]).toEqual([true, true]);
  expect(root.kill(user.pid, SIGKILL)).toBe(0);
  expect(kernel.kill(-1, SIGKILL)).toBe(0);
  expect(files.isAlive).toBe(false);
});
