// The network for programs: performs a request as the shell's tools would, and writes the answer into a pipe, in frames: a length of 4
// bytes (little endian) and so many bytes. The first frame is the head; one of length 0 says that all of it came. The wheels of packs are
// served here, too, under a host name that can't exist.

import type { FetchResponse } from "@vibengine/shell";
import { encode } from "@vibengine/system";
import type { LoadedPack, PackSource } from "../packs/protocol.ts";
import type { FetchMessage } from "../protocol.ts";
import { fetchForTools } from "../shell/fetch.ts";
import type { KernelCalls } from "./calls.ts";
import { feed } from "./streams.ts";

const PACK_HOST = "pack.vibengine.invalid";
/** A frame at most. */
const PIECE = 65_536;

/** Resolves when the answer has been written to `fd`, or nobody reads it any more; closes it. */
export async function answerFetch(
  calls: KernelCalls,
  source: PackSource,
  packOf: (name: string) => Promise<LoadedPack> | undefined,
  message: FetchMessage,
  fd: number,
): Promise<void> {
  const { system } = calls;
  const stop = new AbortController();
  const write = async (bytes: Uint8Array) => {
    for (let at = 0; ; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      const frame = new Uint8Array(4 + piece.length);
      new DataView(frame.buffer).setUint32(0, piece.length, true);
      frame.set(piece, 4);
      let taken = 0;
      await feed(
        calls,
        frame,
        () => !stop.signal.aborted,
        (rest) => {
          const count = system.write(fd, rest, 0, rest.length);
          if (count > 0) taken += count;
          return count;
        },
      );
      if (taken < frame.length) stop.abort();
      if (at + PIECE >= bytes.length) return;
    }
  };
  try {
    const response = await respond(source, packOf, message, stop.signal);
    await write(headOf(response));
    if (response.body !== null) await writeBody(response.body, write, stop.signal);
    await write(new Uint8Array(0));
  } catch (error) {
    // Before the head this is the head; behind it there is no proper end.
    if (!(error instanceof BrokenBody)) {
      await write(encode(`0 ${(error as Error).message}`));
      await write(new Uint8Array(0));
    }
  } finally {
    stop.abort();
    await calls.exclusive(() => system.close(fd));
  }
}

class BrokenBody extends Error {}

async function writeBody(
  body: ReadableStream<Uint8Array>,
  write: (bytes: Uint8Array) => Promise<void>,
  stopped: AbortSignal,
): Promise<void> {
  const reader = body.getReader();
  for (;;) {
    const { value, done } = await reader.read().catch((cause) => {
      throw new BrokenBody("the connection broke", { cause });
    });
    if (done) return;
    // An empty frame would be the end.
    if (value.length > 0) await write(value);
    if (stopped.aborted) {
      await reader.cancel().catch(() => {});
      throw new BrokenBody("nobody reads any more");
    }
  }
}

function headOf({ status, statusText, url, headers }: FetchResponse): Uint8Array {
  const isEncoded = headers.some(([name]) => name.toLowerCase() === "content-encoding");
  const kept = headers.filter(([name]) => !isEncoded || !/^content-(encoding|length)$/i.test(name));
  const lines = [...kept, ["x-vibengine-url", url]].map(([name, value]) => `${name}: ${value}`);
  return encode([`${status} ${statusText}`, ...lines].join("\n"));
}

function respond(
  source: PackSource,
  packOf: (name: string) => Promise<LoadedPack> | undefined,
  { method, url, headers, body }: FetchMessage,
  signal: AbortSignal,
): Promise<FetchResponse> {
  const target = new URL(url);
  if (target.hostname === PACK_HOST) return fromPack(source, packOf, target);
  return fetchForTools({
    url,
    method,
    headers,
    body: body.length === 0 ? null : body,
    follow: true,
    signal,
  });
}

/** `/NAME/` lists a pack's wheels, for pip's `--find-links`; `/NAME/WHEEL` is one. */
async function fromPack(
  source: PackSource,
  packOf: (name: string) => Promise<LoadedPack> | undefined,
  { href, pathname }: URL,
): Promise<FetchResponse> {
  const [name, filename] = pathname.slice(1).split("/").map(decodeURIComponent);
  const pack = await packOf(name);
  const wheel = pack?.wheels.find((one) => one.filename === filename);
  if (pack === undefined || (filename !== "" && wheel === undefined)) {
    return { url: href, status: 404, statusText: "Not Found", headers: [], body: null };
  }
  const list = encode(listOf(pack));
  const body = wheel ? await source.file(name, wheel.file) : new Blob([list as BlobPart]).stream();
  const headers: [string, string][] = [
    ["content-type", wheel ? "application/octet-stream" : "text/html; charset=utf-8"],
    ["content-length", String(wheel?.size ?? list.length)],
  ];
  return { url: href, status: 200, statusText: "OK", headers, body };
}

function listOf({ wheels }: LoadedPack): string {
  const links = wheels.map(({ filename, sha256 }) => `<a href="${filename}#sha256=${sha256}">${filename}</a><br>`);
  return `<!DOCTYPE html><html><body>\n${links.join("\n")}\n</body></html>\n`;
}
