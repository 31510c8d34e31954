// How the parts of the SDK reach the kernel.

import type { Remote } from "comlink";
import type { KernelApi } from "./protocol.ts";

/** Sends a call to the kernel, if the sandbox still runs. */
export type Call = <T>(send: (kernel: Remote<KernelApi>) => Promise<T>) => Promise<T>;
