// Pyodide in a worker of its own, as an application has it that wants to be able to end what runs.

import type { Answer, Request } from "./peer-worker.ts";

export interface PeerStart {
  /** Where Pyodide's files are; ends in a slash. */
  indexURL: string;
  /** A memory that an earlier one left. */
  snapshot?: ArrayBuffer;
  /** To be able to leave one. */
  makesSnapshot?: boolean;
}

export class Peer {
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Resolves when Pyodide is loaded. */
  static async start(start: PeerStart): Promise<Peer> {
    const peer = new Peer(new Worker(new URL("./peer-worker.ts", import.meta.url), { type: "module" }));
    await peer.#ask({ type: "start", ...start });
    return peer;
  }

  /** What the code prints. */
  async run(code: string): Promise<string> {
    return (await this.#ask({ type: "run", code })).stdout ?? "";
  }

  async snapshot(): Promise<ArrayBuffer> {
    return (await this.#ask({ type: "snapshot" })).snapshot as ArrayBuffer;
  }

  end(): void {
    this.#worker.terminate();
  }

  #ask(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }: MessageEvent<Answer>) =>
        data.error === undefined ? resolve(data) : reject(new Error(`Pyodide: ${data.error}`));
      this.#worker.onerror = ({ message }) => reject(new Error(`Pyodide's worker failed: ${message}`));
      this.#worker.postMessage(request);
    });
  }
}

export function endPeers(peers: Peer[]): void {
  for (const peer of peers.splice(0)) peer.end();
}
