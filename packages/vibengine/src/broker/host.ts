// The kernel's side of connections from other pages: answers the door, and serves each page until that has gone. Runs in the
// kernel's worker.

import { expose } from "comlink";
import type { KernelApi } from "../protocol.ts";
import { clientLock, doorName, hold, type Knock, lifeLock, untilFree, wireName } from "./names.ts";
import { Wire } from "./ports.ts";

/** Lets other pages in, while the sandbox runs. `life` names this kernel among all that ever ran it. */
export async function openDoor(kernel: KernelApi, sandboxId: string, life: string): Promise<void> {
  await hold(lifeLock(life)); // until the worker ends
  const door = new BroadcastChannel(doorName(sandboxId));
  const known = new Set<string>();
  door.onmessage = ({ data }: MessageEvent<Partial<{ connect: string }> | null>) => {
    const client = data?.connect;
    if (typeof client !== "string" || known.has(client)) return;
    known.add(client);
    serve(kernel, sandboxId, client, life).finally(() => known.delete(client));
  };
  door.postMessage({ open: true } satisfies Knock);
  await kernel.ended();
  door.close();
}

/** Resolves when the client has gone, and what it had open is closed. */
async function serve(kernel: KernelApi, sandboxId: string, client: string, life: string): Promise<void> {
  const channel = new BroadcastChannel(wireName(sandboxId, client));
  const wire = new Wire(channel, -1);
  const { api, giveBack } = lend(kernel);
  expose(api, wire.main);
  channel.postMessage({ accept: life } satisfies Knock);
  await untilFree(clientLock(client), new AbortController().signal);
  wire.close();
  giveBack();
}

/** The kernel as a page of its own sees it: it can't boot another sandbox in it, and what it leaves open is closed at its end. */
function lend(kernel: KernelApi): { api: KernelApi; giveBack: () => void } {
  const left = new Map<number, () => Promise<void>>();
  const watched = new Map<number, () => Promise<void>>();
  let isBack = false;
  const keep = async (
    open: Map<number, () => Promise<void>>,
    opening: Promise<number>,
    close: typeof kernel.closeHandle,
  ) => {
    const number = await opening;
    if (isBack) close(number).catch(() => {});
    else open.set(number, () => close(number));
    return number;
  };
  const closeHandle = (handle: number) => kernel.closeHandle(handle);
  const unwatchDir = (id: number) => kernel.unwatchDir(id);
  const own: Partial<KernelApi> = {
    openRead: (path) => keep(left, kernel.openRead(path), closeHandle),
    openWrite: () => keep(left, kernel.openWrite(), closeHandle),
    watchDir: (path, isRecursive, sink) => keep(watched, kernel.watchDir(path, isRecursive, sink), unwatchDir),
    closeHandle: (handle) => {
      left.delete(handle); // before: the number may be another's right after
      return closeHandle(handle);
    },
    unwatchDir: (id) => {
      watched.delete(id);
      return unwatchDir(id);
    },
    create: undefined,
    resume: undefined,
  };
  const api = new Proxy(kernel, {
    get: (target, name: keyof KernelApi) => (name in own ? own[name] : target[name].bind(target)),
  });
  const giveBack = () => {
    isBack = true;
    // It is too late where the sandbox has ended.
    for (const close of [...left.values(), ...watched.values()]) close().catch(() => {});
  };
  return { api, giveBack };
}
