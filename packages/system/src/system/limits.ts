// Limits of a process (ulimit, setrlimit): what a new sandbox starts with, how /proc tells them, and the one that nobody but the
// kernel can hold a process to, its running time. Files' sizes, descriptors and processes are limited by the calls that make
// them; what else may be set is only kept. Called with the lock held, but for `limitRunning`.

import { RLIMIT_CORE, RLIMIT_CPU, SIGKILL, SIGXCPU } from "../constants.ts";
import { FDS_PER_SLOT, LIMITS_TEXT, LIMITS_TEXT_SIZE, SLOTS } from "../disk/layout.ts";
import { P_LIMITS, P_PID, P_STATE, RUNNING } from "../io/slots.ts";
import { decode, encode } from "../text.ts";
import type { Machine } from "./machine.ts";
import { runningMs } from "./proc-text.ts";
import type { System } from "./system.ts";

/** Name and unit by number, as /proc/PID/limits has them. */
const NAMES =
  "cpu time,seconds;file size,bytes;data size,bytes;stack size,bytes;core file size,bytes;resident set,bytes;processes,processes;open files,files;locked memory,bytes;address space,bytes;file locks,locks;pending signals,signals;msgqueue size,bytes;nice priority;realtime priority;realtime timeout,us";
const COUNT = 16;
const STACK_BYTES = 8_388_608;
const QUEUE_BYTES = 819_200;

/** The limits that all others are handed down from: Linux's, or what there is room for. And what they are called. */
export function setFirstLimits({ slots, disk }: Machine, slot: number): void {
  const rows = NAMES.split(";").map((row) => {
    const [name, unit = ""] = row.split(",");
    return `${`Max ${name}`.padEnd(25)} % % ${unit === "" ? "" : unit.padEnd(10)}\n`;
  });
  const header = "Limit                     Soft Limit           Hard Limit           Units     \n";
  disk.memory.bytes.set(encode(header + rows.join("")), LIMITS_TEXT * 4);
  const { POSITIVE_INFINITY: none } = Number;
  const hard = [
    none,
    none,
    none,
    none,
    none,
    none,
    SLOTS,
    FDS_PER_SLOT,
    none,
    none,
    none,
    SLOTS,
    QUEUE_BYTES,
    0,
    0,
    none,
  ];
  for (let i = 0; i < COUNT; i++) {
    const soft = i === RLIMIT_CORE ? 0 : i === RLIMIT_CORE - 1 ? STACK_BYTES : hard[i];
    slots.setDouble(slot, P_LIMITS + i * 4, soft);
    slots.setDouble(slot, P_LIMITS + i * 4 + 2, hard[i]);
  }
}

/** The text of /proc/PID/limits. */
export function limitsText({ slots, disk }: Machine, slot: number): string {
  const text = decode(disk.memory.bytes.slice(LIMITS_TEXT * 4, LIMITS_TEXT * 4 + LIMITS_TEXT_SIZE));
  let field = P_LIMITS - 2;
  return text
    .replace(/\0/g, "")
    .replace(/%/g, () => `${slots.getDouble(slot, (field += 2))}`.replace("Infinity", "unlimited").padEnd(20));
}

/**
 * Signals processes that ran longer than they may: SIGXCPU at the soft limit and then every second, as Linux does, SIGKILL at the
 * hard one.
 */
export function limitRunning(kernel: System): void {
  const { machine } = kernel;
  const { slots } = machine;
  for (const slot of slots.live()) {
    if (slots.get(slot, P_STATE) !== RUNNING) continue;
    const field = P_LIMITS + RLIMIT_CPU * 4;
    const hard = slots.getDouble(slot, field + 2) * 1000;
    const soft = slots.getDouble(slot, field) * 1000;
    const ran = runningMs(machine, slot);
    if (ran < Math.min(soft, hard)) continue;
    if (ran < hard) slots.setDouble(slot, field, Math.min(Math.floor(ran / 1000) + 1, hard / 1000));
    kernel.kill(slots.get(slot, P_PID), ran < hard ? SIGXCPU : SIGKILL);
  }
}
