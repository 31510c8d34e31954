// Sandboxes that this page does not run: what can be done about such a one, where it is, or how it ended, told as the error
// that a call on it throws. Used by `Sandbox`.

import { reachOwner } from "./broker/client.ts";
import { type SandboxError, SandboxNotFoundError } from "./errors.ts";
import { holdSandbox } from "./kernel/ownership.ts";
import { announce } from "./lifecycle-events.ts";
import type { Link } from "./link.ts";
import type { Ending } from "./protocol.ts";
import { pausedInfo, type SandboxInfo } from "./sandbox-options.ts";
import { indexedDbStore } from "./snapshot/indexeddb.ts";
import type { Manifest } from "./snapshot/manifest.ts";

/**
 * A link to a sandbox that another page runs.
 * @throws {SandboxNotFoundError} when none does.
 */
export async function linkElsewhere(sandboxId: string): Promise<Link> {
  return (await reachOwner(sandboxId)) ?? takeOver(sandboxId);
}

/** The info on a paused sandbox; undefined when there is none of that id. */
export async function pausedElsewhere(sandboxId: string): Promise<SandboxInfo | undefined> {
  const manifest = (await indexedDbStore().manifest(sandboxId)) as Manifest | undefined;
  return manifest && pausedInfo(manifest);
}

/** Ends a sandbox that another page runs, or removes a paused one; false when there is none. */
export async function killElsewhere(sandboxId: string): Promise<boolean> {
  for (;;) {
    const hold = await holdSandbox(sandboxId);
    if (hold !== null) {
      try {
        const wasThere = await indexedDbStore().remove(sandboxId);
        if (wasThere) announce(sandboxId, "killed");
        return wasThere;
      } finally {
        await hold.release();
      }
    }
    const link = await reachOwner(sandboxId);
    if (link === null) continue; // its owner has gone this moment
    const { kernel, lost } = link;
    const ending = await Promise.race([kernel.kill().then(() => kernel.ended()), lost]).catch(() => null);
    link.close();
    if (ending === "killed" || ending === "timeout") return true; // else it has left a snapshot
  }
}

/** The owner of a sandbox has gone without a word, or there never was one. */
async function takeOver(sandboxId: string): Promise<Link> {
  throw new SandboxNotFoundError(
    (await pausedElsewhere(sandboxId))
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
  };
  return new SandboxNotFoundError(`sandbox ${sandboxId} ${what[ending]}`);
}
