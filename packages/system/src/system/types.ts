// The shapes that system calls fill in. Callers make one and use it again, so that a call allocates nothing.

/** What `stat` tells. Sizes in bytes, `blocks` in units of 512 bytes, times in seconds since 1970 and nanoseconds. */
export interface Stat {
  dev: number;
  ino: number;
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  size: number;
  blocks: number;
  atimeSec: number;
  atimeNsec: number;
  mtimeSec: number;
  mtimeNsec: number;
  ctimeSec: number;
  ctimeNsec: number;
}

export function newStat(): Stat {
  return {
    dev: 0,
    ino: 0,
    mode: 0,
    nlink: 0,
    uid: 0,
    gid: 0,
    size: 0,
    blocks: 0,
    atimeSec: 0,
    atimeNsec: 0,
    mtimeSec: 0,
    mtimeNsec: 0,
    ctimeSec: 0,
    ctimeNsec: 0,
  };
}

/** One directory entry. `type` is mode >> 12 (4 directory, 8 file, 10 symbolic link, 2 character device); `cookie` leads to the next. */
export interface Dirent {
  ino: number;
  type: number;
  name: Uint8Array<ArrayBuffer>;
  cookie: number;
}

export function newDirent(): Dirent {
  return { ino: 0, type: 0, name: new Uint8Array(0), cookie: 0 };
}

/** Sizes of the disk: `blockSize` in bytes, the rest in blocks and inodes. */
export interface Statfs {
  blockSize: number;
  blocks: number;
  freeBlocks: number;
  inodes: number;
  freeInodes: number;
}

/** One fd to `poll`: what is wanted, and after the call what is so. `available` is bytes to read; `error` an errno, 0 = none. */
export interface PollFd {
  fd: number;
  wantRead: boolean;
  wantWrite: boolean;
  readable: boolean;
  writable: boolean;
  hangup: boolean;
  available: number;
  error: number;
}

export function newPollFd(fd: number, wantRead: boolean, wantWrite: boolean): PollFd {
  return { fd, wantRead, wantWrite, readable: false, writable: false, hangup: false, available: 0, error: 0 };
}

/** Thrown by a system call of a process that has been killed: the task or worker unwinds and ends. */
export class Killed extends Error {
  /** Goes by the name: the shell's file and the tools' file each have a copy of this class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "Killed";
  }

  readonly signal: number;
  constructor(signal: number) {
    super(`killed by signal ${signal}`);
    this.name = "Killed";
    this.signal = signal;
  }
}
