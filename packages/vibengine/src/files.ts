// `sandbox.files`: checks arguments, turns what a user has into bytes and back, and forwards.

import { proxy, transfer } from "comlink";
import { ownBytes } from "./bytes.ts";
import type { Call } from "./call.ts";
import { FileNotFoundError, InvalidArgumentError } from "./errors.ts";
import { checkOneOf, checkPath } from "./options.ts";
import type { EntryInfo, WatchEvent, WatchSink } from "./protocol.ts";
import { Watch, type WatchHandle, type WatchOptions } from "./watch.ts";

/** What {@link Files.write} takes. */
export type WriteData = string | ArrayBuffer | Uint8Array | Blob | ReadableStream<Uint8Array>;

/** One file of several to {@link Files.write}. */
export interface WriteEntry {
  path: string;
  data: WriteData;
}

const FORMATS = ["text", "bytes", "blob", "stream"] as const;

/** Reads and writes files of the sandbox. Relative paths start at /home/user. */
export class Files {
  readonly #call: Call;
  readonly #watches = new Set<Watch>();

  /** `gone` rejects when the sandbox ends. @internal */
  constructor(call: Call, gone: Promise<never>) {
    this.#call = call;
    gone.catch((error) => {
      for (const watch of this.#watches) watch.exit(error);
      this.#watches.clear();
    });
  }

  /**
   * The content of a file: as text (UTF-8) by default, as `bytes`, as a `blob`, or as a `stream` of pieces.
   * @throws {FileNotFoundError} when there is none; {InvalidArgumentError} when it is a directory.
   *
   * @example
   * ```ts
   * const config = await sandbox.files.read("/home/user/config.yaml");
   * const image = await sandbox.files.read("plot.png", { format: "bytes" });
   * ```
   */
  read(path: string, options?: { format?: "text" }): Promise<string>;
  read(path: string, options: { format: "bytes" }): Promise<Uint8Array<ArrayBuffer>>;
  read(path: string, options: { format: "blob" }): Promise<Blob>;
  read(path: string, options: { format: "stream" }): Promise<ReadableStream<Uint8Array>>;
  async read(path: string, options: { format?: (typeof FORMATS)[number] } = {}): Promise<unknown> {
    checkPath(path);
    const format = checkOneOf("format", options.format ?? "text", FORMATS);
    if (format === "stream") return this.#stream(path);
    const bytes = (await this.#call((kernel) => kernel.readFile(path))) as Uint8Array<ArrayBuffer>;
    if (format === "bytes") return bytes;
    return format === "blob" ? new Blob([bytes]) : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }

  /**
   * Writes a file, or several, making missing directories. The new content takes the old one's place at once; an existing
   * file keeps its mode and links. When it fails, the old content is still there.
   * @throws {NotEnoughSpaceError} when the disk is full.
   */
  write(path: string, data: WriteData): Promise<EntryInfo>;
  write(entries: WriteEntry[]): Promise<EntryInfo[]>;
  async write(target: string | WriteEntry[], data?: WriteData): Promise<EntryInfo | EntryInfo[]> {
    if (!Array.isArray(target)) return this.#write(target, data as WriteData);
    for (const entry of target) checkPath(entry?.path, "path");
    const written: EntryInfo[] = [];
    for (const entry of target) written.push(await this.#write(entry.path, entry.data));
    return written;
  }

  /** The entries of a directory, sorted by path; with `depth` 2 and more, those of its directories too. */
  async list(path: string, options: { depth?: number } = {}): Promise<EntryInfo[]> {
    const depth = options.depth ?? 1;
    if (!Number.isInteger(depth) || depth < 1) {
      throw new InvalidArgumentError(`depth must be an integer from 1, got ${depth}`);
    }
    checkPath(path);
    return this.#call((kernel) => kernel.listFiles(path, depth));
  }

  async exists(path: string): Promise<boolean> {
    checkPath(path);
    return this.#call((kernel) => kernel.exists(path));
  }

  /** Of a symbolic link itself, not of what it leads to. */
  async getInfo(path: string): Promise<EntryInfo> {
    checkPath(path);
    return this.#call((kernel) => kernel.fileInfo(path));
  }

  /** Makes a directory and its parents; false when it was there. */
  async makeDir(path: string): Promise<boolean> {
    checkPath(path);
    return this.#call((kernel) => kernel.makeDir(path));
  }

  /** Moves a file or directory; one that has the new name already is replaced. */
  async rename(from: string, to: string): Promise<EntryInfo> {
    checkPath(from, "from");
    checkPath(to, "to");
    return this.#call((kernel) => kernel.rename(from, to));
  }

  /** Removes a file, or a directory with all that is in it. A path that does not exist is fine. */
  async remove(path: string): Promise<void> {
    checkPath(path);
    return this.#call((kernel) => kernel.remove(path));
  }

  /**
   * Watches a directory (a symbolic link to one is followed): from the moment this resolves, every change there calls `onEvent`,
   * whoever makes it, in the order in which the changes were made. None is lost: a program that makes changes faster than the
   * page takes them is held up. `name` is relative to the directory.
   *
   * - `create`: a file, directory, link or device has that name now. `files.write` of a new file is this and no `write`.
   * - `write`: content was written, replaced or cut. Several writes to the same file, with nothing else in between, may be one.
   * - `remove`: the name is gone; of a file with several hard links, this one.
   * - `rename`: the old name; a `create` of the new one follows, if that is in the directory too. What comes from outside is a
   *   `create`, and a directory brings what is in it without further events. What had the new name before is gone, without
   *   a `remove`.
   * - `chmod`: mode, owner or times were set.
   *
   * A file with several hard links is told of by the one that was opened. Changes to the directory itself, such as its
   * mode, are not told; a directory above it may be renamed. Names of more than 4096 bytes are left out.
   * What `onEvent` throws goes to `reportError`, and it is not awaited.
   * @throws {FileNotFoundError} when there is no such path; {InvalidArgumentError} when it is no directory;
   * {SandboxError} when 256 are watched already.
   *
   * @example
   * ```ts
   * const watch = await sandbox.files.watchDir("src", ({ type, name }) => console.log(type, name), { recursive: true });
   * await sandbox.files.write("src/main.c", "int main(void) {}"); // create main.c
   * await watch.stop();
   * ```
   */
  async watchDir(path: string, onEvent: (event: WatchEvent) => void, options: WatchOptions = {}): Promise<WatchHandle> {
    checkPath(path);
    const { recursive = false, onExit } = options;
    if (typeof recursive !== "boolean") throw new InvalidArgumentError(`recursive must be a boolean, got ${recursive}`);
    const watch = new Watch(onEvent, onExit);
    const sink = proxy<WatchSink>((events, hasEnded) => {
      watch.take(events);
      if (!hasEnded) return;
      this.#watches.delete(watch);
      watch.exit(new FileNotFoundError(`${path} was removed or moved away: it is no longer watched`));
    });
    this.#watches.add(watch);
    try {
      const id = await this.#call((kernel) => kernel.watchDir(path, recursive, sink));
      return {
        stop: async () => {
          if (!watch.stop()) return;
          this.#watches.delete(watch);
          await this.#call((kernel) => kernel.unwatchDir(id)).catch(() => {}); // the sandbox ended meanwhile
        },
      };
    } catch (error) {
      watch.stop();
      this.#watches.delete(watch);
      throw error;
    }
  }

  async #write(path: string, data: WriteData): Promise<EntryInfo> {
    checkPath(path);
    if (data instanceof ReadableStream) return this.#writeStream(path, data);
    if (data instanceof Blob) return this.#writeStream(path, data.stream());
    if (typeof data === "string") {
      const bytes = new TextEncoder().encode(data);
      return this.#call((kernel) => kernel.writeFile(path, transfer(bytes, [bytes.buffer])));
    }
    // The caller's buffer stays the caller's: this one is copied by the message.
    if (data instanceof ArrayBuffer) return this.#call((kernel) => kernel.writeFile(path, new Uint8Array(data)));
    if (data instanceof Uint8Array) return this.#call((kernel) => kernel.writeFile(path, ownBytes(data)));
    throw new InvalidArgumentError(
      `data must be a string, ArrayBuffer, Uint8Array, Blob or ReadableStream, got ${data === null ? "null" : typeof data}`,
    );
  }

  async #writeStream(path: string, stream: ReadableStream<Uint8Array>): Promise<EntryInfo> {
    const handle = await this.#call((kernel) => kernel.openWrite());
    const reader = stream.getReader();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        const piece = next.value;
        await this.#call((kernel) => kernel.writeChunk(handle, ownBytes(piece), path));
      }
      return await this.#call((kernel) => kernel.publish(handle, path));
    } finally {
      reader.releaseLock();
      await this.#call((kernel) => kernel.closeHandle(handle)).catch(() => {});
    }
  }

  async #stream(path: string): Promise<ReadableStream<Uint8Array>> {
    const handle = await this.#call((kernel) => kernel.openRead(path));
    const close = () => this.#call((kernel) => kernel.closeHandle(handle));
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const piece = await this.#call((kernel) => kernel.readChunk(handle));
        if (piece !== null) return controller.enqueue(piece);
        await close();
        controller.close();
      },
      cancel: close,
    });
  }
}
