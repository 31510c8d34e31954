// poll_oneoff: waits for the first of many subscriptions, to clocks and to fds. It sleeps on the process's event word, which
// pipes and signals wake; it never spins. What is wrong with one subscription is told in that one's event, but for a closed fd.

import { wasi } from "@bjorn3/browser_wasi_shim";
import { epochMs, monotonicMs, newPollFd, type PollFd } from "@vibengine/system";
import type { Binding } from "./process.ts";

const SUBSCRIPTION_SIZE = 48;
const EVENT_SIZE = 32;
const AGAIN = -wasi.ERRNO_AGAIN;
const INTERRUPTED = -wasi.ERRNO_INTR;
const NS_PER_MS = 1e6;
// What a file, which never makes a writer wait, is said to have room for; and a pipe: at least PIPE_BUF when it is writable.
const ROOM = 4096;

/** A subscription as read from the guest. Kept and used again. */
interface Subscription {
  type: number;
  userdataLow: number;
  userdataHigh: number;
  /** Clocks: when it is due, on the clock of performance.now(). */
  deadlineMs: number;
  /** Fds: its state, in `polled` unless `error` is set. */
  fd: PollFd;
  error: number;
}

export function pollImports({ sys, guest, fds, waits }: Binding) {
  const subscriptions: Subscription[] = [];
  const polled: PollFd[] = [];
  const attempt = (): number => sys.poll(polled) || AGAIN;

  /** Reads one subscription into `into`. An errno is what ends the call: there is no such type, or no such fd. */
  const read = (at: number, into: Subscription): number => {
    const { view } = guest;
    into.userdataLow = view.getUint32(at, true);
    into.userdataHigh = view.getUint32(at + 4, true);
    into.type = view.getUint8(at + 8);
    into.error = 0;
    into.deadlineMs = Infinity;
    if (into.type === wasi.EVENTTYPE_CLOCK) {
      const clock = view.getUint32(at + 16, true);
      const timeoutMs = Number(view.getBigUint64(at + 24, true)) / NS_PER_MS;
      const isAbsolute = (view.getUint16(at + 40, true) & wasi.SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME) !== 0;
      if (clock === wasi.CLOCKID_REALTIME || clock === wasi.CLOCKID_MONOTONIC) {
        // Both clocks start at the time origin: see clock.ts.
        into.deadlineMs = monotonicMs() + timeoutMs - (isAbsolute ? epochMs() : 0);
      } else {
        // A CPU clock stands still while its process sleeps.
        into.error = clock <= wasi.CLOCKID_THREAD_CPUTIME_ID ? wasi.ERRNO_NOTSUP : wasi.ERRNO_INVAL;
      }
      return wasi.ERRNO_SUCCESS;
    }
    if (into.type !== wasi.EVENTTYPE_FD_READ && into.type !== wasi.EVENTTYPE_FD_WRITE) return wasi.ERRNO_INVAL;
    const isRead = into.type === wasi.EVENTTYPE_FD_READ;
    into.fd.fd = view.getInt32(at + 16, true);
    // A file is always ready, whether or not it is open for that: as in poll(2).
    const isFile = fds.filetype(into.fd.fd) === wasi.FILETYPE_REGULAR_FILE;
    const transfer = isFile ? 0 : isRead ? wasi.RIGHTS_FD_READ : wasi.RIGHTS_FD_WRITE;
    const rights = wasi.RIGHTS_POLL_FD_READWRITE | transfer;
    into.fd.wantRead = isRead;
    into.fd.wantWrite = !isRead;
    if (fds.allows(into.fd.fd, rights)) polled.push(into.fd);
    // The specification would have this told in the event, too. C libraries count on the call to fail, for select(2)'s sake.
    else if (!fds.isOpen(into.fd.fd)) return wasi.ERRNO_BADF;
    else into.error = fds.denial(into.fd.fd, rights);
    return wasi.ERRNO_SUCCESS;
  };

  /** Writes the event of a subscription, if it has one by `now`. */
  const write = (
    at: number,
    { type, userdataLow, userdataHigh, deadlineMs, fd, error }: Subscription,
    now: number,
  ): boolean => {
    const isClock = type === wasi.EVENTTYPE_CLOCK;
    let bytes = 0;
    let flags = 0;
    if (error === 0) {
      if (isClock) {
        if (deadlineMs > now) return false;
      } else {
        error = fd.error;
        const isReady = type === wasi.EVENTTYPE_FD_READ ? fd.readable : fd.writable;
        if (error === 0 && !isReady && !fd.hangup) return false;
        bytes = type === wasi.EVENTTYPE_FD_READ ? fd.available : ROOM;
        // At the end of a file, too, there is nothing more to come.
        const atEnd = type === wasi.EVENTTYPE_FD_READ && bytes === 0;
        // Not of a writer whose readers are gone: wasi-libc's select(2) would not count it as ready, and so never see its EPIPE.
        if (
          (fd.hangup && type === wasi.EVENTTYPE_FD_READ) ||
          (atEnd && fds.filetype(fd.fd) === wasi.FILETYPE_REGULAR_FILE)
        ) {
          flags = wasi.EVENTRWFLAGS_FD_READWRITE_HANGUP;
        }
      }
    }
    const { view } = guest;
    view.setUint32(at, userdataLow, true);
    view.setUint32(at + 4, userdataHigh, true);
    view.setUint16(at + 8, error, true);
    view.setUint16(at + 10, type, true);
    view.setUint32(at + 12, 0, true);
    guest.setU64(at + 16, bytes);
    guest.setU64(at + 24, flags);
    return true;
  };

  return {
    poll_oneoff(input: number, output: number, count: number, out: number): number {
      input >>>= 0;
      output >>>= 0;
      count >>>= 0;
      out >>>= 0;
      if (count === 0) return wasi.ERRNO_INVAL;
      if (
        !guest.has(input, count * SUBSCRIPTION_SIZE) ||
        !guest.has(output, count * EVENT_SIZE) ||
        !guest.has(out, 4)
      ) {
        return wasi.ERRNO_FAULT;
      }
      polled.length = 0;
      let deadlineMs = Infinity;
      for (let i = 0; i < count; i++) {
        if (i === subscriptions.length) subscriptions.push(newSubscription());
        const subscription = subscriptions[i];
        const refused = read(input + i * SUBSCRIPTION_SIZE, subscription);
        if (refused !== wasi.ERRNO_SUCCESS) return refused;
        // An error is an event that has happened: nothing to wait for.
        deadlineMs = Math.min(deadlineMs, subscription.error ? -Infinity : subscription.deadlineMs);
      }

      if (polled.length === 0 || sys.poll(polled) === 0) {
        const result = polled.length === 0 ? waits.sleepUntil(deadlineMs) : waits.until(attempt, deadlineMs);
        const isOver = result === INTERRUPTED && polled.length === 0 && sys.isInterrupted !== null;
        if (result < 0 && result !== -wasi.ERRNO_TIMEDOUT && !isOver) return -result;
        // wasi-libc makes ENOTSUP of a sleep that was interrupted: an interpreter, which sees to the signal next, finds it over.
        if (isOver) deadlineMs = -Infinity;
        for (const subscription of isOver ? subscriptions : []) subscription.deadlineMs = -Infinity;
      }

      // A timer that ended the sleep has rung, whatever a rounded clock says.
      const now = Math.max(monotonicMs(), polled.some(isReady) ? -Infinity : deadlineMs);
      let written = 0;
      for (let i = 0; i < count; i++) {
        if (write(output + written * EVENT_SIZE, subscriptions[i], now)) written++;
      }
      guest.view.setUint32(out, written, true);
      return wasi.ERRNO_SUCCESS;
    },
  };
}

function newSubscription(): Subscription {
  return { type: 0, userdataLow: 0, userdataHigh: 0, deadlineMs: 0, fd: newPollFd(0, false, false), error: 0 };
}

function isReady(fd: PollFd): boolean {
  return fd.readable || fd.writable || fd.hangup || fd.error !== 0;
}
