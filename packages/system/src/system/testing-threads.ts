// For tests: runs system calls of one memory in threads of their own, as a browser does in workers. The threads run a bundle of
// this package's sources.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { build } from "vite";
import type { System } from "./system.ts";

type Api = typeof import("../index.ts");
/** What a thread gets: the package, the system calls of its process, and two words to talk by. */
export interface Thread {
  api: Api;
  sys: System;
  flags: Int32Array;
}

let bundle = "";

/** To be called once, before any test. */
export async function bundleSystem(): Promise<void> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      minify: false,
      lib: { entry: new URL("../index.ts", import.meta.url).pathname, formats: ["iife"], name: "api" },
    },
  });
  bundle = (result as { output: { code: string }[] }[])[0].output[0].code;
}

export const workers = new Set<Worker>();

/** Runs `body` in a thread of its own, as process `slot`; resolves with what it returns. */
export function inThread<T>(
  memory: SharedArrayBuffer | WebAssembly.Memory,
  slot: number,
  flags: Int32Array,
  body: (thread: Thread) => T,
): { worker: Worker; result: Promise<T> } {
  const code = `${bundle}
    const { parentPort, workerData } = require("node:worker_threads");
    const { memory, slot, flags } = workerData;
    const backing = memory instanceof WebAssembly.Memory ? api.wasmBacking(memory) : api.bufferBacking(memory);
    const sys = new api.System(api.Machine.attach(backing), slot);
    parentPort.postMessage((${body.toString()})({ api, sys, flags }));`;
  const worker = new Worker(code, { eval: true, workerData: { memory, slot, flags } });
  workers.add(worker);
  const result = Promise.race([
    once(worker, "message").then(([message]) => message as T),
    once(worker, "error").then(([error]) => Promise.reject(error)),
    once(worker, "exit").then(() => new Promise<T>(() => {})),
  ]);
  result.catch(() => {});
  return { worker, result };
}

export function forked(sys: System): System {
  const child = sys.fork();
  if (typeof child === "number") throw new Error("no process");
  return child;
}

export function bufferOf(sys: System): SharedArrayBuffer {
  return sys.machine.disk.memory.backing.buffer as SharedArrayBuffer;
}

export const newFlags = () => new Int32Array(new SharedArrayBuffer(64));
