// What the kernel needs seldom: fsck, and export and import. The code is in tools.js and is fetched when it is first needed.

import { PackError } from "../errors.ts";

type Tools = Pick<typeof import("../tools.ts"), "fsck" | "importArchive" | "newExport">;

/**
 * The functions. `fsck` is to be called with the lock held, or before anybody else has the disk; `importArchive` makes a disk of
 * its own.
 */
export async function loadTools(toolsUrl: string): Promise<Tools> {
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ `${toolsUrl}`);
  } catch (cause) {
    throw new PackError(`${toolsUrl} did not load: ${(cause as Error).message}`, { cause });
  }
}
