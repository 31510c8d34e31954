// The limits that a sandbox with `storage: "opfs"` is held against: the same bytes written to a file of the origin private file system
// and flushed, and copied from memory to memory that was never touched. In a worker, as only those have the handles.

const SCRIPT = `
onmessage = async ({ data: bytes }) => {
  const source = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65536) crypto.getRandomValues(source.subarray(at, Math.min(bytes, at + 65536)));
  const root = await navigator.storage.getDirectory();
  const file = await root.getFileHandle("raw-benchmark", { create: true });
  let start = performance.now();
  const handle = await file.createSyncAccessHandle();
  for (let at = 0; at < bytes; at += 4194304) handle.write(source.subarray(at, at + 4194304), { at });
  handle.flush();
  handle.close();
  const write = performance.now() - start;
  await root.removeEntry("raw-benchmark");
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536), maximum: 65536, shared: true });
  start = performance.now();
  new Uint8Array(memory.buffer).set(source);
  postMessage({ write, copy: performance.now() - start });
};`;

/** How long (ms) writing that many bytes takes, and copying them. */
export async function rawFiles(bytes: number): Promise<{ write: number; copy: number }> {
  const url = URL.createObjectURL(new Blob([SCRIPT], { type: "text/javascript" }));
  const worker = new Worker(url);
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage(bytes);
    });
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
}
