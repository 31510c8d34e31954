// Programs from packs: has the page load a pack when the first of its programs runs, mounts its trees over directories of the disk, and
// serves its interpreters: interrupts them by signals, keeps their alarms, fetches for them. In saving.js: a kernel needs it seldom.

import {
  AT_FDCWD,
  EIO,
  ENOEXEC,
  encode,
  Mounts,
  newStat,
  O_CLOEXEC,
  O_WRONLY,
  P_PENDING,
  P_PID,
  SIGALRM,
  type System,
  strerror,
  USER_ID,
} from "@vibengine/system";
import { breakIn, type Interpreter, isTripped, trip } from "../interrupts.ts";
import type { LoadedPack, PackSource, ProgressSink } from "../packs/protocol.ts";
import type { FetchMessage, MountMessage } from "../protocol.ts";
import type { KernelCalls } from "./calls.ts";
import { answerFetch } from "./guest-fetch.ts";
import type { Launch } from "./processes.ts";
import type { Program } from "./programs.ts";

/** An interpreter's own change of the word may have undone ours: looked at again after so long (ms). */
const AGAIN_MS = 30;

/** When to load what a program might need without saying so (ms): it is not to be in the way of the program's own start. */
const LATER_MS = 1000;

/** Exit status of a program whose pack can't be had. */
const NOT_LOADED = 127;

/** An interpreter that runs. Its memory is received when it is first interrupted. */
interface Watched {
  port: MessagePort;
  interpreter?: Interpreter;
}

export class Packs {
  readonly #calls: KernelCalls;
  readonly #source: PackSource;
  readonly #mount: (message: MountMessage) => void;
  readonly #ready = new Map<string, Promise<LoadedPack>>();
  readonly #later = new Map<string, Promise<void>>();
  readonly #interpreters = new Map<number, Watched>();
  readonly #alarms = new Map<number, ReturnType<typeof setTimeout>>();

  /** `mount` tells all workers of a tree. */
  constructor(calls: KernelCalls, source: PackSource, mount: (message: MountMessage) => void) {
    this.#calls = calls;
    this.#source = source;
    this.#mount = mount;
  }

  /**
   * Starts a program of a pack by `launch`; a pid or -errno. Where the pack can't be had, a process that `fail` makes says so and ends.
   * `mark` makes of a function what can be sent to the page.
   */
  async start(
    parent: System,
    { path, argv, pack, program }: Program & { kind: "pack" },
    mark: <T extends object>(sink: T) => T,
    launch: (launch: Launch) => Promise<number>,
    fail: () => Promise<System | number>,
  ): Promise<number> {
    try {
      const { module, programs, signals, later } = await this.#load(
        pack,
        mark((loaded: number, total: number) => this.#showProgress(parent, pack, loaded, total)),
      );
      if (!Object.hasOwn(programs, program)) return -ENOEXEC;
      const isAsked = ({ words }: (typeof later)[number]) =>
        words.some((word) => word === program || argv.includes(word));
      for (const tree of later.filter(isAsked)) await this.#mountLater(pack, tree);
      const pid = await launch({
        path,
        argv,
        args: [argv[0], ...programs[program], ...argv.slice(1)],
        module,
        words: signals,
        pack: signals && pack,
      });
      setTimeout(() => {
        for (const tree of later) this.#mountLater(pack, tree).catch(() => {}); // asked for again by the next program
      }, LATER_MS);
      return pid;
    } catch (error) {
      const child = await fail();
      if (typeof child === "number") return child;
      await this.#calls.exclusive(() => {
        say(child, `${argv[0]}: ${(error as Error).message}\n`);
        child.exit(NOT_LOADED);
      });
      return child.pid;
    }
  }

  #load(pack: string, sink: ProgressSink): Promise<LoadedPack> {
    let ready = this.#ready.get(pack);
    if (ready === undefined) {
      ready = this.#source.load(pack, sink).then((loaded) => this.#install(loaded));
      this.#ready.set(pack, ready);
      ready.catch(() => this.#ready.delete(pack));
    }
    return ready;
  }

  /** One line of a terminal, written over and over. */
  #showProgress(parent: System, pack: string, loaded: number, total: number): Promise<void> {
    return this.#calls.exclusive(() => {
      if (!parent.isAlive || !parent.isatty(2)) return;
      say(parent, loaded < total ? `\r${pack}: ${megabytes(loaded)} of ${megabytes(total)} MB` : "\r\x1b[K");
    });
  }

  #mountLater(pack: string, { path, file }: LoadedPack["later"][number]): Promise<void> {
    let mounted = this.#later.get(path);
    if (mounted === undefined) {
      mounted = this.#source.tree(pack, file).then((image) => this.#put(path, image));
      this.#later.set(path, mounted);
      mounted.catch(() => this.#later.delete(path));
    }
    return mounted;
  }

  /** Mounts a tree, for the kernel and for all workers. */
  async #put(path: string, image: SharedArrayBuffer): Promise<void> {
    const { system, machine } = this.#calls;
    const stat = newStat();
    const over = await this.#calls.exclusive(() => {
      makeDirectories(system, path);
      const result = system.stat(AT_FDCWD, encode(path), true, stat);
      if (result < 0) return result;
      Mounts.add(machine, stat.ino, image);
      return stat.ino;
    });
    if (over < 0) throw new Error(`${path}: ${strerror(over)}`);
    this.#mount({ type: "mount", over, image });
  }

  async #install(loaded: LoadedPack): Promise<LoadedPack> {
    const { system } = this.#calls;
    for (const { path, image } of loaded.trees) await this.#put(path, image);
    await this.#calls.exclusive(() => {
      for (const path of loaded.directories) {
        makeDirectories(system, path);
        system.chown(AT_FDCWD, encode(path), USER_ID, USER_ID, true);
      }
    });
    return loaded;
  }

  watch(pid: number, port: MessagePort): void {
    this.#interpreters.set(pid, { port });
  }

  /** It has ended, and so has its alarm; closing the port gives back the memory in it. */
  forget(pid: number): void {
    this.alarm(pid, 0, 0);
    this.#interpreters.get(pid)?.port.close();
    this.#interpreters.delete(pid);
  }

  /** Interrupts interpreters that have caught a signal: one that computes makes no call to be told in. With the lock held. */
  interrupt(): void {
    const { slots } = this.#calls.machine;
    for (const [pid, watched] of this.#interpreters) {
      const slot = slots.find(pid);
      const signals = slot < 0 ? 0 : slots.get(slot, P_PENDING);
      if (signals === 0) continue;
      const { interpreter } = watched;
      if (interpreter === undefined) {
        this.#receive(watched);
        continue;
      }
      slots.set(slot, P_PENDING, 0);
      trip(interpreter, signals);
      slots.wake(slot);
      setTimeout(() => isTripped(interpreter) && breakIn(interpreter), AGAIN_MS);
    }
  }

  #receive(watched: Watched): void {
    watched.port.onmessage = ({ data }: MessageEvent<Interpreter>) => {
      watched.interpreter = data;
      this.#calls.exclusive(() => this.interrupt());
    };
  }

  alarm(pid: number, ms: number, every: number): void {
    clearTimeout(this.#alarms.get(pid));
    this.#alarms.delete(pid);
    if (ms === 0) return;
    const ring = async () => {
      this.#alarms.delete(pid);
      const isThere = await this.#calls.exclusive(() => this.#calls.system.kill(pid, SIGALRM) === 0);
      if (isThere && every > 0) this.alarm(pid, every, every);
    };
    this.#alarms.set(pid, setTimeout(ring, ms));
  }

  /** Begins to answer a program's request to the network; 0 or -errno. */
  async fetch(message: FetchMessage): Promise<number> {
    const { system, machine } = this.#calls;
    // The program's end of the pipe, by its name: so it is closed with either of the two.
    const fd = await this.#calls.exclusive(() => {
      const slot = machine.slots.find(message.pid);
      if (slot < 0 || machine.slots.get(slot, P_PID) !== message.pid) return -EIO;
      return takeOver(system, message.pid, message.writer);
    });
    if (fd < 0) return fd;
    answerFetch(this.#calls, this.#source, (name) => this.#ready.get(name), message, fd);
    return 0;
  }
}

function makeDirectories(system: System, path: string): void {
  for (let end = path.indexOf("/", 1); ; end = path.indexOf("/", end + 1)) {
    system.mkdir(AT_FDCWD, encode(end < 0 ? path : path.slice(0, end)), 0o755);
    if (end < 0) return;
  }
}

function takeOver(system: System, pid: number, fd: number): number {
  return system.open(AT_FDCWD, encode(`/proc/${pid}/fd/${fd}`), O_WRONLY | O_CLOEXEC, 0);
}

function say(system: System, text: string): void {
  const bytes = encode(text);
  system.write(2, bytes, 0, bytes.length);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
