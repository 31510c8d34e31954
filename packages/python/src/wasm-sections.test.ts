// Each rewritten module is run, so that what holds here holds for an engine.

import { expect, test } from "vitest";
import { assemble } from "../../../test/support/wat.mjs";
import { functionIndex, sections, withExport, withoutCustomSections, withSharedMemory } from "./wasm-sections.mjs";

const WAT = `(module
  (import "host" "log" (func (param i32)))
  (memory (export "memory") 640)
  (func (export "run") (result i32) (i32.const 7))
  (func (result i32) (i32.const 42)))`;

/** Functions 0 to 2 in the order of WAT. */
const NAMES = ["log", "run", "PyErr_SetInterruptEx"];

const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];

async function namedModule() {
  const entries = NAMES.flatMap((name, index) => [index, ...text(name)]);
  const body = [NAMES.length, ...entries];
  // A module's own name comes before its functions'.
  const payload = [...text("name"), 0, 5, ...text("main"), 1, body.length, ...body];
  const other = text("producers");
  return Uint8Array.from([...(await assemble(WAT)), 0, other.length, ...other, 0, payload.length, ...payload]);
}

async function run(module: Uint8Array) {
  const { instance } = await WebAssembly.instantiate(Uint8Array.from(module), { host: { log: () => {} } });
  return instance.exports as { memory: WebAssembly.Memory } & Record<string, () => number>;
}

test("a function is found by its name", async () => {
  const module = await namedModule();
  expect(NAMES.map((name) => functionIndex(module, name))).toEqual([0, 1, 2]);
  expect(() => functionIndex(module, "PyErr_SetInterrupt")).toThrow("no function of the module is called");
});

test("one more export calls the function it names", async () => {
  const module = await namedModule();
  const exports = await run(withExport(module, "extra", functionIndex(module, "PyErr_SetInterruptEx")));
  expect([exports.run?.(), exports.extra?.()]).toEqual([7, 42]);
});

test("custom sections go, the rest stays", async () => {
  const module = await namedModule();
  const stripped = withoutCustomSections(module);
  expect(sections(module).filter(({ id }) => id === 0)).toHaveLength(2);
  expect(stripped).toEqual(Uint8Array.from(await assemble(WAT)));
  expect(() => functionIndex(stripped, "run")).toThrow("no name section");
});

test("the memory becomes shared, as large as before, and can grow to its maximum", async () => {
  const { memory } = await run(withSharedMemory(await namedModule(), 700));
  expect(memory.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(memory.buffer.byteLength).toBe(640 * 65_536);
  memory.grow(60);
  expect(() => memory.grow(1)).toThrow(RangeError);
});

test("what is no module, or another kind of memory, is refused", async () => {
  expect(() => sections(Uint8Array.from([0, 0x61, 0x73, 0x6d, 2, 0, 0, 0]))).toThrow("no WebAssembly module");
  expect(() => sections(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 9]))).toThrow("past the module's end");
  const limited = Uint8Array.from(await assemble("(module (memory 1 2))"));
  expect(() => withSharedMemory(limited, 4)).toThrow("one private memory without a maximum");
  const none = Uint8Array.from(await assemble("(module)"));
  expect(() => withSharedMemory(none, 4)).toThrow("no section 5");
});
