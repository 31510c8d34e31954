// Everything one worker needs to serve system calls on a sandbox's memory: the disk, the tables beside it and the lock.
// One per worker; the `System` of each process in that worker refers to it.

import { Disk } from "../disk/disk.ts";
import { Lock } from "../disk/lock.ts";
import type { Backing } from "../disk/memory.ts";
import { Walk } from "../disk/paths.ts";
import { OpenFiles } from "../io/open-files.ts";
import { Pipes } from "../io/pipe.ts";
import { Slots } from "../io/slots.ts";
import { Ttys } from "../io/tty.ts";
import { makeGuestCopier } from "./guest-copy.ts";
import { makeStackProbe } from "./stack.ts";
import { Virtual } from "./virtual.ts";

export class Machine {
  readonly disk: Disk;
  readonly slots: Slots;
  readonly pipes: Pipes;
  readonly ttys: Ttys;
  readonly files: OpenFiles;
  readonly lock: Lock;
  readonly virtual: Virtual;
  /** Two lookups' worth of scratch: no system call takes more than two paths. */
  readonly walk = new Walk();
  readonly otherWalk = new Walk();

  /** A process that was stopped blocks this thread at its next system call: where guests run, one to a thread. */
  blocksStopped = false;

  /** Asked first by every system call; throws when too little stack is left. Always content until `guardStack`. */
  ensureStack: () => void = () => {};

  constructor(disk: Disk) {
    this.disk = disk;
    this.slots = new Slots(disk.memory, disk.layout);
    this.pipes = new Pipes(disk.memory, disk.layout, this.slots);
    this.ttys = new Ttys(disk.memory, disk.layout, this.slots, this.pipes);
    this.files = new OpenFiles(disk, this.pipes, this.ttys);
    this.virtual = new Virtual(this);
    disk.paths.virtual = this.virtual;
    this.lock = new Lock(disk.memory.words, (pid) => this.slots.isDead(pid));
  }

  /** To be called where guests run. Not elsewhere: making the probe takes some 10 ms of a worker's start. */
  guardStack(): void {
    this.ensureStack = makeStackProbe();
  }

  /** Says whose memory the calls in this worker copy from and to, null = nobody's: what makes that faster. */
  serve(guest: WebAssembly.Memory | null): void {
    const { memory } = this.disk;
    const own = memory.backing.memory;
    memory.guest = guest === null || own === undefined ? null : makeGuestCopier(own, guest);
  }

  /** The machine whose disk another worker made. */
  static attach(backing: Backing): Machine {
    return new Machine(Disk.attach(backing));
  }
}
