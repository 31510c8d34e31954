// fsck for the kernel: the code is in tools.js and is fetched when it is first needed, which is seldom.

import type { FsckReport, Machine } from "@vibengine/system";
import { PackError } from "../errors.ts";

type Fsck = (disk: Machine["disk"], options: { repair: boolean }) => FsckReport;

/** The function that checks a disk; to be called with the lock held, or before anybody else has the disk. */
export async function loadFsck(toolsUrl: string): Promise<Fsck> {
  try {
    return (await import(/* @vite-ignore */ /* webpackIgnore: true */ `${toolsUrl}`)).fsck;
  } catch (cause) {
    throw new PackError(`${toolsUrl} did not load: ${(cause as Error).message}`, { cause });
  }
}
