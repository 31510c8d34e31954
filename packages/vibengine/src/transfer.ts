// How errors travel between page and kernel: by class name and message, so that `instanceof` holds on the other side.
// Both ends import this module; it replaces comlink's handler for thrown values.

import { transferHandlers } from "comlink";
import { ERROR_CLASSES, SandboxError } from "./errors.ts";

interface WireError {
  name: string;
  message: string;
  stack?: string;
  code?: string;
  cause?: unknown;
}

const original = transferHandlers.get("throw");

/** Makes comlink carry our errors. Call once on each side before the first message. */
export function carryErrors(): void {
  if (original === undefined) return;
  transferHandlers.set("throw", {
    canHandle: original.canHandle,
    serialize: (thrown) => [toWire((thrown as { value: unknown }).value), []],
    deserialize: (wire) => {
      throw fromWire(wire as WireError);
    },
  });
}

/** An error as plain data. */
export function toWire(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: "SandboxError", message: String(error) };
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    code: error instanceof SandboxError ? error.code : undefined,
    cause: error.cause instanceof Error ? toWire(error.cause) : undefined,
  };
}

/** The error again, of its own class. One that is not ours becomes a `SandboxError` with the original as its cause. */
export function fromWire(wire: WireError): Error {
  const known = ERROR_CLASSES[wire.name as keyof typeof ERROR_CLASSES];
  const cause = wire.cause === undefined ? undefined : fromWire(wire.cause as WireError);
  if (known !== undefined) return new known(wire.message, { code: wire.code, ...(cause !== undefined && { cause }) });
  const foreign = new Error(wire.message);
  foreign.name = wire.name;
  if (wire.stack !== undefined) foreign.stack = wire.stack;
  return new SandboxError(`${wire.name}: ${wire.message}`, { cause: foreign });
}
