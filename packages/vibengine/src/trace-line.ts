// The parts of a line of a trace, as strace(1) writes them. Used for what WebAssembly programs call and for what the shell's
// own tools call.

import { decode, monotonicMs, strerror } from "@vibengine/system";

/** Bytes shown of what is read or written. */
export const SHOWN_BYTES = 32;

/** By number, preview1's. */
const ERRNO_NAMES =
  "SUCCESS 2BIG ACCES ADDRINUSE ADDRNOTAVAIL AFNOSUPPORT AGAIN ALREADY BADF BADMSG BUSY CANCELED CHILD CONNABORTED " +
  "CONNREFUSED CONNRESET DEADLK DESTADDRREQ DOM DQUOT EXIST FAULT FBIG HOSTUNREACH IDRM ILSEQ INPROGRESS INTR INVAL IO " +
  "ISCONN ISDIR LOOP MFILE MLINK MSGSIZE MULTIHOP NAMETOOLONG NETDOWN NETRESET NETUNREACH NFILE NOBUFS NODEV NOENT NOEXEC " +
  "NOLCK NOLINK NOMEM NOMSG NOPROTOOPT NOSPC NOSYS NOTCONN NOTDIR NOTEMPTY NOTRECOVERABLE NOTSOCK NOTSUP NOTTY NXIO " +
  "OVERFLOW OWNERDEAD PERM PIPE PROTO PROTONOSUPPORT PROTOTYPE RANGE ROFS SPIPE SRCH STALE TIMEDOUT TXTBSY XDEV NOTCAPABLE";

/** A call's result when it failed: `-1 ENOENT (No such file or directory)`. */
export function failure(errno: number): string {
  return `-1 E${ERRNO_NAMES.split(" ")[errno]} (${strerror(errno)})`;
}

/** The time since `start` (performance.now()), in seconds: `<0.000012>`. */
export function secondsSince(start: number): string {
  return `<${((monotonicMs() - start) / 1000).toFixed(6)}>`;
}

/** Bytes as a string of C, at most so many of them. */
export function quoted(bytes: Uint8Array, most: number): string {
  const text = decode(bytes.subarray(0, most));
  // JSON's escapes are C's for what a terminal must not see; a lone surrogate stands for a byte that isn't UTF-8.
  const escaped = JSON.stringify(text).replace(/\\udc([89a-f][0-9a-f])/g, "\\x$1");
  return bytes.length > most ? `${escaped}...` : escaped;
}
