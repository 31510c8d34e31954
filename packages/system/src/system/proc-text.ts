// The contents of the files in /proc, worded as Linux words them, for programs that parse them. What has no counterpart here
// is 0. Called with the lock held.

import { epochMs } from "../clock.ts";
import { BLOCK_SIZE, CPU_COUNT, CPU_ENDED, DATA_BLOCKS, FREE_BLOCKS, LAST_PID, MEMORY_KIB } from "../disk/layout.ts";
import {
  P_CAUGHT,
  P_CPU,
  P_GROUP,
  P_IGNORED,
  P_OWNER,
  P_PAGES,
  P_PARENT,
  P_PENDING,
  P_PID,
  P_SESSION,
  P_SINCE,
  P_STARTED,
  P_STATE,
  P_STOPPED,
  P_UMASK,
  ZOMBIE,
} from "../io/slots.ts";
import { encode } from "../text.ts";
import { commandBytes, commandName } from "./command-line.ts";
import { limitsText } from "./limits.ts";
import type { Machine } from "./machine.ts";

const TICKS_PER_SECOND = 100;
const PAGE_KIB = 64;
const STATE_NAMES: Record<string, string> = { R: "running", S: "sleeping", T: "stopped", Z: "zombie" };

/** Files of /proc itself. */
export const GLOBAL_FILES: Record<string, (machine: Machine) => string> = {
  cpuinfo,
  filesystems: () => "nodev\tproc\n\tvibe\n",
  loadavg,
  meminfo,
  mounts: () => "vibe / vibe rw,relatime 0 0\nproc /proc proc ro,nosuid,nodev,noexec,relatime 0 0\n",
  stat: machineStat,
  uptime,
  version: () => "Linux version 6.1.0-vibengine (vibengine) #1 vibengine\n",
};

/** Files of one process's directory. */
export const PROCESS_FILES: Record<string, (machine: Machine, slot: number) => string | Uint8Array> = {
  cmdline: commandBytes,
  comm: (machine, slot) => `${commandName(machine, slot)}\n`,
  limits: limitsText,
  stat: processStat,
  statm: (machine, slot) => `${bytesOf(machine, slot) / BLOCK_SIZE} ${bytesOf(machine, slot) / BLOCK_SIZE} 0 0 0 0 0\n`,
  status,
};

export const contentOf = (text: string | Uint8Array): Uint8Array => (typeof text === "string" ? encode(text) : text);

/** Running time of a process so far, in ms. */
export function runningMs(machine: Machine, slot: number, now = epochMs()): number {
  const since = machine.slots.getDouble(slot, P_SINCE);
  return machine.slots.getDouble(slot, P_CPU) + (since > 0 ? Math.max(0, now - since) : 0);
}

/** Running time of all processes there are and were, in ms. */
export function totalRunningMs(machine: Machine): number {
  let total = machine.disk.memory.doubles[CPU_ENDED >> 1];
  for (const slot of machine.slots.live()) {
    if (slot !== 0 && machine.slots.get(slot, P_STATE) !== ZOMBIE) total += runningMs(machine, slot);
  }
  return total;
}

/** Bytes that the sandbox keeps in memory: what files occupy, and the memories of its WebAssembly programs. */
export function usedMemory(machine: Machine): number {
  const { words } = machine.disk.memory;
  let bytes = (words[DATA_BLOCKS] - words[FREE_BLOCKS]) * BLOCK_SIZE;
  for (const slot of machine.slots.live()) bytes += bytesOf(machine, slot);
  return bytes;
}

export function memoryTotal(machine: Machine): number {
  return machine.disk.memory.words[MEMORY_KIB] * 1024;
}

/** What the sandbox uses now: running time (ms) since its start, bytes of memory, bytes of the disk. */
export function machineUse(machine: Machine): { ran: number; memory: number; disk: number } {
  const { words } = machine.disk.memory;
  const disk = (words[DATA_BLOCKS] - words[FREE_BLOCKS]) * BLOCK_SIZE;
  return { ran: totalRunningMs(machine), memory: usedMemory(machine), disk };
}

/** What there is of each. */
export function machineTotals(machine: Machine): { processors: number; memory: number; disk: number } {
  const disk = machine.disk.memory.words[DATA_BLOCKS] * BLOCK_SIZE;
  return { processors: processors(machine), memory: memoryTotal(machine), disk };
}

export function processors(machine: Machine): number {
  return machine.disk.memory.words[CPU_COUNT];
}

export function stateOf(machine: Machine, slot: number): string {
  const { slots } = machine;
  if (slots.get(slot, P_STATE) === ZOMBIE) return "Z";
  if (slots.get(slot, P_STOPPED) !== 0) return "T";
  return slots.getDouble(slot, P_SINCE) > 0 && slot !== 0 ? "R" : "S";
}

export function bootedAt(machine: Machine): number {
  return machine.slots.getDouble(0, P_STARTED);
}

function bytesOf(machine: Machine, slot: number): number {
  return machine.slots.get(slot, P_PAGES) * PAGE_KIB * 1024;
}

function ticks(ms: number): number {
  return Math.floor((ms * TICKS_PER_SECOND) / 1000);
}

function status(machine: Machine, slot: number): string {
  const { slots } = machine;
  const state = stateOf(machine, slot);
  const owner = slots.get(slot, P_OWNER);
  const four = (id: number) => Array(4).fill(id).join("\t");
  const mask = (field: number) => (slots.get(slot, field) >>> 1).toString(16).padStart(16, "0");
  const pid = slots.get(slot, P_PID);
  const kib = `${String(bytesOf(machine, slot) / 1024).padStart(8)} kB`;
  return table([
    ["Name", commandName(machine, slot)],
    ["Umask", slots.get(slot, P_UMASK).toString(8).padStart(4, "0")],
    ["State", `${state} (${STATE_NAMES[state]})`],
    ["Tgid", pid],
    ["Pid", pid],
    ["PPid", slots.get(slot, P_PARENT)],
    ["TracerPid", 0],
    ["Uid", four(owner & 0xffff)],
    ["Gid", four(owner >>> 16)],
    ["Groups", `${owner >>> 16} `],
    ["VmSize", kib],
    ["VmRSS", kib],
    ["Threads", 1],
    ["SigPnd", mask(P_PENDING)],
    ["SigBlk", "0".repeat(16)],
    ["SigIgn", mask(P_IGNORED)],
    ["SigCgt", mask(P_CAUGHT)],
  ]);
}

function table(rows: [string, string | number][]): string {
  return rows.map(([name, value]) => `${name}:\t${value}\n`).join("");
}

/** Linux's major number of pseudo-terminals. */
const PTS_MAJOR = 136;

/** The 52 fields of proc(5), in order. */
function processStat(machine: Machine, slot: number): string {
  const { slots } = machine;
  const group = slots.get(slot, P_GROUP);
  const fields: (number | string)[] = Array(52).fill(0);
  const set = (number: number, value: number | string) => {
    fields[number - 1] = value;
  };
  set(1, slots.get(slot, P_PID));
  set(2, `(${commandName(machine, slot)})`);
  set(3, stateOf(machine, slot));
  set(4, slots.get(slot, P_PARENT));
  set(5, group);
  set(6, slots.get(slot, P_SESSION));
  const tty = machine.ttys.ofSession(slots.get(slot, P_SESSION));
  set(7, tty < 0 ? 0 : (PTS_MAJOR << 8) | tty);
  set(8, tty < 0 ? -1 : machine.ttys.group(tty));
  set(14, ticks(runningMs(machine, slot)));
  set(18, 20); // priority
  set(20, 1); // threads
  set(22, ticks(slots.getDouble(slot, P_STARTED) - bootedAt(machine)));
  set(23, bytesOf(machine, slot));
  set(24, bytesOf(machine, slot) / BLOCK_SIZE);
  set(38, 17); // SIGCHLD
  return `${fields.join(" ")}\n`;
}

function uptime(machine: Machine): string {
  const seconds = (epochMs() - bootedAt(machine)) / 1000;
  const idle = Math.max(0, seconds * processors(machine) - totalRunningMs(machine) / 1000);
  return `${seconds.toFixed(2)} ${idle.toFixed(2)}\n`;
}

function running(machine: Machine): { running: number; all: number } {
  const slots = [...machine.slots.live()];
  return { running: slots.filter((slot) => stateOf(machine, slot) === "R").length, all: slots.length };
}

/** There are no averages: the number of processes that run now stands in all three places. */
function loadavg(machine: Machine): string {
  const count = running(machine);
  const load = count.running.toFixed(2);
  return `${load} ${load} ${load} ${count.running}/${count.all} ${machine.disk.memory.words[LAST_PID]}\n`;
}

function machineStat(machine: Machine): string {
  const count = processors(machine);
  const busy = ticks(totalRunningMs(machine));
  const idle = Math.max(0, ticks(epochMs() - bootedAt(machine)) * count - busy);
  const line = (name: string, share: number) =>
    `${name} ${Math.floor(busy / share)} 0 0 ${Math.floor(idle / share)} 0 0 0 0 0 0\n`;
  const each = Array.from({ length: count }, (_, i) => line(`cpu${i}`, count)).join("");
  return `${line("cpu ", 1)}${each}intr 0\nctxt 0\nbtime ${Math.floor(bootedAt(machine) / 1000)}\nprocesses ${machine.disk.memory.words[LAST_PID]}\nprocs_running ${running(machine).running}\nprocs_blocked 0\n`;
}

function meminfo(machine: Machine): string {
  const total = Math.floor(memoryTotal(machine) / 1024);
  const cached =
    ((machine.disk.memory.words[DATA_BLOCKS] - machine.disk.memory.words[FREE_BLOCKS]) * BLOCK_SIZE) / 1024;
  const free = Math.max(0, total - Math.ceil(usedMemory(machine) / 1024));
  const rows: [string, number][] = [
    ["MemTotal", total],
    ["MemFree", free],
    ["MemAvailable", free],
    ["Buffers", 0],
    ["Cached", cached],
    ["SwapCached", 0],
    ["SwapTotal", 0],
    ["SwapFree", 0],
  ];
  return rows.map(([name, kib]) => `${`${name}:`.padEnd(16)}${String(kib).padStart(8)} kB\n`).join("");
}

function cpuinfo(machine: Machine): string {
  const count = processors(machine);
  const one = (number: number) =>
    `processor\t: ${number}\nvendor_id\t: vibengine\nmodel name\t: WebAssembly\nphysical id\t: 0\nsiblings\t: ${count}\ncore id\t\t: ${number}\ncpu cores\t: ${count}\n\n`;
  return Array.from({ length: count }, (_, number) => one(number)).join("");
}
