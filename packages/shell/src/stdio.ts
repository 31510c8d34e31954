// Buffered byte streams over a file descriptor: Reader and Writer, used by the tools and by the shell's builtins.
// They call System.read and System.write and nothing else. The usual case never awaits: a system call is tried first,
// and only one that would block goes through sys.block().

import { decode, EAGAIN, EINTR, EPIPE, encode, type System, strerror } from "@vibengine/system";

/** One read or write system call moves at most this many bytes. */
export const CHUNK = 65536;

/** The shell's file and the tools' file each have a copy of these errors; `instanceof` goes by the name, so they know each other's. */
function byName(name: string): (value: unknown) => boolean {
  return (value) => value instanceof Error && value.name === name;
}

/** A read failed. `errno` is positive. */
export class ReadError extends Error {
  static override [Symbol.hasInstance] = byName("ReadError");
  override name = "ReadError";
  errno: number;
  constructor(errno: number) {
    super(strerror(errno));
    this.errno = errno;
  }
}

/** A write failed for a reason other than a missing reader. `errno` is positive. */
export class WriteError extends Error {
  static override [Symbol.hasInstance] = byName("WriteError");
  override name = "WriteError";
  errno: number;
  constructor(errno: number) {
    super(strerror(errno));
    this.errno = errno;
  }
}

/** A write found no reader at the pipe's other end: the task ends silently with status 141 (128 + SIGPIPE). */
export class BrokenPipe extends Error {
  static override [Symbol.hasInstance] = byName("BrokenPipe");
  override name = "BrokenPipe";
  constructor() {
    super("Broken pipe");
  }
}

export class Reader {
  readonly fd: number;
  #sys: System;
  #pause: (() => Promise<void>) | undefined;
  #buffer: Uint8Array<ArrayBuffer> | null = null;
  /** buffer[#start, #end) was read from the fd and not yet given out. */
  #start = 0;
  #end = 0;
  #ended = false;
  #paused = 0;

  /** @param pause called when the reads have gone on for 10 ms without it, so that a long loop lets others run */
  constructor(sys: System, fd: number, pause?: () => Promise<void>) {
    this.#sys = sys;
    this.fd = fd;
    this.#pause = pause;
  }

  /** The next chunk, at most 64 KiB, or null at the end of the file. It is a view of the reader's buffer, valid until the next call. */
  async read(): Promise<Uint8Array | null> {
    if (this.#start === this.#end) {
      this.#start = this.#end = 0;
      if ((await this.#fill()) === 0) return null;
    }
    const chunk = this.#buffer!.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return chunk;
  }

  /**
   * The next run of whole lines, or null at the end of the file: a view, valid until the next call, that ends with `delimiter`
   * except when the file's last line has none. A line longer than the buffer grows the buffer.
   */
  async lines(delimiter = 10): Promise<Uint8Array | null> {
    if (this.#start > 0) {
      this.#buffer!.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    // What is left over from the last call holds no delimiter, unless unread() put it there.
    let from = 0;
    for (;;) {
      const last = this.#end > from ? this.#buffer!.subarray(from, this.#end).lastIndexOf(delimiter) : -1;
      if (last >= 0) {
        this.#start = from + last + 1;
        return this.#buffer!.subarray(0, this.#start);
      }
      from = this.#end;
      if ((await this.#fill()) === 0) {
        if (this.#end === 0) return null;
        this.#start = this.#end;
        return this.#buffer!.subarray(0, this.#end);
      }
    }
  }

  /** Everything up to the end of the file, in an array of its own. */
  async readAll(): Promise<Uint8Array<ArrayBuffer>> {
    let all = new Uint8Array(CHUNK);
    let length = 0;
    for (let chunk = await this.read(); chunk; chunk = await this.read()) {
      if (length + chunk.length > all.length) {
        const larger = new Uint8Array(Math.max(all.length * 2, length + chunk.length));
        larger.set(all.subarray(0, length));
        all = larger;
      }
      all.set(chunk, length);
      length += chunk.length;
    }
    return all.subarray(0, length);
  }

  /** Gives back the last `count` bytes of what the last call returned: the next call returns them again. */
  unread(count: number): void {
    this.#start -= count;
  }

  /** Where the fd allows it, moves the file offset back over bytes read but not given out, for whoever reads the fd next. */
  release(): void {
    if (this.#end > this.#start) this.#sys.lseek(this.fd, this.#start - this.#end, 1);
    this.#start = this.#end = 0;
  }

  /** Reads once more behind #end; the number of bytes, 0 at the end of the file. */
  async #fill(): Promise<number> {
    if (this.#ended) return 0;
    this.#buffer ??= new Uint8Array(CHUNK);
    if (this.#end === this.#buffer.length) {
      const larger = new Uint8Array(this.#buffer.length * 2);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    if (this.#pause) {
      const now = performance.now();
      if (this.#paused === 0) this.#paused = now;
      if (now - this.#paused > 10) {
        await this.#pause();
        this.#paused = performance.now();
      }
    }
    const buffer = this.#buffer;
    const attempt = () => this.#sys.read(this.fd, buffer, this.#end, Math.min(CHUNK, buffer.length - this.#end));
    let count = attempt();
    while (count === -EAGAIN || count === -EINTR) count = await this.#sys.block(attempt);
    if (count < 0) throw new ReadError(-count);
    // A terminal gives a new line after ^D; a file or pipe that has ended stays so.
    if (count === 0) this.#ended = !this.#sys.isatty(this.fd);
    this.#end += count;
    return count;
  }
}

export class Writer {
  readonly fd: number;
  #sys: System;
  #buffer: Uint8Array<ArrayBuffer> | null = null;
  #used = 0;
  /** "line": flush whenever a line is complete (a terminal); "none": flush every write (stderr). */
  #mode: "block" | "line" | "none" | null = null;
  #waiting: Promise<void> | null = null;
  #failure: Error | null = null;

  constructor(sys: System, fd: number) {
    this.#sys = sys;
    this.fd = fd;
  }

  /**
   * Appends to the stream. Returns nothing when that was done at once; a promise when the fd would block: await it before
   * the next write and before the bytes change. Text is written as UTF-8, byte-exact for what `decode` made.
   */
  write(data: Uint8Array | string): void | Promise<void> {
    if (this.#failure) throw this.#failure;
    if (typeof data === "string") {
      if (!this.#waiting && this.#putText(data)) return;
      data = encode(data);
    }
    return this.#put(data);
  }

  /** Appends a string whose characters are bytes (U+0000 to U+00FF). */
  writeBinary(text: string): void | Promise<void> {
    if (this.#failure) throw this.#failure;
    if (!this.#waiting && this.#putText(text)) return;
    return this.#put(binaryToBytes(text));
  }

  /** Appends one byte. */
  writeByte(byte: number): void | Promise<void> {
    if (!this.#waiting && this.#mode === "block" && this.#used < CHUNK) this.#buffer![this.#used++] = byte;
    else return this.write(new Uint8Array([byte]));
  }

  /** Hands everything written so far to the kernel. */
  async flush(): Promise<void> {
    if (this.#waiting) await this.#waiting;
    if (this.#failure) throw this.#failure;
    if (this.#used > 0 && !this.#drain()) await this.#later(null);
  }

  /** True if `text` was all ASCII and fitted into the buffer, where it now is. */
  #putText(text: string): boolean {
    const length = text.length;
    if (this.#mode !== "block" || length > CHUNK - this.#used) return false;
    const buffer = this.#buffer!;
    const used = this.#used;
    if (length > 48) {
      const { read, written } = encoder.encodeInto(text, buffer.subarray(used));
      if (read !== length || written !== length) return false;
    } else {
      for (let i = 0; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 127) return false;
        buffer[used + i] = code;
      }
    }
    this.#used = used + length;
    return true;
  }

  #put(data: Uint8Array): void | Promise<void> {
    if (this.#waiting) return this.#later(data);
    this.#buffer ??= new Uint8Array(this.fd === 2 ? 4096 : CHUNK);
    this.#mode ??= this.fd === 2 ? "none" : this.#sys.isatty(this.fd) ? "line" : "block";
    const buffer = this.#buffer;
    let at = 0;
    if (data.length > buffer.length - this.#used) {
      if (!this.#drain()) return this.#later(data);
      while (data.length - at >= buffer.length) {
        const count = this.#sys.write(this.fd, data, at, data.length - at);
        if (count === -EAGAIN || count === -EINTR) return this.#later(data.subarray(at));
        if (count < 0) throw this.#fail(-count);
        at += count;
      }
      if (at > 0) data = data.subarray(at);
    }
    buffer.set(data, this.#used);
    this.#used += data.length;
    if (this.#mode === "none" || (this.#mode === "line" && data.includes(10))) {
      if (!this.#drain()) return this.#later(null);
    }
  }

  /** Writes the buffer out as far as that goes without blocking; true if it is empty now. */
  #drain(): boolean {
    let at = 0;
    while (at < this.#used) {
      const count = this.#sys.write(this.fd, this.#buffer!, at, this.#used - at);
      if (count === -EAGAIN || count === -EINTR) {
        this.#buffer!.copyWithin(0, at, this.#used);
        this.#used -= at;
        return false;
      }
      if (count < 0) throw this.#fail(-count);
      at += count;
    }
    this.#used = 0;
    return true;
  }

  /** Queues behind what already waits: the buffer, then `data`, both written with blocking calls. */
  #later(data: Uint8Array | null): Promise<void> {
    const work = async () => {
      if (this.#failure) throw this.#failure;
      const used = this.#used;
      this.#used = 0;
      if (used > 0) await this.#writeBlocking(this.#buffer!.subarray(0, used));
      if (data) await this.#writeBlocking(data);
    };
    const promise = this.#waiting ? this.#waiting.then(work) : work();
    const settled = () => {
      if (this.#waiting === promise) this.#waiting = null;
    };
    this.#waiting = promise;
    promise.then(settled, settled);
    return promise;
  }

  async #writeBlocking(data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.length; ) {
      const attempt = () => this.#sys.write(this.fd, data, at, data.length - at);
      const count = await this.#sys.block(attempt);
      if (count === -EINTR) continue;
      if (count < 0) throw this.#fail(-count);
      at += count;
    }
  }

  #fail(errno: number): Error {
    this.#used = 0;
    this.#failure = errno === EPIPE ? new BrokenPipe() : new WriteError(errno);
    return this.#failure;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");

/** Bytes as a string of the same length, one character U+0000 to U+00FF a byte. Not for views of shared memory. */
export function bytesToBinary(bytes: Uint8Array): string {
  // "latin1" is windows-1252 to a TextDecoder: it differs in 0x80–0x9f only, which then gives characters above U+00FF.
  // V8 answers the test at once for a one-byte string, which nearly all are.
  if (bytes.length > 64) {
    const text = decoder.decode(bytes);
    if (!/[\u0100-\uffff]/.test(text)) return text;
  }
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + 8192) as unknown as number[]);
  }
  return text;
}

/** Text as a binary string of its bytes. */
export const textToBinary = (text: string): string => bytesToBinary(encode(text));

/** The inverse of textToBinary. */
export const binaryToText = (binary: string): string => decode(binaryToBytes(binary));

/** The inverse of bytesToBinary. */
export function binaryToBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  const { read, written } = encoder.encodeInto(text, bytes);
  if (read === text.length && written === text.length) return bytes;
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
