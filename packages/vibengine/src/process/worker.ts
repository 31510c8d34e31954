// A worker that runs WebAssembly programs, one after the other: wiring only. Before any guest code it deletes every global
// but the language's own, so a guest can reach neither the network nor the page's storage.

import { Machine, System, wasmBacking } from "@vibengine/system";
import type { FromWorker, ToWorker } from "../protocol.ts";
import { runModule } from "./exec.ts";
import { lockdown } from "./lockdown.ts";

const post = postMessage.bind(globalThis) as (message: FromWorker) => void;
let machine: Machine;

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "attach") {
    machine = Machine.attach(wasmBacking(data.memory));
    machine.guardStack();
    machine.blocksStopped = true;
    post({ type: "ready" });
  } else if (data.type === "run-module") {
    const isSpent = runModule(new System(machine, data.slot), data, post);
    post({ type: "idle", isSpent });
  } else if (data.type === "ping") post({ type: "pong" });
});

lockdown(["WebAssembly"]);
