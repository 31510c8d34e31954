// A worker that runs a shell, or one of its tools: wiring between the kernel's messages and @vibengine/shell. Runs our own
// code only; WebAssembly programs run in `process/worker.ts`.

import { runShell, runTool, type ShellHost } from "@vibengine/shell";
import { Machine, P_STATE, P_WORKER, RUNNING, System, wasmBacking } from "@vibengine/system";
import type { FromWorker, MountMessage, RunShellMessage, ToWorker } from "../protocol.ts";

const SHELLS = ["sh", "bash", "dash"];
const TOOL_FAILED_TO_LOAD = 127;
/** How often (ms) it is looked whether background jobs have ended. */
const LOOK_MS = 50;

let machine: Machine;
let toolsUrl = "";
let dataUrl = "";
let library: Promise<typeof import("../tools.ts")> | undefined;
const spawns = new Map<number, (result: number) => void>();
let lastSpawn = 0;

const turn = new MessageChannel();
const turns: (() => void)[] = [];
turn.port1.onmessage = () => turns.shift()?.();

const load = (url: string) => import(/* @vite-ignore */ /* webpackIgnore: true */ `${url}`);

/** tools.js; asked for again after it failed. */
function loadLibrary() {
  library ??= load(toolsUrl).catch((error) => {
    library = undefined;
    throw error;
  });
  return library as NonNullable<typeof library>;
}

const host: ShellHost = {
  async fetch(request) {
    return (await loadLibrary()).fetchForTools(request);
  },
  async spawn(system, request) {
    const id = ++lastSpawn;
    const start = performance.now();
    post({ type: "spawn", id, pid: system.pid, request });
    const result = await new Promise<number>((resolve) => spawns.set(id, resolve));
    if (system.isTraced) (await loadLibrary()).traceSpawn(system, request.path, request.argv, result, start);
    return result;
  },
  async loadTools() {
    return (await loadLibrary()).toolSet(() => load(dataUrl).then((data) => data.tools));
  },
  yield() {
    turn.port2.postMessage(null);
    return new Promise((resolve) => turns.push(resolve));
  },
};

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "attach") {
    machine = Machine.attach(wasmBacking(data.memory));
    toolsUrl = data.toolsUrl;
    dataUrl = data.dataUrl;
    mount(data.mounts);
    post({ type: "ready" });
  } else if (data.type === "mount") mount([data]);
  else if (data.type === "run-shell") run(data);
  else if (data.type === "ping") post({ type: "pong" });
  else if (data.type === "spawned") {
    spawns.get(data.id)?.(data.result);
    spawns.delete(data.id);
  }
});

/** Files of packs are seldom looked at from a shell: what it takes to read them comes with the tools. */
async function mount(messages: MountMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const { Mounts } = await loadLibrary();
  for (const { over, image } of messages) Mounts.add(machine, over, image);
}

async function run({ slot, pid, program, argv, env }: RunShellMessage): Promise<void> {
  const worker = machine.slots.get(slot, P_WORKER);
  const system = new System(machine, slot, pid);
  // Looked at last: if it lives now, what was read above is its own.
  if (!system.isAlive) return post({ type: "idle" });
  let status = TOOL_FAILED_TO_LOAD;
  try {
    if (system.isTraced) (await loadLibrary()).tracedSystem(system);
    status = SHELLS.includes(program)
      ? await runShell(system, argv, env, host)
      : await runTool(system, program, argv, env, host);
  } catch (error) {
    if (system.isAlive) report(system, error);
  }
  if (system.isAlive) system.exit(status);
  await tasksEnded(worker);
  post({ type: "idle" });
}

/** Background jobs go on after their shell's end, and hold on to this worker until they have ended too. */
async function tasksEnded(worker: number): Promise<void> {
  while (hasTasks(worker)) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

function hasTasks(worker: number): boolean {
  for (const slot of machine.slots.live()) {
    if (machine.slots.get(slot, P_WORKER) === worker && machine.slots.get(slot, P_STATE) === RUNNING) return true;
  }
  return false;
}

/** A fault of ours: told on stderr, as a shell that crashed would. */
function report(system: System, error: unknown): void {
  const bytes = new TextEncoder().encode(
    `sh: internal error: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  system.write(2, bytes, 0, bytes.length);
}

function post(message: FromWorker): void {
  postMessage(message);
}
