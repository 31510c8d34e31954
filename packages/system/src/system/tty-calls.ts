// System calls on terminals. Those of the far side, where somebody types and looks, are the kernel's: `openTerminal`, `typeInto`,
// `resizeTerminal`, `hangUp`. The others are what a process does with an fd that is a terminal.

import { O_RDWR, SIGCONT, SIGHUP, SIGTTIN, SIGWINCH } from "../constants.ts";
import { EAGAIN, EBADF, EINVAL, EIO, ENOTTY, ENXIO, EPERM } from "../errno.ts";
import { KIND_TTY } from "../io/open-files.ts";
import { P_GROUP, P_IGNORED, P_SESSION } from "../io/slots.ts";
import type { Termios } from "../io/termios.ts";
import { ProcessCalls } from "./process-calls.ts";

export interface WindowSize {
  rows: number;
  columns: number;
}

export class TtyCalls extends ProcessCalls {
  /** A new terminal. `out` becomes its number, and an fd to read from what is written to it. */
  openTerminal({ rows, columns }: WindowSize, out: [number, number]): number {
    const ends: [number, number] = [0, 0];
    const result = this.pipe(ends);
    if (result < 0) return result;
    const [reader, writer] = ends;
    const made = this.call(() => {
      const { files, pipes, ttys } = this.machine;
      const pipe = files.object(this.file(writer));
      const tty = ttys.allocate(pipe, rows, columns);
      if (tty >= 0) pipes.addWriter(pipe);
      return tty;
    });
    this.close(writer);
    if (made < 0) this.close(reader);
    else this.setCloexec(reader, true);
    out[0] = made;
    out[1] = reader;
    return Math.min(made, 0);
  }

  /** Types into a terminal: how many bytes were taken; -EAGAIN when it holds all it can, until somebody reads. */
  typeInto(tty: number, bytes: Uint8Array): number {
    return this.call(() => {
      const taken = this.machine.ttys.input(tty, bytes, this.slot, (group, signal) => this.signalGroup(group, signal));
      return taken === 0 && bytes.length > 0 ? -EAGAIN : taken;
    });
  }

  resizeTerminal(tty: number, { rows, columns }: WindowSize): number {
    return this.call(() => {
      const { ttys } = this.machine;
      if (!ttys.isOpen(tty)) return -EIO;
      if (ttys.resize(tty, rows, columns) && ttys.group(tty) !== 0) this.signalGroup(ttys.group(tty), SIGWINCH);
      return 0;
    });
  }

  /** Nobody types any more: the session is told (SIGHUP), reads are at their end, writes fail. */
  hangUp(tty: number): void {
    this.call(() => {
      const { ttys, slots } = this.machine;
      const session = ttys.session(tty);
      ttys.hangUp(tty);
      for (const slot of session === 0 ? [] : [...slots.live()]) {
        if (slots.get(slot, P_SESSION) !== session) continue;
        this.deliver(slot, SIGHUP);
        this.deliver(slot, SIGCONT);
      }
      return 0;
    });
  }

  /** Makes a terminal that of this process's session, with this process's group in the foreground; an fd of it. */
  takeTerminal(tty: number): number {
    return this.call(() => {
      const { ttys, slots } = this.machine;
      if (!ttys.isOpen(tty)) return -ENXIO;
      ttys.setSession(tty, slots.get(this.slot, P_SESSION));
      ttys.setGroup(tty, slots.get(this.slot, P_GROUP));
      return this.openTty(tty, O_RDWR);
    });
  }

  isatty(fd: number): boolean {
    return this.#tty(fd) >= 0;
  }

  /** The path of the terminal behind an fd, or "" if it is none. */
  ttyname(fd: number): string {
    const tty = this.#tty(fd);
    return tty < 0 ? "" : `/dev/pts/${tty}`;
  }

  tcgetattr(fd: number): Termios | number {
    const tty = this.#tty(fd);
    return tty < 0 ? tty : this.machine.ttys.termios(tty);
  }

  /** `flushes`: what was typed and not read is thrown away (TCSAFLUSH). */
  tcsetattr(fd: number, termios: Termios, flushes = false): number {
    return this.#onTty(fd, (tty) => {
      if (flushes) this.machine.ttys.flushInput(tty);
      this.machine.ttys.setTermios(tty, termios);
      return 0;
    });
  }

  windowSize(fd: number): WindowSize | number {
    const { ttys } = this.machine;
    const tty = this.#tty(fd);
    return tty < 0 ? tty : { rows: ttys.rows(tty), columns: ttys.columns(tty) };
  }

  setWindowSize(fd: number, size: WindowSize): number {
    const tty = this.#tty(fd);
    return tty < 0 ? tty : this.resizeTerminal(tty, size);
  }

  /** The process group in the foreground. */
  tcgetpgrp(fd: number): number {
    const tty = this.#tty(fd);
    return tty < 0 ? tty : this.machine.ttys.group(tty);
  }

  /** Brings a group of the same session to the foreground. */
  tcsetpgrp(fd: number, group: number): number {
    return this.#onTty(fd, (tty) => {
      const { slots, ttys } = this.machine;
      const session = slots.get(this.slot, P_SESSION);
      if (group <= 0) return -EINVAL;
      if (ttys.session(tty) !== session) return -ENOTTY;
      const isInSession = (slot: number) =>
        slots.get(slot, P_GROUP) === group && slots.get(slot, P_SESSION) === session;
      if (![...slots.live()].some(isInSession)) return -EPERM;
      ttys.setGroup(tty, group);
      return 0;
    });
  }

  /** Whoever reads from the background is stopped first. */
  protected override readTerminal(tty: number, into: Uint8Array, at: number, length: number): number {
    const { slots, ttys } = this.machine;
    const group = slots.get(this.slot, P_GROUP);
    const isOurs = ttys.session(tty) === slots.get(this.slot, P_SESSION);
    if (isOurs && ttys.group(tty) !== 0 && ttys.group(tty) !== group) {
      if ((slots.get(this.slot, P_IGNORED) & (1 << SIGTTIN)) !== 0) return -EIO;
      this.signalGroup(group, SIGTTIN);
      return -EAGAIN;
    }
    return super.readTerminal(tty, into, at, length);
  }

  #onTty(fd: number, body: (tty: number) => number): number {
    return this.call(() => {
      const tty = this.#tty(fd);
      return tty < 0 ? tty : body(tty);
    });
  }

  #tty(fd: number): number {
    const file = this.file(fd);
    if (file < 0) return -EBADF;
    return this.machine.files.kind(file) === KIND_TTY ? this.machine.files.object(file) : -ENOTTY;
  }
}
