// What the two ends of a connection between pages have to call the same: channels, and the locks by which each learns that the
// other has gone, however it went.

/** The channel on which a sandbox's kernel is asked for a connection. */
export function doorName(sandboxId: string): string {
  return `vibengine:${sandboxId}`;
}

/** The channel of one connection. */
export function wireName(sandboxId: string, client: string): string {
  return `vibengine:${sandboxId}:${client}`;
}

/** The lock that a kernel holds as long as its worker lives; `life` is another each time a sandbox is resumed. */
export function lifeLock(life: string): string {
  return `vibengine:life:${life}`;
}

/** The lock that a page holds as long as it wants its connection. */
export function clientLock(client: string): string {
  return `vibengine:client:${client}`;
}

/** What is said at the door, and the first word on the connection's channel. */
export type Knock =
  /** A page, which holds its lock, asks for a connection. */
  | { connect: string }
  /** A kernel has come: whoever asked before should ask again. */
  | { open: true }
  /** On the connection's channel: the kernel listens. `life` names its lock. */
  | { accept: string };

/** Takes a lock that nobody else holds. Resolves with what lets go of it. */
export function hold(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const held = () => new Promise<void>((release) => resolve(release));
    navigator.locks.request(name, held).catch(reject);
  });
}

/** Resolves when whoever holds the lock has gone; not at all once `signal` is aborted. */
export function untilFree(name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    navigator.locks.request(name, { mode: "shared", signal }, () => resolve()).catch(() => {});
  });
}
