// `Sandbox.list`: the running and paused sandboxes of this origin. Those of this page are asked, of others the store knows.

import { checkOneOf, checkStrings } from "./options.ts";
import { type SandboxInfo, storedInfo } from "./sandbox-options.ts";
import { indexedDbStore } from "./snapshot/indexeddb.ts";
import { reclaim } from "./upkeep.ts";

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
  const others = (await reclaim(indexedDbStore())).filter(({ sandboxId }) => !running.has(sandboxId)).map(storedInfo);
  // One that ends just now is left out.
  const asked = await Promise.allSettled([...running.values()].map((sandbox) => sandbox.getInfo()));
  const live = asked.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  return [...live, ...others]
    .filter((info) => query.state === undefined || info.state === query.state)
    .filter((info) => wanted.every(([key, value]) => info.metadata[key] === value))
    .sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
}
