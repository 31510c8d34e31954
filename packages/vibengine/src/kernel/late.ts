// What the kernel does not need at once: saving, and, in tools.js, what it needs seldom: fsck, and export and import. Fetched when
// it is first needed.

import { PackError } from "../errors.ts";

export type Saving = typeof import("../saving.ts");
type Tools = Pick<typeof import("../tools.ts"), "fsck" | "importArchive" | "newExport" | "Watches">;

/**
 * The functions. `fsck` is to be called with the lock held, or before anybody else has the disk; `importArchive` makes a disk of
 * its own.
 */
export function loadTools(toolsUrl: string): Promise<Tools> {
  return load(toolsUrl);
}

/** How a disk is saved and read. */
export function loadSaving(savingUrl: string): Promise<Saving> {
  return load(savingUrl);
}

async function load<T>(url: string): Promise<T> {
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ `${url}`);
  } catch (cause) {
    throw new PackError(`${url} did not load: ${(cause as Error).message}`, { cause });
  }
}
