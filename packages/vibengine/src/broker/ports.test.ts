// comlink through a `Wire`, with both ends in this process.

import { expose, proxy, type Remote, releaseProxy, wrap } from "comlink";
import { expect, onTestFinished, test } from "vitest";
import { Wire } from "./ports.ts";

type Sink = (text: string) => unknown;

/** What one side offers; callbacks that it was given stay in `kept`. */
class Offer {
  kept: Remote<Sink>[] = [];
  keep(sink: Sink): void {
    this.kept.push(sink as Remote<Sink>);
  }
  add(a: number, b: number): number {
    return a + b;
  }
}

/** Two ends, as in two pages. */
function connect(): { near: Wire; far: Wire; offer: Offer; remote: Remote<Offer> } {
  const name = `test:${crypto.randomUUID()}`;
  const near = new Wire(new BroadcastChannel(name), 1);
  const far = new Wire(new BroadcastChannel(name), -1);
  onTestFinished(() => {
    near.close();
    far.close();
  });
  const offer = new Offer();
  expose(offer, far.main);
  return { near, far, offer, remote: wrap<Offer>(near.main) };
}

/** In Node a BroadcastChannel counts as a port. */
const CHANNELS = 2;
const openPorts = () => process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length;

test("callbacks are called in order, and answer", async () => {
  const { offer, remote } = connect();
  const seen: Record<string, string[]> = { a: [], b: [] };
  for (const name of ["a", "b"]) {
    await remote.keep(
      proxy((text: string) => {
        seen[name]!.push(text);
        return `${text} taken`;
      }),
    );
  }
  const [a, b] = offer.kept as [Remote<Sink>, Remote<Sink>];
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? b : a)(String(i))));
  expect(answers).toEqual(Array.from({ length: 20 }, (_, i) => `${i} taken`));
  const numbers = (from: number) => Array.from({ length: 10 }, (_, i) => String(from + 2 * i));
  expect(seen).toEqual({ a: numbers(0), b: numbers(1) });
});

test("a released callback leaves no port open", async () => {
  const { offer, remote } = connect();
  await expect.poll(openPorts).toBe(CHANNELS); // those of the test before are closed
  for (let i = 0; i < 10; i++) await remote.keep(proxy(() => i));
  expect(await Promise.all(offer.kept.map((sink) => sink("")))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(openPorts()).toBeGreaterThanOrEqual(CHANNELS + 10);
  for (const sink of offer.kept) sink[releaseProxy]();
  await expect.poll(openPorts).toBe(CHANNELS);
  expect(await remote.add(1, 2)).toBe(3);
});

test("when the other side has gone, its callbacks say false: those that wait, and those called later", async () => {
  const { near, far, offer, remote } = connect();
  await expect.poll(openPorts).toBe(CHANNELS); // those of the test before are closed
  let isCalled = false;
  await remote.keep(
    proxy(() => {
      isCalled = true;
      return new Promise(() => {});
    }),
  );
  const waiting = offer.kept[0]!("x");
  await expect.poll(() => isCalled).toBe(true);
  near.close(); // the page that had it closes its ports, too
  await expect.poll(openPorts).toBe(CHANNELS - 1); // nor is its channel there
  far.close();
  expect(await waiting).toBe(false);
  expect(await offer.kept[0]!("y")).toBe(false);
});
