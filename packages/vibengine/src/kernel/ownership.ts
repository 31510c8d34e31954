// One owner per sandbox: a Web Lock named for its id, held by the kernel's worker until that ends, however it ends.

/** Name of a sandbox's lock. */
export function lockName(sandboxId: string): string {
  return `vibengine:${sandboxId}`;
}

/** Whether a kernel runs the sandbox, in this page or another. */
export async function isOwned(sandboxId: string): Promise<boolean> {
  const { held = [] } = await navigator.locks.query();
  return held.some((lock) => lock.name === lockName(sandboxId));
}

/**
 * Takes the sandbox's lock until `release` is called or this worker ends; null when another has it. `onStolen` is called if
 * another takes it away by force.
 */
export function holdSandbox(sandboxId: string, onStolen: () => void = () => {}): Promise<Hold | null> {
  return new Promise((resolve, reject) => {
    let letGo = () => {};
    const released = navigator.locks.request(lockName(sandboxId), { ifAvailable: true }, (lock) => {
      const release = () => {
        letGo();
        return released.catch(() => {});
      };
      resolve(lock && { release });
      return lock === null ? undefined : new Promise<void>((done) => (letGo = done));
    });
    released.catch((error) => {
      reject(error);
      onStolen();
    });
  });
}

export interface Hold {
  /** Resolves when the lock is free for others. */
  release(): Promise<unknown>;
}
