// Runs a WASI program with browser_wasi_shim, its stdin a file that another worker keeps.

import { Fd, WASI } from "@bjorn3/browser_wasi_shim";
import { ANSWERED, COUNT, DATA_AT, ERRNO, type FromReader, type ReadRequest, type ToReader } from "./shim-protocol.ts";

class RemoteFile extends Fd {
  readonly #words: Int32Array;
  readonly #content: Uint8Array;
  readonly #port: MessagePort;

  constructor(shared: SharedArrayBuffer, port: MessagePort) {
    super();
    this.#words = new Int32Array(shared);
    this.#content = new Uint8Array(shared, DATA_AT);
    this.#port = port;
  }

  override fd_pread(size: number, offset: bigint): { ret: number; data: Uint8Array } {
    Atomics.store(this.#words, ANSWERED, 0);
    this.#port.postMessage({ size, offset } satisfies ReadRequest);
    Atomics.wait(this.#words, ANSWERED, 0);
    return { ret: this.#words[ERRNO]!, data: this.#content.slice(0, this.#words[COUNT]!) };
  }
}

let given: { file: RemoteFile; module: Promise<WebAssembly.Module> };

addEventListener("message", async ({ data }: MessageEvent<ToReader | "run">) => {
  if (data !== "run") {
    given = { file: new RemoteFile(data.shared, data.port), module: WebAssembly.compile(data.program) };
    return;
  }
  const host = new WASI([], [], [given.file]);
  const instance = await WebAssembly.instantiate(await given.module, { wasi_snapshot_preview1: host.wasiImport });
  const start = performance.now();
  host.start(instance as Parameters<typeof host.start>[0]);
  postMessage({ ms: performance.now() - start } satisfies FromReader);
});
