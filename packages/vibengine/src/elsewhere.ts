// Sandboxes that this page does not run: what can be done about such a one, where it is, or how it ended, told as the error
// that a call on it throws. Used by `Sandbox`.

import { reachOwner } from "./broker/client.ts";
import { OWNED, SandboxError, SandboxNotFoundError } from "./errors.ts";
import { holdSandbox } from "./kernel/ownership.ts";
import { announce } from "./lifecycle-events.ts";
import { type Link, startStored } from "./link.ts";
import type { Ending } from "./protocol.ts";
import { bootOptions, type SandboxInfo, storedInfo } from "./sandbox-options.ts";
import { indexedDbStore } from "./snapshot/indexeddb.ts";
import type { Manifest } from "./snapshot/manifest.ts";
import { findManifest, removeSandbox } from "./snapshot/registry.ts";
import { MANIFEST } from "./snapshot/store.ts";
import { reclaim } from "./upkeep.ts";

/**
 * A link to a running sandbox that is not this page's: to the page that runs it, or, when that has gone, to a kernel of this page
 * that goes on from what was last saved.
 * @throws {SandboxNotFoundError} when there is no such sandbox, or it is paused.
 */
export async function linkOrTakeOver(sandboxId: string, assetBase?: string | URL): Promise<Link> {
  for (;;) {
    const link = await reachOwner(sandboxId);
    if (link !== null) return link;
    await findOrphan(sandboxId);
    const boot = { ...bootOptions({ assetBase }, sandboxId), timeoutMs: 0 };
    try {
      return await startStored(assetBase, MANIFEST + sandboxId, boot, "resume");
    } catch (error) {
      if (!(error instanceof SandboxError) || error.code !== OWNED) throw error; // another page was faster: it is asked
    }
  }
}

/** A link to the page that runs the sandbox; null when it has gone and left the sandbox to whoever wants it. */
export async function linkElsewhere(sandboxId: string): Promise<Link | null> {
  const link = await reachOwner(sandboxId);
  if (link === null) await findOrphan(sandboxId);
  return link;
}

/** The info on a sandbox that nobody runs; undefined when there is none of that id. */
export async function storedElsewhere(sandboxId: string): Promise<SandboxInfo | undefined> {
  const manifest = await find(sandboxId);
  return manifest && storedInfo(manifest);
}

/** Changes what is stored of a sandbox whose page has gone. False when somebody else has it by now. */
export async function changeOrphan(
  sandboxId: string,
  change: Partial<Pick<Manifest, "state" | "endAt">>,
): Promise<boolean> {
  const hold = await holdSandbox(sandboxId);
  if (hold === null) return false;
  try {
    const manifest = await findOrphan(sandboxId);
    await indexedDbStore().write("relaxed", null, async (records) => {
      records.put(MANIFEST + sandboxId, { ...manifest, ...change });
    });
    if (change.state === "paused") announce(sandboxId, "paused");
    return true;
  } finally {
    await hold.release();
  }
}

/** Ends a sandbox that another page runs, or removes a paused one; false when there is none. */
export async function killElsewhere(sandboxId: string): Promise<boolean> {
  for (;;) {
    const hold = await holdSandbox(sandboxId);
    if (hold !== null) {
      try {
        const wasThere = await removeSandbox(indexedDbStore(), sandboxId);
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

/** The manifest of a sandbox whose page has gone; throws when there is none, or it is paused. */
async function findOrphan(sandboxId: string): Promise<Manifest> {
  const manifest = await find(sandboxId);
  if (manifest?.state === "running") return manifest;
  throw new SandboxNotFoundError(
    manifest
      ? `sandbox ${sandboxId} is paused: resume it by its id`
      : `there is no sandbox ${sandboxId}: it was killed, timed out, or never existed`,
  );
}

async function find(sandboxId: string): Promise<Manifest | undefined> {
  const store = indexedDbStore();
  await reclaim(store);
  return findManifest(store, sandboxId);
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

/** What calls throw that only the page could answer that ran the sandbox, when it has gone. */
export function orphanedError(sandboxId: string): SandboxNotFoundError {
  return new SandboxNotFoundError(
    `the page that ran sandbox ${sandboxId} has gone: Sandbox.connect(id) takes over from its last save`,
  );
}
