// For the tests here: a guest without code. Its memory, its imports, and short ways to put arguments in and take results out.

import { wasi } from "@bjorn3/browser_wasi_shim";
import { AT_FDCWD, decode, encode, O_CREAT, O_TRUNC, O_WRONLY, type System } from "@vibengine/system";
import { testSystem } from "@vibengine/system/testing";
import { bindWasi, openPreopens, type WasiProcess } from "./index.ts";

/** The guest's preopen, a fresh directory of the sandbox that the program sees as `/scratch`. */
export const DIR = 3;
const SCRATCH = "/home/user/scratch";

/** All rights that a file can be asked for at path_open, less those to write. */
export const READ = BigInt(wasi.RIGHTS_FD_READ | wasi.RIGHTS_FD_READDIR);
export const ALL = 0x1fffffffn;

type Arg = number | bigint | string;

export interface TestGuest {
  sys: System;
  memory: WebAssembly.Memory;
  /** The names of all imports. */
  names: string[];
  forgetFd(fd: number): void;
  /** Calls an import. A string becomes its address and its length in bytes. */
  call(name: string, ...args: Arg[]): number;
  /** Room for `size` bytes, zeroed, aligned to 8. */
  room(size: number): number;
  /** Puts bytes or text in and returns their address. */
  put(bytes: Uint8Array | string): number;
  /** Puts vectors (address, length)… in and returns their address. */
  vectors(...pairs: [at: number, length: number][]): number;
  u8(at: number): number;
  u16(at: number): number;
  u32(at: number): number;
  u64(at: number): bigint;
  text(at: number, length: number): string;
  bytes(at: number, length: number): Uint8Array;
  /** path_open that must succeed: the fd. */
  open(path: string, oflags?: number, rights?: bigint, fdflags?: number): number;
  /** fd_read of up to `length` bytes as one vector: errno and text. */
  read(fd: number, length: number): [errno: number, text: string];
  write(fd: number, text: string): [errno: number, written: number];
  /** Writes a file into the scratch directory behind the guest's back. */
  file(name: string, text?: string): void;
  filetype(path: string): number;
}

export function testGuest(options: Partial<WasiProcess> = {}): TestGuest {
  const sys = options.sys ?? testSystem();
  sys.mkdir(AT_FDCWD, encode(SCRATCH), 0o755);
  const opened = options.preopens ?? openPreopens(sys, [{ path: encode(SCRATCH), name: encode("/scratch") }]);
  if (typeof opened === "number") throw new Error(`preopen: ${opened}`);
  const memory = options.memory?.() ?? new WebAssembly.Memory({ initial: 4, maximum: 64 });
  const { imports, forgetFd } = bindWasi({
    args: [],
    env: [],
    ...options,
    sys,
    preopens: opened,
    memory: () => memory,
  });
  let top = 1024;
  const view = (): DataView => new DataView(memory.buffer);

  const guest: TestGuest = {
    sys,
    memory,
    names: Object.keys(imports),
    forgetFd,
    call(name, ...args) {
      const flat: (number | bigint)[] = [];
      for (const arg of args) {
        if (typeof arg === "string") {
          const bytes = encode(arg);
          flat.push(guest.put(bytes), bytes.length);
        } else flat.push(arg);
      }
      return (imports[name] as (...args: (number | bigint)[]) => number)(...flat);
    },
    room(size) {
      const at = top;
      top = (top + size + 7) & ~7;
      while (top > memory.buffer.byteLength) memory.grow(1);
      new Uint8Array(memory.buffer, at, size).fill(0);
      return at;
    },
    put(bytes) {
      const own = typeof bytes === "string" ? encode(bytes) : bytes;
      const at = guest.room(own.length);
      new Uint8Array(memory.buffer).set(own, at);
      return at;
    },
    vectors(...pairs) {
      const at = guest.room(pairs.length * 8);
      pairs.forEach(([from, length], i) => {
        view().setUint32(at + 8 * i, from, true);
        view().setUint32(at + 8 * i + 4, length, true);
      });
      return at;
    },
    u8: (at) => view().getUint8(at),
    u16: (at) => view().getUint16(at, true),
    u32: (at) => view().getUint32(at, true),
    u64: (at) => view().getBigUint64(at, true),
    text: (at, length) => decode(guest.bytes(at, length)),
    bytes: (at, length) => new Uint8Array(memory.buffer).slice(at, at + length),
    open(path, oflags = 0, rights = ALL & ~BigInt(wasi.RIGHTS_FD_WRITE), fdflags = 0) {
      const out = guest.room(4);
      const errno = guest.call("path_open", DIR, 1, path, oflags, rights, ALL, fdflags, out);
      if (errno !== 0) throw new Error(`open ${path}: errno ${errno}`);
      return guest.u32(out);
    },
    read(fd, length) {
      const into = guest.room(length);
      const out = guest.room(4);
      const errno = guest.call("fd_read", fd, guest.vectors([into, length]), 1, out);
      return [errno, guest.text(into, guest.u32(out))];
    },
    write(fd, text) {
      const bytes = encode(text);
      const out = guest.room(4);
      const errno = guest.call("fd_write", fd, guest.vectors([guest.put(bytes), bytes.length]), 1, out);
      return [errno, guest.u32(out)];
    },
    file(name, text = "") {
      const fd = sys.open(AT_FDCWD, encode(`${SCRATCH}/${name}`), O_CREAT | O_WRONLY | O_TRUNC, 0o644);
      const bytes = encode(text);
      if (fd < 0 || sys.write(fd, bytes, 0, bytes.length) !== bytes.length) throw new Error(`write ${name}: ${fd}`);
      sys.close(fd);
    },
    filetype(path) {
      const out = guest.room(64);
      const errno = guest.call("path_filestat_get", DIR, 0, path, out);
      if (errno !== 0) throw new Error(`stat ${path}: errno ${errno}`);
      return guest.u8(out + 16);
    },
  };
  return guest;
}

/** A fresh open pipe of the guest's process: [read end, write end]. */
export function openPipe({ sys }: TestGuest): [number, number] {
  const ends: [number, number] = [0, 0];
  if (sys.pipe(ends) < 0) throw new Error("pipe");
  return ends;
}
