// A worker that runs WebAssembly programs, one after the other: wiring only. Before any guest code it deletes every global
// but the language's own, so a guest can reach neither the network nor the page's storage.

import { Machine, Mounts, System, wasmBacking } from "@vibengine/system";
import type { FromWorker, ToWorker } from "../protocol.ts";
import { runModule } from "./exec.ts";
import { lockdown } from "./lockdown.ts";
import { Prepared } from "./prepared.ts";

const post = postMessage.bind(globalThis) as (message: FromWorker, transfer?: Transferable[]) => void;
const end = close.bind(globalThis);
let machine: Machine;
let prepared: Prepared | null = null;

/** The name of a lock that is free again when this thread is really gone: that may be 2 s after it was ended. */
const life = holdLock();

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "attach") {
    machine = Machine.attach(wasmBacking(data.memory));
    machine.guardStack();
    machine.blocksStopped = true;
    for (const { over, image } of data.mounts) Mounts.add(machine, over, image);
    life.then((name) => post({ type: "ready", life: name }));
  } else if (data.type === "mount" && machine) Mounts.add(machine, data.over, data.image);
  else if (data.type === "prepare") {
    try {
      prepared = new Prepared(data.pack, data.module);
    } catch {} // it is made when it is needed, and says then what is wrong
  } else if (data.type === "run-module") {
    const ready = prepared?.pack === data.pack ? prepared : null;
    prepared = null;
    const isSpent = runModule(new System(machine, data.slot, data.pid), data, post, ready);
    post({ type: "idle", isSpent });
    // Sooner than the kernel's terminate(), which takes some 6 ms to reach an idle worker.
    if (isSpent) end();
  } else if (data.type === "ping") post({ type: "pong" });
});

/** Undefined where there are no Web Locks, as in a frame of an opaque origin. */
function holdLock(): Promise<string | undefined> {
  const name = `vibengine-worker:${crypto.randomUUID()}`;
  return new Promise((resolve) => {
    const hold = () => {
      resolve(name);
      return new Promise(() => {});
    };
    navigator.locks.request(name, hold).catch(() => resolve(undefined));
  });
}

lockdown(["WebAssembly"]);
