// What the shell needs of the worker it runs in. The browser's process worker implements it; tests have a small one for Node.

import type { System } from "@vibengine/system";
import type { LateBuiltin } from "./builtins/late.ts";
import type { Tool } from "./tool.ts";
import type { Parts } from "./tools/parts.ts";

/** What is loaded when it is first needed. */
export interface ToolSet {
  tools: Record<string, Tool>;
  lateBuiltins: Record<string, LateBuiltin>;
  parts: Parts;
}

export interface ShellHost {
  /**
   * Starts a program that is not ours (WebAssembly, another pack): a new process, child of `sys`, with a copy of sys's fds that
   * are not close-on-exec. `sys` stands for it from then on: signals to it go to the program. The pid, or -errno.
   */
  spawn(sys: System, request: SpawnRequest): Promise<number>;
  /** Loads the tools when the first is needed; called again if that failed. */
  loadTools(): Promise<ToolSet>;
  /**
   * Sends an HTTP request, for curl and wget; absent where there is no network. Credentials are never sent along, and what is off
   * limits (the page's own origin) is the host's to refuse. Rejects with FetchFault.
   */
  fetch?(request: FetchRequest): Promise<FetchResponse>;
  /** Lets the worker's event loop run (messages, other tasks). Called at least every 10 ms while the shell is busy. */
  yield(): Promise<void>;
}

export interface SpawnRequest {
  path: Uint8Array;
  argv: string[];
  /** K=V */
  env: string[];
  /** Run it as a WASI program that gets these directories and nothing else: for the tool `wasi`. */
  wasi?: WasiOptions;
}

/** How a WASI program is run by `wasi`. The file needs no execute permission; only fds 0 to 2 are inherited. */
export interface WasiOptions {
  /** Directories: their paths, and the names that the program sees. */
  preopens: [host: string, guest: string][];
  /** Write each of its calls to its stderr. */
  trace: boolean;
}

export interface FetchRequest {
  url: string;
  method: string;
  headers: [name: string, value: string][];
  /** Whole, or piece by piece as the receiver takes it. */
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
  /** Follow redirects, or give the redirect itself as the response. */
  follow: boolean;
  signal: AbortSignal;
}

export interface FetchResponse {
  /** Where it came from after redirects. */
  url: string;
  status: number;
  statusText: string;
  headers: [name: string, value: string][];
  /** Read no faster than it is taken; cancelled when it is no longer wanted. */
  body: ReadableStream<Uint8Array> | null;
}

/** Why no response came. */
export class FetchFault extends Error {
  /** "refused": by the host's own rules. A browser doesn't tell the other two apart, and gives "connect". */
  kind: "resolve" | "connect" | "refused";
  constructor(kind: FetchFault["kind"], message: string) {
    super(message);
    this.name = "FetchFault";
    this.kind = kind;
  }
}
