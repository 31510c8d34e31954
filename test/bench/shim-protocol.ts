// What passes between the page, the shim's reader and the worker that keeps its files.

/** Shared memory: a word that says "answered", the errno, the count, and the bytes. */
export const ANSWERED = 0;
export const ERRNO = 1;
export const COUNT = 2;
export const DATA_AT = 16;
export const RPC_BYTES = DATA_AT + 65_536;

export interface ToFiles {
  shared: SharedArrayBuffer;
  port: MessagePort;
  /** Size of the file. */
  bytes: number;
}

export interface ToReader {
  shared: SharedArrayBuffer;
  port: MessagePort;
  program: Uint8Array<ArrayBuffer>;
}

export interface ReadRequest {
  size: number;
  offset: bigint;
}

export interface FromReader {
  ms: number;
}
