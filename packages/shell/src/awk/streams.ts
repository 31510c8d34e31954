// awk's files and pipes: what print writes to, and what getline and the main loop read records from.

import {
  AT_FDCWD,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  type System,
  strerror,
} from "@vibengine/system";
import type { Regex } from "../regex/regex.ts";
import { BrokenPipe, binaryToBytes, binaryToText, bytesToBinary, Reader, Writer } from "../stdio.ts";
import type { ToolContext } from "../tool.ts";
import { AwkError } from "./values.ts";

/** How a stream becomes records. */
export type Separation = { kind: "character"; character: string } | { kind: "blank" } | { kind: "regex"; regex: Regex };

export class RecordReader {
  /** What ended the last record (RT). */
  terminator = "";
  start = 0;
  end = 0;
  #reader: Reader;
  #text = "";
  #at = 0;
  #ended = false;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** Whether the next record is at hand: text[start, end) then. If not, ask `next`. */
  ready(separation: Separation): boolean {
    if (separation.kind !== "character") return false;
    const end = this.#text.indexOf(separation.character, this.#at);
    if (end < 0) return false;
    this.start = this.#at;
    this.end = end;
    this.#at = end + 1;
    this.terminator = separation.character;
    return true;
  }

  get text(): string {
    return this.#text;
  }

  get record(): string {
    return this.#text.slice(this.start, this.end);
  }

  /** The next record, or null at the end. Throws ReadError. */
  async next(separation: Separation): Promise<string | null> {
    if (separation.kind === "blank") await this.#skipNewlines();
    // Nothing before this place holds a separator.
    let searched = this.#at;
    for (;;) {
      const [start, end] = this.#find(separation, searched);
      if (start >= 0 && (end < this.#text.length || this.#ended || separation.kind === "character")) {
        const record = this.#text.slice(this.#at, start);
        this.terminator = this.#text.slice(start, end);
        this.#at = end;
        if (separation.kind === "blank" && this.#ended && end === this.#text.length) this.terminator = "";
        return record;
      }
      if (this.#ended) {
        if (this.#at >= this.#text.length) return null;
        let record = this.#text.slice(this.#at);
        this.terminator = "";
        if (separation.kind === "blank" && record.endsWith("\n")) record = record.slice(0, -1);
        this.#at = this.#text.length;
        return record;
      }
      searched = start < 0 && separation.kind !== "regex" ? Math.max(0, this.#text.length - this.#at - 1) : 0;
      // Whole records leave nothing to be joined to what comes next.
      const chunk = await (separation.kind === "character"
        ? this.#reader.lines(separation.character.charCodeAt(0))
        : this.#reader.read());
      if (chunk) this.#text = this.#text.slice(this.#at) + bytesToBinary(chunk);
      else {
        this.#text = this.#text.slice(this.#at);
        this.#ended = true;
      }
      this.#at = 0;
    }
  }

  #find(separation: Separation, from: number): [start: number, end: number] {
    const text = this.#text;
    if (separation.kind === "character") {
      const at = text.indexOf(separation.character, from);
      return [at, at + 1];
    }
    if (separation.kind === "blank") {
      const at = text.indexOf("\n\n", Math.max(this.#at, from - 1));
      if (at < 0) return [-1, -1];
      let end = at + 2;
      while (text.charCodeAt(end) === 10) end++;
      return [at, end];
    }
    for (let at = this.#at; separation.regex.find(text, at); ) {
      const [start, end] = separation.regex.spans;
      if (end > start) return [start, end];
      at = end + 1;
      if (at > text.length) break;
    }
    return [-1, -1];
  }

  async #skipNewlines(): Promise<void> {
    for (;;) {
      while (this.#text.charCodeAt(this.#at) === 10) this.#at++;
      if (this.#at < this.#text.length || this.#ended) return;
      const chunk = await this.#reader.read();
      if (!chunk) this.#ended = true;
      this.#text = chunk ? bytesToBinary(chunk) : "";
      this.#at = 0;
    }
  }
}

interface Stream {
  writer: Writer | null;
  reader: RecordReader | null;
  fd: number;
  /** The status of the command at the other end. */
  command: Promise<number> | null;
}

/** Everything open, by the name it was opened under. */
export class Streams {
  #context: ToolContext;
  #open = new Map<string, Stream>();
  /** Writes what is still in the program's own output. */
  #flushOutput: () => Promise<void>;

  constructor(context: ToolContext, flushOutput: () => Promise<void>) {
    this.#context = context;
    this.#flushOutput = flushOutput;
  }

  /** The reader or writer already open under a name. */
  opened(name: string): { writer: Writer | null; reader: RecordReader | null } | undefined {
    return this.#open.get(name);
  }

  /** The writer for print > name, print >> name or print | command; null for the program's own output. */
  async output(kind: ">" | ">>" | "|", name: string): Promise<Writer | null> {
    if (kind !== "|" && (name === "/dev/stdout" || name === "-")) return null;
    if (kind !== "|" && name === "/dev/stderr") {
      await this.#flushOutput();
      return this.#context.stderr;
    }
    const known = this.#open.get(name);
    if (known?.writer) return known.writer;
    const { sys } = this.#context;
    if (kind === "|") {
      await this.#flushOutput();
      const [read, write] = pipeOf(sys);
      const command = this.#run(name, (child) => {
        child.dup2(read, 0);
        child.close(read);
        child.close(write);
      });
      sys.close(read);
      sys.setCloexec(write, true);
      return this.#keep(name, { writer: new Writer(sys, write), reader: null, fd: write, command });
    }
    const mode = kind === ">" ? O_TRUNC : O_APPEND;
    const fd = sys.open(AT_FDCWD, binaryToBytes(name), O_WRONLY | O_CREAT | O_CLOEXEC | mode, 0o666);
    if (fd < 0) throw new AwkError(`cannot redirect to \`${name}': ${strerror(fd)}`);
    return this.#keep(name, { writer: new Writer(sys, fd), reader: null, fd, command: null });
  }

  #keep(name: string, stream: Stream): Writer {
    this.#open.set(name, stream);
    return stream.writer!;
  }

  /** The records of a file, or of a command's output; null when there is no such file. */
  async input(kind: "file" | "command", name: string): Promise<RecordReader | null> {
    const known = this.#open.get(name);
    if (known?.reader) return known.reader;
    const { sys } = this.#context;
    if (kind === "file") {
      if (name === "-" || name === "/dev/stdin") {
        const reader = new RecordReader(this.#context.stdin);
        this.#open.set(name, { writer: null, reader, fd: -1, command: null });
        return reader;
      }
      const fd = sys.open(AT_FDCWD, binaryToBytes(name), O_RDONLY | O_CLOEXEC, 0);
      if (fd < 0) return null;
      const reader = new RecordReader(new Reader(sys, fd, () => this.#context.yield()));
      this.#open.set(name, { writer: null, reader, fd, command: null });
      return reader;
    }
    await this.flush();
    const [read, write] = pipeOf(sys);
    const command = this.#run(name, (child) => {
      child.dup2(write, 1);
      child.close(write);
      child.close(read);
    });
    sys.close(write);
    sys.setCloexec(read, true);
    const reader = new RecordReader(new Reader(sys, read, () => this.#context.yield()));
    this.#open.set(name, { writer: null, reader, fd: read, command });
    return reader;
  }

  #run(command: string, prepare: (child: System) => void): Promise<number> {
    const child = this.#context.sys.fork();
    if (typeof child === "number") throw new AwkError(`cannot fork: ${strerror(child)}`);
    for (const { fd, writer } of this.#open.values()) if (fd > 2 && writer) child.close(fd);
    prepare(child);
    return this.#context.run(["sh", "-c", binaryToText(command)], child);
  }

  async system(command: string): Promise<number> {
    await this.flush();
    return this.#context.run(["sh", "-c", binaryToText(command)]);
  }

  /** The status close() gives: -1 for what is not open. */
  async close(name: string): Promise<number> {
    const stream = this.#open.get(name);
    if (!stream) return -1;
    this.#open.delete(name);
    await this.#flushOutput();
    let status = 0;
    try {
      if (stream.writer) await stream.writer.flush();
    } catch (error) {
      if (!(error instanceof BrokenPipe)) throw error;
      status = -1;
    }
    if (stream.fd > 2) this.#context.sys.close(stream.fd);
    if (!stream.command) return status;
    const result = await stream.command;
    return result > 128 ? result + 128 : result;
  }

  async flush(name?: string): Promise<number> {
    await this.#flushOutput();
    if (name !== undefined) {
      const stream = this.#open.get(name);
      if (!stream?.writer) return name === "/dev/stdout" || name === "/dev/stderr" ? 0 : -1;
      await stream.writer.flush();
      return 0;
    }
    for (const { writer } of this.#open.values()) if (writer) await writer.flush();
    return 0;
  }

  async closeAll(): Promise<void> {
    for (const name of [...this.#open.keys()]) await this.close(name);
  }
}

function pipeOf(sys: System): [number, number] {
  const ends: [number, number] = [-1, -1];
  const result = sys.pipe(ends);
  if (result < 0) throw new AwkError(`cannot open pipe: ${strerror(result)}`);
  return ends;
}
