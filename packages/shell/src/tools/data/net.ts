// What curl and wget share: a request over the host's fetch, and its response's body into a file, both streaming.

import { AT_FDCWD, encode, O_CLOEXEC, O_RDONLY } from "@vibengine/system";
import type { FetchFault, FetchRequest, FetchResponse } from "../../host.ts";
import { Reader, type Writer } from "../../stdio.ts";
import type { Invocation } from "../define.ts";

export class NetError extends Error {
  kind: FetchFault["kind"] | "absent" | "timeout";
  constructor(kind: NetError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

export interface Exchange {
  response: FetchResponse;
  /** Copies the body; the bytes written. Throws NetError when it breaks off. */
  save(out: Writer | null): Promise<number>;
  end(): void;
}

/** @param seconds until which all must be over; Infinity for ever */
export async function exchange(
  invocation: Invocation,
  request: Omit<FetchRequest, "signal">,
  seconds: number,
): Promise<Exchange> {
  if (!invocation.fetch) throw new NetError("absent", "there is no network in this sandbox");
  const abort = new AbortController();
  let late = false;
  const timer =
    seconds < 2 ** 31 / 1000
      ? setTimeout(() => {
          late = true;
          abort.abort();
        }, seconds * 1000)
      : undefined;
  const end = () => {
    clearTimeout(timer);
    abort.abort();
  };
  const fault = (error: unknown): unknown => {
    if (late) return new NetError("timeout", "timed out");
    if (error instanceof Error && error.name === "FetchFault")
      return new NetError((error as FetchFault).kind, error.message);
    return new NetError("connect", error instanceof Error ? error.message : String(error));
  };
  // A kill must end the wait too: it is looked for while the answer is on its way.
  const watched = async <T>(work: Promise<T>): Promise<T> => {
    let done = false;
    const result = work.finally(() => {
      done = true;
    });
    result.catch(() => {});
    try {
      for (;;) {
        let tick: ReturnType<typeof setTimeout> | undefined;
        const winner = await Promise.race([
          result,
          new Promise<null>((resolve) => {
            tick = setTimeout(() => resolve(null), 50);
          }),
        ]);
        clearTimeout(tick);
        if (done) return winner as T;
        await invocation.yield();
      }
    } catch (error) {
      if (!done) abort.abort();
      throw error;
    }
  };
  let response: FetchResponse;
  try {
    response = await watched(
      invocation.fetch({ ...request, signal: abort.signal }).catch((error) => {
        throw fault(error);
      }),
    );
  } catch (error) {
    end();
    throw error;
  }
  return {
    response,
    end,
    async save(out) {
      if (!response.body) return 0;
      const reader = response.body.getReader();
      let count = 0;
      try {
        for (;;) {
          const { value, done } = await watched(
            reader.read().catch((error) => {
              throw fault(error);
            }),
          );
          if (done) return count;
          count += value.length;
          await out?.write(value);
        }
      } finally {
        await reader.cancel().catch(() => {});
        end();
      }
    },
  };
}

/** A file's bytes as a request's body, read as they are sent. */
export function fileBody(invocation: Invocation, path: string): ReadableStream<Uint8Array> | number {
  const { sys } = invocation;
  const fd = path === "-" ? 0 : sys.open(AT_FDCWD, encode(path), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  const reader = path === "-" ? invocation.stdin : new Reader(sys, fd, () => invocation.yield());
  const close = () => {
    if (path !== "-") sys.close(fd);
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await reader.read();
        if (chunk) controller.enqueue(chunk.slice());
        else {
          close();
          controller.close();
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}

export const statusLine = ({ status, statusText }: FetchResponse) =>
  `HTTP/1.1 ${status}${statusText ? ` ${statusText}` : ""}`;

export const headerOf = ({ headers }: FetchResponse, name: string): string | undefined =>
  headers.find(([key]) => key.toLowerCase() === name)?.[1];
