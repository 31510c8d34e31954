// One turn of this worker's event loop: timers and messages that are due get their chance. By a message to oneself, since
// nested timers are held back to 4 ms.

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** Resolves in a later turn of the event loop. */
export function nextTurn(): Promise<void> {
  channel.port2.postMessage(null);
  return new Promise((resolve) => waiting.push(resolve));
}
