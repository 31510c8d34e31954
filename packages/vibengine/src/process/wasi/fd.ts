// The calls that move bytes and positions through an fd: read, write, pread, pwrite, seek, tell, readdir, close, renumber,
// sync, datasync, advise. The hot paths allocate nothing: vectors are read in place, System copies from and to guest memory.

import { wasi } from "@bjorn3/browser_wasi_shim";
import { newDirent, SIGPIPE } from "@vibengine/system";
import type { Binding } from "./process.ts";
import { filetypeOf } from "./rights.ts";

const AGAIN = -wasi.ERRNO_AGAIN;
const PIPE = -wasi.ERRNO_PIPE;
const DIRENT_SIZE = 24;
const LAST_ADVICE = wasi.ADVICE_NOREUSE;

// A write in several vectors up to this size goes out as one (PIPE_BUF, and the buffer of a C library's FILE): two
// processes that append lines to one file or pipe never mix them up.
const GATHER = 4096;

export function fdImports({ sys, guest, fds, preopens, waits }: Binding) {
  const gathered = new Uint8Array(GATHER);
  const dirent = newDirent();
  const direntBytes = new Uint8Array(DIRENT_SIZE);
  const direntView = new DataView(direntBytes.buffer);

  /** Writes all of `length` bytes, or as much as a non-blocking or failing fd takes. Bytes written, or -errno if none. */
  const writeAll = (fd: number, from: Uint8Array, at: number, length: number): number => {
    let done = 0;
    do {
      let n = sys.write(fd, from, at + done, length - done);
      if (n === AGAIN) n = waits.write(fd, from, at + done, length - done);
      if (n < 0) {
        if (n === PIPE) {
          // The default action ends the process: checkKilled throws.
          sys.kill(sys.pid, SIGPIPE);
          sys.checkKilled();
        }
        return done > 0 ? done : n;
      }
      done += n;
      if (n === 0) break;
    } while (done < length);
    return done;
  };

  /** Writes at `position`, or at the fd's own for -1, out of `count` vectors. */
  const writeVectors = (fd: number, vectors: number, count: number, position: number, out: number): number => {
    const total = guest.total(vectors, count);
    if (total < 0 || !guest.has(out, 4)) return wasi.ERRNO_FAULT;
    let done = 0;
    if (count > 1 && total <= GATHER) {
      for (let at = vectors, end = vectors + count * 8; at < end; at += 8) {
        const from = guest.view.getUint32(at, true);
        const length = guest.view.getUint32(at + 4, true);
        gathered.set(guest.bytes.subarray(from, from + length), done);
        done += length;
      }
      done = position < 0 ? writeAll(fd, gathered, 0, total) : sys.pwrite(fd, gathered, 0, total, position);
      if (done < 0) return -done;
    } else {
      for (let at = vectors, end = vectors + count * 8; at < end; at += 8) {
        const from = guest.view.getUint32(at, true);
        const length = guest.view.getUint32(at + 4, true);
        if (length === 0 && count > 1) continue;
        const n =
          position < 0
            ? writeAll(fd, guest.bytes, from, length)
            : sys.pwrite(fd, guest.bytes, from, length, position + done);
        if (n < 0) {
          if (done > 0) break;
          return -n;
        }
        done += n;
        if (n < length) break;
      }
    }
    guest.view.setUint32(out, done, true);
    return wasi.ERRNO_SUCCESS;
  };

  const sync = (fd: number, right: number): number => {
    if (!fds.allows(fd, right)) return fds.denial(fd, right);
    const result = sys.fsync(fd);
    return result < 0 ? -result : wasi.ERRNO_SUCCESS;
  };

  return {
    fd_read(fd: number, vectors: number, count: number, out: number): number {
      vectors >>>= 0;
      count >>>= 0;
      out >>>= 0;
      if (!fds.allows(fd, wasi.RIGHTS_FD_READ)) return fds.denial(fd, wasi.RIGHTS_FD_READ);
      if (guest.total(vectors, count) < 0 || !guest.has(out, 4)) return wasi.ERRNO_FAULT;
      let done = 0;
      for (let at = vectors, end = vectors + count * 8; at < end; at += 8) {
        const into = guest.view.getUint32(at, true);
        const length = guest.view.getUint32(at + 4, true);
        if (length === 0) continue;
        let n = sys.read(fd, guest.bytes, into, length);
        // Only for the first byte: what is there is delivered at once.
        if (n === AGAIN && done === 0) n = waits.read(fd, guest.bytes, into, length);
        if (n < 0) {
          if (done > 0) break;
          return -n;
        }
        done += n;
        if (n < length) break;
      }
      guest.view.setUint32(out, done, true);
      return wasi.ERRNO_SUCCESS;
    },

    fd_pread(fd: number, vectors: number, count: number, offset: bigint, out: number): number {
      vectors >>>= 0;
      count >>>= 0;
      out >>>= 0;
      const rights = wasi.RIGHTS_FD_READ | wasi.RIGHTS_FD_SEEK;
      if (!fds.allows(fd, rights)) return fds.denial(fd, rights);
      const position = Number(offset);
      if (position < 0 || position > Number.MAX_SAFE_INTEGER) return wasi.ERRNO_INVAL;
      if (guest.total(vectors, count) < 0 || !guest.has(out, 4)) return wasi.ERRNO_FAULT;
      let done = 0;
      for (let at = vectors, end = vectors + count * 8; at < end; at += 8) {
        const into = guest.view.getUint32(at, true);
        const length = guest.view.getUint32(at + 4, true);
        if (length === 0) continue;
        const n = sys.pread(fd, guest.bytes, into, length, position + done);
        if (n < 0) {
          if (done > 0) break;
          return -n;
        }
        done += n;
        if (n < length) break;
      }
      guest.view.setUint32(out, done, true);
      return wasi.ERRNO_SUCCESS;
    },

    fd_write(fd: number, vectors: number, count: number, out: number): number {
      if (!fds.allows(fd, wasi.RIGHTS_FD_WRITE)) return fds.denial(fd, wasi.RIGHTS_FD_WRITE);
      return writeVectors(fd, vectors >>> 0, count >>> 0, -1, out >>> 0);
    },

    fd_pwrite(fd: number, vectors: number, count: number, offset: bigint, out: number): number {
      const rights = wasi.RIGHTS_FD_WRITE | wasi.RIGHTS_FD_SEEK;
      if (!fds.allows(fd, rights)) return fds.denial(fd, rights);
      const position = Number(offset);
      if (position < 0) return wasi.ERRNO_INVAL;
      if (position > Number.MAX_SAFE_INTEGER) return wasi.ERRNO_FBIG;
      return writeVectors(fd, vectors >>> 0, count >>> 0, position, out >>> 0);
    },

    fd_seek(fd: number, offset: bigint, whence: number, out: number): number {
      out >>>= 0;
      // The right to tell is enough to ask for the position, and the right to seek implies it.
      const asksOnly = whence === wasi.WHENCE_CUR && offset === 0n;
      if (!fds.allows(fd, wasi.RIGHTS_FD_SEEK) && !(asksOnly && fds.allows(fd, wasi.RIGHTS_FD_TELL))) {
        return fds.denial(fd, wasi.RIGHTS_FD_SEEK);
      }
      const delta = Number(offset);
      if (whence < 0 || whence > wasi.WHENCE_END || !Number.isSafeInteger(delta)) return wasi.ERRNO_INVAL;
      if (!guest.has(out, 8)) return wasi.ERRNO_FAULT;
      const position = sys.lseek(fd, delta, whence as 0 | 1 | 2);
      if (position < 0) return -position;
      guest.setU64(out, position);
      return wasi.ERRNO_SUCCESS;
    },

    fd_tell(fd: number, out: number): number {
      out >>>= 0;
      if (!fds.allows(fd, wasi.RIGHTS_FD_TELL) && !fds.allows(fd, wasi.RIGHTS_FD_SEEK)) {
        return fds.denial(fd, wasi.RIGHTS_FD_TELL);
      }
      if (!guest.has(out, 8)) return wasi.ERRNO_FAULT;
      const position = sys.lseek(fd, 0, 1);
      if (position < 0) return -position;
      guest.setU64(out, position);
      return wasi.ERRNO_SUCCESS;
    },

    fd_readdir(fd: number, buffer: number, length: number, cookie: bigint, out: number): number {
      buffer >>>= 0;
      length >>>= 0;
      out >>>= 0;
      if (!fds.allows(fd, wasi.RIGHTS_FD_READDIR)) {
        // Of a file Linux says ENOTDIR. TinyGo's libraries know EBADF, which WASI's other hosts say, and panic at anything else.
        const errno = fds.denial(fd, wasi.RIGHTS_FD_READDIR);
        return errno === wasi.ERRNO_NOTDIR ? wasi.ERRNO_BADF : errno;
      }
      if (!guest.has(buffer, length) || !guest.has(out, 4)) return wasi.ERRNO_FAULT;
      let next = Number(BigInt.asUintN(64, cookie));
      let used = 0;
      // A last entry cut off by the buffer's end fills it: `used === length` tells the guest to come back, and it does so
      // with the cookie of the last whole entry.
      // A cookie that no entry has is past the end.
      while (used < length && next <= Number.MAX_SAFE_INTEGER) {
        const found = sys.readdir(fd, next, dirent);
        if (found < 0) return -found;
        if (found === 0) break;
        next = dirent.cookie;
        writeDirent(direntView, dirent);
        const head = Math.min(DIRENT_SIZE, length - used);
        guest.bytes.set(head < DIRENT_SIZE ? direntBytes.subarray(0, head) : direntBytes, buffer + used);
        used += head;
        const name = Math.min(dirent.name.length, length - used);
        guest.bytes.set(name < dirent.name.length ? dirent.name.subarray(0, name) : dirent.name, buffer + used);
        used += name;
      }
      guest.view.setUint32(out, used, true);
      return wasi.ERRNO_SUCCESS;
    },

    fd_close(fd: number): number {
      if (!fds.isOpen(fd)) return wasi.ERRNO_BADF;
      fds.forget(fd);
      preopens.closed(fd);
      const result = sys.close(fd);
      return result < 0 ? -result : wasi.ERRNO_SUCCESS;
    },

    fd_renumber(from: number, to: number): number {
      if (!fds.isOpen(from) || !fds.isOpen(to)) return wasi.ERRNO_BADF;
      if (from === to) return wasi.ERRNO_SUCCESS;
      const result = sys.dup2(from, to);
      if (result < 0) return -result;
      sys.close(from);
      fds.move(from, to);
      preopens.moved(from, to);
      return wasi.ERRNO_SUCCESS;
    },

    fd_sync: (fd: number): number => sync(fd, wasi.RIGHTS_FD_SYNC),
    fd_datasync: (fd: number): number => sync(fd, wasi.RIGHTS_FD_DATASYNC),

    fd_advise(fd: number, offset: bigint, length: bigint, advice: number): number {
      if (!fds.allows(fd, wasi.RIGHTS_FD_ADVISE)) {
        // Of a stream Linux says ESPIPE, but WASI's other hosts say EBADF.
        const errno = fds.denial(fd, wasi.RIGHTS_FD_ADVISE);
        return errno === wasi.ERRNO_SPIPE ? wasi.ERRNO_BADF : errno;
      }
      if (advice < 0 || advice > LAST_ADVICE || offset < 0n || length < 0n) return wasi.ERRNO_INVAL;
      // The disk is memory: there is nothing to read ahead or to drop.
      return wasi.ERRNO_SUCCESS;
    },
  };
}

function writeDirent(view: DataView, dirent: { cookie: number; ino: number; name: Uint8Array; type: number }): void {
  view.setBigUint64(0, BigInt(dirent.cookie), true);
  view.setBigUint64(8, BigInt(dirent.ino), true);
  view.setUint32(16, dirent.name.length, true);
  view.setUint32(20, filetypeOf(dirent.type), true);
}
