// Keeps a file of browser_wasi_shim and reads it for another worker.

import { File, OpenFile } from "@bjorn3/browser_wasi_shim";
import { ANSWERED, COUNT, DATA_AT, ERRNO, type ReadRequest, type ToFiles } from "./shim-protocol.ts";

addEventListener("message", ({ data: { shared, port, bytes } }: MessageEvent<ToFiles>) => {
  const file = new OpenFile(new File(new Uint8Array(bytes)));
  const words = new Int32Array(shared);
  const content = new Uint8Array(shared, DATA_AT);
  port.onmessage = ({ data: { size, offset } }: MessageEvent<ReadRequest>) => {
    const { ret, data } = file.fd_pread(size, offset);
    content.set(data);
    words[ERRNO] = ret;
    words[COUNT] = data.length;
    Atomics.store(words, ANSWERED, 1);
    Atomics.notify(words, ANSWERED);
  };
});
