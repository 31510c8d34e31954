// The command line of each process, in shared memory for others to read: the words, each followed by a NUL, and behind them the
// path of the program. What does not fit is cut off.

import { COMMAND_SIZE } from "../disk/layout.ts";
import { P_COMMAND, P_PROGRAM } from "../io/slots.ts";
import { decode, encode } from "../text.ts";
import type { Machine } from "./machine.ts";

/** Notes what runs in `slot`. Without `program`, which file it is stays unknown. */
export function setCommand(machine: Machine, slot: number, argv: readonly string[], program = ""): void {
  const { slots } = machine;
  const at = start(machine, slot);
  const path = encode(program);
  const room = COMMAND_SIZE - (path.length < COMMAND_SIZE / 2 ? path.length : 0);
  const words = encode(argv.map((word) => `${word.slice(0, COMMAND_SIZE)}\0`).join("")).subarray(0, room);
  machine.disk.memory.bytes.set(words, at);
  if (room < COMMAND_SIZE) machine.disk.memory.bytes.set(path, at + words.length);
  slots.set(slot, P_COMMAND, words.length);
  slots.set(slot, P_PROGRAM, COMMAND_SIZE - room);
}

/** A forked process shows its parent's command line until it runs a program. */
export function copyCommand(machine: Machine, from: number, to: number): void {
  const { slots } = machine;
  const length = slots.get(from, P_COMMAND) + slots.get(from, P_PROGRAM);
  const at = start(machine, from);
  if (length > 0) machine.disk.memory.bytes.copyWithin(start(machine, to), at, at + length);
  slots.set(to, P_COMMAND, slots.get(from, P_COMMAND));
  slots.set(to, P_PROGRAM, slots.get(from, P_PROGRAM));
}

/** The words, each with its NUL. */
export function commandBytes(machine: Machine, slot: number): Uint8Array<ArrayBuffer> {
  const at = start(machine, slot);
  return machine.disk.memory.bytes.slice(at, at + machine.slots.get(slot, P_COMMAND)) as Uint8Array<ArrayBuffer>;
}

/** The path of the program file as it was called, or "". */
export function programPath(machine: Machine, slot: number): string {
  const at = start(machine, slot) + machine.slots.get(slot, P_COMMAND);
  return decode(machine.disk.memory.bytes.subarray(at, at + machine.slots.get(slot, P_PROGRAM)));
}

/** The program's short name, as Linux cuts it. */
export function commandName(machine: Machine, slot: number): string {
  const word = decode(commandBytes(machine, slot)).split("\0")[0].replace(/^-/, "");
  return word.slice(word.lastIndexOf("/") + 1).slice(0, 15) || "vibengine";
}

function start(machine: Machine, slot: number): number {
  return machine.disk.layout.commandByte + slot * COMMAND_SIZE;
}
