// What happens to sandboxes, told to all pages of the origin: kernels and whoever clears up after them announce it, pages
// listen while they have listeners.

import { InvalidArgumentError } from "./errors.ts";
import { checkOneOf } from "./options.ts";

const EVENTS = ["paused", "resumed", "timeout", "killed"] as const;
/** What happens in a sandbox's life, see {@link Sandbox.on}. */
export type LifecycleEvent = (typeof EVENTS)[number];

interface Announcement {
  sandboxId: string;
  event: LifecycleEvent;
  /** Which of a sandbox's lives it happened to. */
  life: string;
}

interface Registration {
  event: LifecycleEvent;
  listener: () => void;
  /** The life that it was told of last: word of it comes on more than one way. */
  told: string | undefined;
}

const CHANNEL = "vibengine";
const registrations = new Map<string, Set<Registration>>();
let channel: BroadcastChannel | null = null;
/** Lives whose end a handle of this page tells of itself, when it knows of it, whatever the channel says before. */
const followed = new Set<string>();

/** From now on the end of that life is told by {@link tell} only, until `unfollow`. */
export function follow(life: string): void {
  followed.add(life);
}

export function unfollow(life: string): void {
  followed.delete(life);
}

/** Tells the listeners of all pages. `life`: of the kernel to which it happened, if there was one. */
export function announce(
  sandboxId: string,
  event: LifecycleEvent | "replaced",
  life: string = crypto.randomUUID(),
): void {
  if (event === "replaced") return; // it lives on, with another page
  const out = new BroadcastChannel(CHANNEL);
  out.postMessage({ sandboxId, event, life } satisfies Announcement);
  out.close();
}

/** Tells the listeners of this page, at once. */
export function tell(sandboxId: string, event: LifecycleEvent | "replaced", life: string): void {
  for (const one of [...(registrations.get(sandboxId) ?? [])]) {
    if (one.event !== event || one.told === life) continue;
    one.told = life;
    try {
      one.listener();
    } catch (error) {
      reportError(error);
    }
  }
  if (event === "killed" || event === "timeout") forget(sandboxId); // nothing comes after that
}

/** Calls `listener` each time that happens to the sandbox, but for the life `told`. Returns its undo. */
export function listen(sandboxId: string, event: LifecycleEvent, listener: () => void, told?: string): () => void {
  checkOneOf("event", event, EVENTS);
  if (typeof listener !== "function")
    throw new InvalidArgumentError(`listener must be a function, got ${typeof listener}`);
  const registration = { event, listener, told };
  const all = registrations.get(sandboxId) ?? new Set();
  registrations.set(sandboxId, all.add(registration));
  if (channel === null) {
    channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = ({ data }: MessageEvent<Partial<Announcement> | null>) => {
      const { sandboxId: id, event: what, life } = data ?? {};
      if (id === undefined || what === undefined || life === undefined) return;
      if (what === "resumed" || !followed.has(life)) tell(id, what, life);
    };
  }
  return () => {
    if (all.delete(registration) && all.size === 0 && registrations.get(sandboxId) === all) forget(sandboxId);
  };
}

function forget(sandboxId: string): void {
  registrations.delete(sandboxId);
  if (registrations.size > 0) return;
  channel?.close();
  channel = null;
}
