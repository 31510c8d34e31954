// A page's side of a connection to a kernel in another page: finds it, and makes the link that a `Sandbox` stands on.

import { wrap } from "comlink";
import { SandboxError } from "../errors.ts";
import { isOwned } from "../kernel/ownership.ts";
import type { Link } from "../link.ts";
import type { KernelApi } from "../protocol.ts";
import { carryErrors } from "../transfer.ts";
import { clientLock, doorName, hold, type Knock, lifeLock, untilFree, wireName } from "./names.ts";
import { Wire } from "./ports.ts";

/** How often it is looked (ms) whether the one that was asked still exists. */
const LOOK_MS = 200;
/** How long (ms) it may take to answer: its worker may be starting, or reading a large snapshot. */
const PATIENCE_MS = 10_000;

/** A link to the kernel that runs the sandbox in another page; null when there is none. */
export async function reachOwner(sandboxId: string): Promise<Link | null> {
  if (!(await isOwned(sandboxId))) return null;
  carryErrors();
  const client = crypto.randomUUID();
  const letGo = await hold(clientLock(client));
  const channel = new BroadcastChannel(wireName(sandboxId, client));
  const closed = new AbortController();
  const close = () => {
    closed.abort();
    channel.close();
    letGo();
  };
  try {
    const life = await knock(sandboxId, client, channel);
    if (life === null) {
      close();
      return null;
    }
    const wire = new Wire(channel, 1);
    const kernel = wrap<KernelApi>(wire.main);
    const lost = untilGone(life, channel.name, closed.signal).then(() => {
      throw new SandboxError(
        `the page that ran sandbox ${sandboxId} has gone: Sandbox.connect(id) takes over from its last save`,
      );
    });
    lost.catch(() => {});
    const info = await Promise.race([kernel.info(), lost]);
    const hangUp = () => {
      wire.close();
      close();
    };
    return { kernel, info, isHome: false, lost, close: hangUp };
  } catch (error) {
    close();
    throw error;
  }
}

/** Asks for a connection. Resolves with the name of the kernel's life once it has one, null when the kernel has gone. */
async function knock(sandboxId: string, client: string, channel: BroadcastChannel): Promise<string | null> {
  const door = new BroadcastChannel(doorName(sandboxId));
  const ask = () => door.postMessage({ connect: client } satisfies Knock);
  let look: ReturnType<typeof setInterval> | undefined;
  try {
    return await new Promise((resolve, reject) => {
      channel.onmessage = ({ data }: MessageEvent<{ accept?: string } | null>) => {
        if (typeof data?.accept === "string") resolve(data.accept);
      };
      door.onmessage = ({ data }: MessageEvent<{ open?: true } | null>) => {
        if (data?.open) ask();
      };
      const end = performance.now() + PATIENCE_MS;
      look = setInterval(async () => {
        if (!(await isOwned(sandboxId))) resolve(null);
        else if (performance.now() > end)
          reject(new SandboxError(`sandbox ${sandboxId} is running in another page or tab, which does not answer`));
      }, LOOK_MS);
      ask();
    });
  } finally {
    clearInterval(look);
    door.close();
  }
}

/** Resolves when the kernel has gone, and all that it sent has arrived. */
async function untilGone(life: string, channelName: string, closed: AbortSignal): Promise<void> {
  await untilFree(lifeLock(life), closed);
  // A message to ourselves goes the way that the kernel's last ones went, behind them.
  const [one, other] = [new BroadcastChannel(channelName), new BroadcastChannel(channelName)];
  await new Promise((resolve) => {
    other.onmessage = resolve;
    one.postMessage(null);
  });
  one.close();
  other.close();
}
