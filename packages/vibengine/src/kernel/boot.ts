// How a kernel comes to its disk: a new one with the base system's tree, or one from an image in the store, mended if it was not
// at rest when it was saved.

import { programNames } from "@vibengine/shell/programs";
import {
  bootKernelSlot,
  type Disk,
  Machine,
  makeTree,
  ROOT,
  restoreDisk,
  System,
  wasmBacking,
} from "@vibengine/system";
import type { AssetUrls } from "../assets.ts";
import { SandboxError } from "../errors.ts";
import type { DiskReport } from "../protocol.ts";
import { CorruptSnapshot, type Image } from "../snapshot/manifest.ts";
import type { SnapshotStore } from "../snapshot/store.ts";
import { loadSaving, loadTools } from "./late.ts";
import { formatDisk, newMemory } from "./memory.ts";

/** A disk in memory, and the kernel's own process upon it. */
export interface Booted {
  memory: WebAssembly.Memory;
  machine: Machine;
  system: System;
  /** What was found wrong with the disk, and mended. */
  repairs: string[];
}

export function bootNew(diskSizeBytes: number): Booted {
  const memory = newMemory(diskSizeBytes);
  const disk = formatDisk(memory, diskSizeBytes);
  const booted = bootOn(disk, memory, []);
  makeTree(booted.system, programNames);
  disk.markAllClean(); // nobody's work: it is saved with the first thing that is
  return booted;
}

/** `what` names the image in the error that tells that it can't be used. */
export async function bootFrom(store: SnapshotStore, image: Image, assets: AssetUrls, what: string): Promise<Booted> {
  if (image.segments.length === 0) return bootNew(image.diskSizeBytes);
  try {
    const memory = newMemory(image.diskSizeBytes);
    const disk = await readDisk(store, image, memory, assets.saving);
    return bootOn(disk, memory, image.clean ? [] : await mend(disk, assets.tools));
  } catch (error) {
    throw unusable(error, what);
  }
}

/** The error that a user sees for an image that can't be used. */
export function unusable(error: unknown, what: string): unknown {
  if (error instanceof DOMException)
    return new SandboxError(`${what} can't be read: ${error.message}`, { cause: error });
  if ((error as Error).name !== "CorruptSnapshot") return error;
  return new SandboxError(`${what} can't be used: ${(error as Error).message}. It has been left as it is.`, {
    cause: error,
  });
}

/** The kernel's process upon a disk. */
export function bootOn(disk: Disk, memory: WebAssembly.Memory, repairs: string[]): Booted {
  const machine = new Machine(disk);
  return { memory, machine, system: new System(machine, bootKernelSlot(machine, ROOT)), repairs };
}

async function readDisk(
  store: SnapshotStore,
  image: Image,
  memory: WebAssembly.Memory,
  savingUrl: string,
): Promise<Disk> {
  const { fillDisk } = await loadSaving(savingUrl);
  try {
    return await restoreDisk(wasmBacking(memory), image.diskSizeBytes, (disk) => fillDisk(disk, store, image));
  } catch (error) {
    // By its name: the class is another one in another file.
    const { name } = error as Error;
    if (name === "CorruptSnapshot" || name === "SandboxError" || error instanceof DOMException) throw error;
    throw new CorruptSnapshot((error as Error).message, { cause: error });
  }
}

/** Mends a disk that was saved while it was in use; what was found. */
async function mend(disk: Disk, toolsUrl: string): Promise<string[]> {
  const { fsck: check } = await loadTools(toolsUrl);
  let report: DiskReport;
  try {
    report = check(disk, { repair: true });
  } catch (cause) {
    throw new CorruptSnapshot(`its disk is damaged beyond repair: ${(cause as Error).message}`, { cause });
  }
  if (report.isClean) return report.problems;
  throw new CorruptSnapshot(`its disk is damaged beyond repair: ${report.problems.join(" ").slice(0, 1000)}`);
}
