// The kernel as the page calls it: each call is passed on to the room that does the work, if the sandbox still runs. Once it
// runs, other pages may call, too.

import { transfer } from "comlink";
import { openDoor } from "../broker/host.ts";
import { announce } from "../lifecycle-events.ts";
import type { PackSource } from "../packs/protocol.ts";
import type {
  BootOptions,
  CommandRequest,
  DataSink,
  KernelApi,
  KernelInfo,
  OutputSink,
  PtyRequest,
  PtySize,
  TraceSink,
  WatchSink,
} from "../protocol.ts";
import { Life } from "./life.ts";

export class Kernel extends Life implements KernelApi {
  override async create(options: BootOptions) {
    return this.#share(await super.create(options));
  }
  override async import(options: BootOptions, archive: Blob) {
    return this.#share(await super.import(options, archive));
  }
  override async resume(options: BootOptions) {
    const info = await super.resume(options);
    announce(info.sandboxId, "resumed", info.life);
    return this.#share(info);
  }
  #share(info: KernelInfo) {
    const { sandboxId, life } = info;
    openDoor(this, sandboxId, life);
    this.ended().then((ending) => announce(sandboxId, ending, life));
    return info;
  }
  /** The page's, told before it calls anything else; nobody else's later. */
  providePacks(source: PackSource) {
    this.packSource ??= source;
  }
  fsck(repair: boolean) {
    return this.running.fsck(repair);
  }
  getMetrics(start: number, end: number) {
    return this.running.metrics.between(start, end);
  }

  // ---- commands ------------------------------------------------------------------------------------------------------

  startCommand(request: CommandRequest, sink: OutputSink | null, trace: TraceSink | null) {
    return this.running.commands.start(request, sink, trace);
  }
  connectCommand(pid: number, sink: OutputSink) {
    return this.running.commands.connect(pid, sink);
  }
  startPty(request: PtyRequest, sink: DataSink) {
    return this.running.commands.startPty(request, sink);
  }
  connectPty(pid: number, sink: DataSink) {
    this.running.commands.connectPty(pid, sink);
  }
  resizePty(pid: number, size: PtySize) {
    return this.running.commands.resize(pid, size);
  }
  waitCommand(pid: number) {
    return this.running.commands.wait(pid);
  }
  runCommand(key: string, request: CommandRequest, sink: OutputSink | null, trace: TraceSink | null) {
    return this.running.commands.run(key, request, sink, trace);
  }
  abortCommand(key: string, reason: string) {
    return this.running.commands.abort(key, reason);
  }
  killCommand(pid: number, signal: number) {
    return this.running.commands.kill(pid, signal);
  }
  listCommands() {
    return this.running.commands.list();
  }
  sendStdin(pid: number, data: Uint8Array) {
    return this.running.commands.sendStdin(pid, data);
  }
  closeStdin(pid: number) {
    return this.running.commands.closeStdin(pid);
  }

  // ---- files ---------------------------------------------------------------------------------------------------------

  async readFile(path: string) {
    const bytes = await this.running.files.read(path);
    return transfer(bytes, [bytes.buffer]);
  }
  writeFile(path: string, data: Uint8Array) {
    return this.running.files.write(path, data);
  }
  openRead(path: string) {
    return this.running.files.openRead(path);
  }
  readChunk(handle: number) {
    return this.running.files.readChunk(handle);
  }
  openWrite() {
    return this.running.files.openWrite();
  }
  writeChunk(handle: number, data: Uint8Array, path: string) {
    return this.running.files.writeChunk(handle, data, path);
  }
  publish(handle: number, path: string) {
    return this.running.files.publish(handle, path);
  }
  async closeHandle(handle: number) {
    await this.running.files.close(handle);
  }
  listFiles(path: string, depth: number) {
    return this.running.files.list(path, depth);
  }
  exists(path: string) {
    return this.running.files.exists(path);
  }
  fileInfo(path: string) {
    return this.running.files.info(path);
  }
  makeDir(path: string) {
    return this.running.files.makeDir(path);
  }
  rename(from: string, to: string) {
    return this.running.files.rename(from, to);
  }
  remove(path: string) {
    return this.running.files.remove(path);
  }
  watchDir(path: string, isRecursive: boolean, sink: WatchSink) {
    const { watches, files } = this.running;
    return watches().then((room) => room.add(files.system, path, isRecursive, sink));
  }
  unwatchDir(id: number) {
    return this.running.watches().then((room) => room.remove(id));
  }
}
