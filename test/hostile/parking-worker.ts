// A worker in the place of the one that runs guests: whatever it is told to run, its process makes a change on the disk and
// stops for good in the middle, with the lock held: after as many stores as the first argument says.

import {
  AT_FDCWD,
  decode,
  encode,
  Machine,
  O_CREAT,
  O_RDWR,
  System,
  wasmBacking,
} from "../../packages/system/src/index.ts";
import type { FromWorker, ToWorker } from "../../packages/vibengine/src/protocol.ts";

const post = (message: FromWorker) => postMessage(message);
let machine: Machine;

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "attach") {
    machine = Machine.attach(wasmBacking(data.memory));
    post({ type: "ready" });
  } else if (data.type === "run-module") {
    const { journal } = machine.disk;
    const set = journal.set.bind(journal);
    let left = Number(decode(data.argv[1]));
    journal.set = (index, value) => {
      set(index, value);
      if (--left === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    };
    const system = new System(machine, data.slot);
    const fd = system.open(AT_FDCWD, encode("/half"), O_CREAT | O_RDWR, 0o644);
    system.write(fd, new Uint8Array(50_000), 0, 50_000);
    system.rename(AT_FDCWD, encode("/half"), AT_FDCWD, encode("/old"));
    post({ type: "idle" });
  }
});
