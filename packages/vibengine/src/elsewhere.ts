// Sandboxes that can't be called from here: where such a one is, or how it ended, told as the error that a call on it throws.
// Used by `Sandbox`.

import { SandboxError, SandboxNotFoundError } from "./errors.ts";
import { lockName } from "./kernel/ownership.ts";
import type { Ending } from "./protocol.ts";
import { indexedDbStore } from "./snapshot/indexeddb.ts";
import { findManifest } from "./snapshot/registry.ts";

/** Why this page can't make a call on that sandbox; `wayOut` says what to do when another page runs it. */
export async function notRunHere(sandboxId: string, wayOut: string): Promise<SandboxError> {
  const { held = [] } = await navigator.locks.query();
  if (held.some((lock) => lock.name === lockName(sandboxId)))
    return new SandboxError(`sandbox ${sandboxId} is running in another page or tab: ${wayOut}`);
  const isPaused = (await findManifest(indexedDbStore(), sandboxId)) !== undefined;
  return new SandboxNotFoundError(
    isPaused
      ? `sandbox ${sandboxId} is paused: resume it by its id`
      : `there is no sandbox ${sandboxId}: it was killed, timed out, or never existed`,
  );
}

/** What calls on a sandbox throw that has ended. */
export function endedError(sandboxId: string, ending: Ending): SandboxError {
  const what = {
    killed: "was killed",
    timeout: "reached its timeout and was stopped",
    paused: "is paused: resume it by its id",
    replaced: "was taken over by another page: connect to it by its id",
  };
  return new SandboxNotFoundError(`sandbox ${sandboxId} ${what[ending]}`);
}
