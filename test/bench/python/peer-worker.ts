// The worker in which Pyodide runs, beside the page's peer.ts.

import type { loadPyodide, PyodideAPI } from "pyodide";
import type { PeerStart } from "./peer.ts";

export type Request = ({ type: "start" } & PeerStart) | { type: "run"; code: string } | { type: "snapshot" };

export interface Answer {
  error?: string;
  stdout?: string;
  snapshot?: ArrayBuffer;
}

let pyodide: PyodideAPI;
let printed = "";

addEventListener("message", async ({ data }: MessageEvent<Request>) => {
  try {
    postMessage(await answer(data));
  } catch (error) {
    postMessage({ error: String(error) } satisfies Answer);
  }
});

async function answer(request: Request): Promise<Answer> {
  if (request.type === "run") {
    printed = "";
    pyodide.runPython(request.code);
    return { stdout: printed };
  }
  if (request.type === "snapshot") {
    const { buffer, byteOffset, byteLength } = pyodide.makeMemorySnapshot() as Uint8Array<ArrayBuffer>;
    return { snapshot: buffer.slice(byteOffset, byteOffset + byteLength) };
  }
  const { indexURL, snapshot, makesSnapshot } = request;
  const module: { loadPyodide: typeof loadPyodide } = await import(/* @vite-ignore */ `${indexURL}pyodide.mjs`);
  pyodide = await module.loadPyodide({
    indexURL,
    ...(snapshot && { _loadSnapshot: snapshot }),
    ...(makesSnapshot && { _makeSnapshot: true }),
  });
  pyodide.setStdout({
    batched: (line) => {
      printed += `${line}\n`;
    },
  });
  return {};
}
