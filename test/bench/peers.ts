// The same tree saved and loaded by other file systems for the browser, once each, for comparison. One that fails here is a row of
// NaN, not the end of the run.

import { type Row, timed } from "./measure.ts";

/** Loaded when needed: what one of them lacks in a browser must not end the rest. */
const PEERS: Record<string, (files: Files) => Promise<Peer>> = {
  keyval: async (files) => (await import("./peer-keyval.ts")).keyval(files),
  lightning: async (files) => (await import("./peer-lightning.ts")).lightning(files),
  lifo: async (files) => (await import("./peer-lifo.ts")).lifo(files),
};

export type Files = { path: string; data: Uint8Array }[];

export interface Peer {
  name: string;
  save(): Promise<void>;
  /** How many bytes the files have that came back. */
  load(): Promise<number>;
  remove(): Promise<void>;
}

export async function peers(files: Files): Promise<Row[]> {
  const bytes = files.reduce((sum, { data }) => sum + data.length, 0);
  const rows: Row[] = [];
  for (const [name, make] of Object.entries(PEERS)) {
    try {
      const peer = await make(files);
      rows.push({ what: `  ${peer.name}: saves that tree`, value: await timed(() => peer.save()), unit: "ms" });
      let loaded = 0;
      const load = async () => {
        loaded = await peer.load();
      };
      rows.push({ what: `  ${peer.name}: loads it`, value: await timed(load), unit: "ms" });
      if (loaded !== bytes) throw new Error(`${loaded} bytes came back instead of ${bytes}`);
      await peer.remove();
    } catch (error) {
      console.error(name, error);
      rows.push({ what: `  ${name}: ${(error as Error).message}`.slice(0, 54), value: Number.NaN, unit: "ms" });
    }
  }
  return rows;
}
