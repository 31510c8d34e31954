import { expose, proxy, type Remote, releaseProxy, wrap } from "comlink";
import { expect, onTestFinished, test } from "vitest";
import { Wire } from "./ports.ts";

type Sink = (text: string, more?: Sink) => unknown;

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

const openPorts = () => process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length;

test("callbacks are called in order, each on its own, and may be handed callbacks in turn", async () => {
  const { offer, remote } = connect();
  const seen: Record<string, string[]> = { a: [], b: [] };
  for (const name of ["a", "b"]) {
    await remote.keep(
      proxy((text: string, more?: Sink) => {
        seen[name]!.push(text);
        return more?.(`${text} back`);
      }),
    );
  }
  const [a, b] = offer.kept as [Remote<Sink>, Remote<Sink>];
  await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? b : a)(String(i))));
  const numbers = (from: number) => Array.from({ length: 10 }, (_, i) => String(from + 2 * i));
  expect(seen).toEqual({ a: numbers(0), b: numbers(1) });
  expect(
    await a(
      "on",
      proxy((text: string) => `${text} and forth`),
    ),
  ).toBe("on back and forth");
});

test("a released callback leaves no port open", async () => {
  const { offer, remote } = connect();
  const before = openPorts();
  for (let i = 0; i < 10; i++) await remote.keep(proxy(() => i));
  expect(await Promise.all(offer.kept.map((sink) => sink("")))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(openPorts()).toBeGreaterThan(before + 9);
  for (const sink of offer.kept) sink[releaseProxy]();
  await expect.poll(openPorts).toBe(before);
  expect(await remote.add(1, 2)).toBe(3);
});

test("when the other side has gone, its callbacks say false: those that wait, and those called later", async () => {
  const { near, far, offer, remote } = connect();
  const before = openPorts();
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
  await expect.poll(openPorts).toBe(before - 1); // nor is its channel there
  far.close();
  expect(await waiting).toBe(false);
  expect(await offer.kept[0]!("y")).toBe(false);
});
