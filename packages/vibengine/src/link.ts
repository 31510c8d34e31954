// What a `Sandbox` stands on: a way to its kernel, be that in a worker of this page or in one of another page's. Here is the
// first kind; `broker/client.ts` makes the other.

import { proxy, type Remote, transfer, wrap } from "comlink";
import { startKernelWorker } from "./assets.ts";
import { SandboxError } from "./errors.ts";
import type { PackSource } from "./packs/protocol.ts";
import type { BootOptions, KernelApi, KernelInfo, WorkerSeat } from "./protocol.ts";
import { checkIsolated, type PackOptions } from "./sandbox-options.ts";
import { leaveSeat, takeSeat } from "./seats.ts";
import { sendPacks } from "./snapshot/prefetch.ts";
import { carryErrors } from "./transfer.ts";

/** The way to a kernel whose sandbox runs. */
export interface Link {
  kernel: Remote<KernelApi>;
  /** What the kernel told of its sandbox at first. */
  info: KernelInfo;
  /** Whether the kernel is a worker of this page, and ends with it. */
  isHome: boolean;
  /** Rejects with what to tell callers, when the kernel is gone without having said how it ended. Else it stays pending. */
  lost: Promise<never>;
  /** To be called once, when nothing more is to be asked. */
  close(): void;
}

/** Starts a kernel in a worker of this page; `start` makes its sandbox run. */
export async function startKernel(
  options: PackOptions,
  start: (kernel: Remote<KernelApi>, seat: WorkerSeat) => Promise<KernelInfo>,
): Promise<Link> {
  checkIsolated();
  // Before anything is made: a pack may be none.
  const addPrograms = options.packs && (await (await import("./packs.js")).othersPrograms(options));
  carryErrors();
  const worker = startKernelWorker(options.assetBase);
  const seat = takeSeat();
  const kernel = wrap<KernelApi>(worker);
  kernel.providePacks(proxy(packsFor(options)));
  const leave = onLeave(() => kernel.saveNow());
  const close = () => {
    leave();
    worker.terminate();
    leaveSeat(seat);
  };
  const failed = new Promise<never>((_, reject) => {
    worker.onerror = (event) =>
      reject(new SandboxError(`the kernel's worker failed: ${event.message ?? "its script did not load"}`));
  });
  try {
    const info = await Promise.race([start(kernel, seat), failed]);
    await addPrograms?.(kernel);
    // What fails in a worker from here on does not end it: the calls concerned are rejected one by one.
    return { kernel, info, isHome: true, lost: new Promise<never>(() => {}), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Packs come from a file of their own, which is loaded when the first is needed. */
function packsFor(options: PackOptions): PackSource {
  const source = async () => (await import("./packs.js")).packSource(options);
  return {
    load: async (pack, sink) => (await source()).load(pack, sink),
    tree: async (pack, file) => (await source()).tree(pack, file),
    async file(pack, file) {
      const stream = await (await source()).file(pack, file);
      return transfer(stream, [stream]);
    },
  };
}

/** Starts a kernel that makes the sandbox run whose record has that key, from what is stored of it. */
export function startStored(
  options: PackOptions,
  key: string,
  boot: Omit<BootOptions, "seat">,
  how: "create" | "resume",
): Promise<Link> {
  const start = (kernel: Remote<KernelApi>, seat: WorkerSeat) => {
    const packs = sendPacks(key);
    return kernel[how](transfer({ ...boot, seat, packs }, [packs]));
  };
  return startKernel(options, start);
}

/** Calls `save` when the page is hidden or left: the last that a browser tells of many a page. Returns what ends that. */
function onLeave(save: () => Promise<void>): () => void {
  const look = () => {
    if (globalThis.document?.visibilityState !== "visible") save().catch(() => {});
  };
  const leave = () => save().catch(() => {});
  globalThis.document?.addEventListener("visibilitychange", look);
  globalThis.addEventListener("pagehide", leave);
  return () => {
    globalThis.document?.removeEventListener("visibilitychange", look);
    globalThis.removeEventListener("pagehide", leave);
  };
}
