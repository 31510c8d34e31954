// `Sandbox.list`: the running sandboxes of this page and the paused ones of this origin.

import { lockName } from "./kernel/ownership.ts";
import { checkOneOf, checkStrings } from "./options.ts";
import { pausedInfo, type SandboxInfo } from "./sandbox-options.ts";
import { indexedDbStore } from "./snapshot/indexeddb.ts";
import type { Manifest } from "./snapshot/manifest.ts";

/** Which sandboxes {@link Sandbox.list} is to give; what is absent is open. */
export interface ListQuery {
  /** Those that have all these labels. */
  metadata?: Record<string, string>;
  state?: "running" | "paused";
}

/** `running`: what to ask for the info on each of this page's. */
export async function listSandboxes(
  query: ListQuery,
  running: ReadonlyMap<string, { getInfo(): Promise<SandboxInfo> }>,
): Promise<SandboxInfo[]> {
  if (query.state !== undefined) checkOneOf("state", query.state, ["running", "paused"]);
  const wanted = Object.entries(checkStrings("metadata", query.metadata ?? {}));
  const { held = [] } = await navigator.locks.query();
  const owned = new Set(held.map((lock) => lock.name));
  const manifests = (await indexedDbStore().manifests()) as Manifest[];
  const paused = manifests
    .filter((one) => !owned.has(lockName(one.sandboxId)) && !running.has(one.sandboxId))
    .map(pausedInfo);
  const live = await Promise.all([...running.values()].map((sandbox) => sandbox.getInfo()));
  return [...live, ...paused]
    .filter((info) => query.state === undefined || info.state === query.state)
    .filter((info) => wanted.every(([key, value]) => info.metadata[key] === value))
    .sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
}
