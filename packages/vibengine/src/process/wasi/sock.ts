// sock_accept, sock_recv, sock_send, sock_shutdown. A sandbox has no sockets: an open fd is never one.

import { wasi } from "@bjorn3/browser_wasi_shim";
import type { Binding } from "./process.ts";

export function sockImports({ fds }: Binding) {
  const notSocket = (fd: number): number => (fds.isOpen(fd) ? wasi.ERRNO_NOTSOCK : wasi.ERRNO_BADF);

  return {
    sock_accept: (fd: number, _flags: number, _out: number): number => notSocket(fd),
    sock_recv: (fd: number, _iovs: number, _count: number, _flags: number, _size: number, _outFlags: number): number =>
      notSocket(fd),
    sock_send: (fd: number, _iovs: number, _count: number, _flags: number, _size: number): number => notSocket(fd),
    sock_shutdown: (fd: number, _how: number): number => notSocket(fd),
  };
}
