// Python's figures as a page takes them, each beside Pyodide's where that has one: called one by one by ../python.mjs, which reloads
// the page in between and looks at memory from outside.

import { Sandbox } from "vibengine";
import { median, type Row, run, timed } from "../measure.ts";
import { endPeers, Peer, type PeerStart } from "./peer.ts";

const STARTS = 20;
const PEER_STARTS = 5;
const INTERRUPTS = 10;
const IDLE = 8;
const SETTLE_MS = 300;

const PRINT = "print(1)";
const BUSY = "print('ready', flush=True)\nwhile True: pass";
const CAUGHT = 3;
const CATCHES = `
import os
try:
    print("ready", flush=True)
    while True: pass
except KeyboardInterrupt:
    os._exit(${CAUGHT})
`;
/** Both end by printing how long (ms) they took, without the interpreter's start. */
const LOOP = `
import time
def loop():
    total = 0
    for i in range(3_000_000):
        total += i & 7
    return total
start = time.perf_counter()
loop()
print((time.perf_counter() - start) * 1000)
`;
const FILES = `
import os, shutil, time
start = time.perf_counter()
os.mkdir("many")
for i in range(1000):
    with open(f"many/{i}.txt", "w") as file:
        file.write(f"line {i}\\n" * 20)
size = 0
for i in range(1000):
    with open(f"many/{i}.txt") as file:
        size += len(file.read())
took = (time.perf_counter() - start) * 1000
assert size == sum(len(f"line {i}\\n") * 20 for i in range(1000)), size
shutil.rmtree("many")
print(took)
`;

let sandbox: Sandbox;
const idlePeers: Peer[] = [];

/** How long (ms) the page's first `python3` takes, on a sandbox that runs. */
async function first(): Promise<number> {
  sandbox = await Sandbox.create({ timeoutMs: 600_000 });
  await run(sandbox, "echo hi");
  return timed(() => python(PRINT, "1\n"));
}

/** As `first`, of Pyodide. */
function peerFirst(indexURL: string): Promise<number> {
  return peerStart({ indexURL });
}

/** Resolves when what a first run keeps for the next page is stored. */
async function isKept(): Promise<void> {
  for (;;) {
    const cache = await caches.open("vibengine-packs");
    const keys = await cache.keys();
    if (keys.some(({ url }) => url.includes("?wasm=")) && keys.filter(({ url }) => url.includes("?file=")).length >= 3)
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function warm(indexURL: string): Promise<Row[]> {
  const own = median(await repeat(STARTS, () => timed(() => python(PRINT, "1\n"))));
  const plain = median(await repeat(PEER_STARTS, () => peerStart({ indexURL })));
  const snapshot = await peerSnapshot(indexURL);
  const fromSnapshot = median(await repeat(PEER_STARTS, () => peerStart({ indexURL, snapshot })));
  return [
    { what: "python3 -c 'print(1)', warm, p50", value: own, unit: "ms", limit: 50 },
    { what: `  faster than Pyodide (${plain.toFixed(0)} ms) by`, value: plain / own, unit: "×", least: 50 },
    {
      what: `  than its memory snapshot (${fromSnapshot.toFixed(0)} ms) by`,
      value: fromSnapshot / own,
      unit: "×",
      least: 6,
    },
  ];
}

async function programs(indexURL: string): Promise<Row[]> {
  const rows: Row[] = [];
  const peer = await Peer.start({ indexURL });
  for (const [what, code, times] of [
    ["3,000,000 steps of a loop in Python", LOOP, 1.3],
    ["1,000 small files written and read", FILES, 1],
  ] as const) {
    // By turns, for other work on the machine to disturb both.
    const own: number[] = [];
    const theirs: number[] = [];
    for (let i = 0; i < 5; i++) {
      own.push(Number(await output(code)));
      theirs.push(Number(await peer.run(code)));
    }
    rows.push({ what, value: median(own), unit: "ms" });
    rows.push({
      what: `  times Pyodide's (${median(theirs).toFixed(0)} ms)`,
      value: median(own) / median(theirs),
      unit: "×",
      limit: times,
    });
  }
  peer.end();
  return rows;
}

async function ending(): Promise<Row[]> {
  // First those, then the kills: a worker that was computing when it was killed goes on for up to 2 s.
  const raised = await repeat(INTERRUPTS, () => interrupt(CATCHES, CAUGHT, ""));
  const shown = await repeat(INTERRUPTS, () => interrupt(BUSY, 130, "KeyboardInterrupt"));
  const kills = await repeat(INTERRUPTS, async () => {
    const busy = await started(BUSY);
    return timed(() => busy.kill().then(() => busy.wait()));
  });
  return [
    { what: "SIGINT into a busy loop → caught, and exit, p50", value: median(raised), unit: "ms", limit: 20 },
    { what: "  → traceback and 130, p50", value: median(shown), unit: "ms", limit: 20 },
    { what: "  the slowest", value: Math.max(...shown), unit: "ms" },
    { what: "kill of a busy loop → dead for everybody, p50", value: median(kills), unit: "ms", limit: 100 },
  ];
}

/** How long (ms) after SIGINT a program has ended. */
async function interrupt(code: string, status: number, message: string): Promise<number> {
  const busy = await started(code);
  // Until the workers that the start before this one set off have started, too.
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return timed(async () => {
    await busy.kill("SIGINT");
    const { exitCode, stderr } = await busy.wait();
    if (exitCode !== status || !stderr.includes(message)) throw new Error(`SIGINT: exit code ${exitCode}, ${stderr}`);
  });
}

async function packages(): Promise<Row[]> {
  const install = await timed(() => run(sandbox, "pip install pandas numpy"));
  const imported = () => timed(() => python("import pandas; print(pandas.__name__)", "pandas\n"));
  const firstImport = await imported();
  const again = median(await repeat(3, imported));
  return [
    { what: "pip install pandas numpy, from the pack", value: install, unit: "ms", limit: 4000 },
    { what: "import pandas, the first time", value: firstImport, unit: "ms" },
    { what: "  from then on", value: again, unit: "ms", limit: 1500 },
  ];
}

/** Leaves processes waiting for input; how many. */
async function idle(): Promise<number> {
  for (let i = 0; i < IDLE; i++) await started("print('ready', flush=True); input()");
  return IDLE;
}

async function idlePyodide(indexURL: string): Promise<number> {
  for (let i = 0; i < IDLE; i++) idlePeers.push(await Peer.start({ indexURL }));
  return IDLE;
}

async function end(): Promise<void> {
  endPeers(idlePeers);
  await sandbox.kill();
}

/** Resolves when the program says that it is ready. */
async function started(code: string) {
  let ready = () => {};
  const isReady = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const options = { background: true, stdin: true, onStdout: () => ready() } as const;
  const handle = await sandbox.commands.run(`exec python3 -c ${quote(code)}`, options);
  await isReady;
  return handle;
}

async function python(code: string, expected: string): Promise<void> {
  const stdout = await output(code);
  if (stdout !== expected) throw new Error(`python3 printed ${JSON.stringify(stdout)}`);
}

async function output(code: string): Promise<string> {
  const { stdout, stderr, exitCode } = await sandbox.commands.run(`python3 -c ${quote(code)}`);
  if (exitCode !== 0) throw new Error(`python3: exit code ${exitCode}: ${stderr}`);
  return stdout;
}

function quote(code: string): string {
  return `'${code.replaceAll("'", `'\\''`)}'`;
}

/** A fresh worker, Pyodide loaded in it, and `print(1)` run: how long that takes, in ms. */
function peerStart(start: PeerStart): Promise<number> {
  return timed(async () => {
    const peer = await Peer.start(start);
    const stdout = await peer.run(PRINT);
    peer.end();
    if (stdout !== "1\n") throw new Error(`Pyodide printed ${JSON.stringify(stdout)}`);
  });
}

async function peerSnapshot(indexURL: string): Promise<ArrayBuffer> {
  const peer = await Peer.start({ indexURL, makesSnapshot: true });
  const snapshot = await peer.snapshot();
  peer.end();
  return snapshot;
}

async function repeat(times: number, measure: () => Promise<number>): Promise<number[]> {
  const values: number[] = [];
  for (let i = 0; i < times; i++) values.push(await measure());
  return values;
}

const calls = { first, peerFirst, isKept, warm, programs, ending, packages, idle, idlePyodide, end };
/** What the runner calls by name. */
export type PythonCalls = typeof calls;
Object.assign(globalThis, calls);
