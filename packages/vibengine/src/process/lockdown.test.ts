// In a real worker: its globals can't be brought back, so each test has one of its own.

import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import ts from "typescript";
import { expect, test } from "vitest";

const source = readFileSync(new URL("./lockdown.ts", import.meta.url), "utf8").replace("export function", "function");
const { outputText } = ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });

/** Runs `body` in a worker after lockdown(keep); what it returns. `before` runs first, and can hold on to globals. */
function locked(body: string, keep: string[] = [], before = ""): Promise<unknown> {
  // In a function, as a bundle is: a script's own top-level functions are globals, and would go with the rest.
  const script = `(() => { const { parentPort } = require("node:worker_threads");
    const attempt = (body) => { try { return String(body()); } catch (error) { return error.name; } };
    ${outputText}
    ${before}
    lockdown(${JSON.stringify(keep)});
    parentPort.postMessage((() => { ${body} })()); })()`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { eval: true });
    worker.once("message", resolve).once("error", reject);
  });
}

test("what reaches out of the worker is gone", async () => {
  const names = [
    "fetch",
    "performance",
    "crypto",
    "setTimeout",
    "queueMicrotask",
    "process",
    "Buffer",
    "WebAssembly",
    "structuredClone",
  ];
  names.push("MessageChannel", "BroadcastChannel", "navigator", "URL", "Blob", "EventTarget", "eval", "self", "global");
  expect(await locked(`return ${JSON.stringify(names)}.filter((name) => name in globalThis)`)).toEqual([]);
});

test("the language stays", async () => {
  const body = `return [typeof Array, typeof Atomics, typeof SharedArrayBuffer, typeof Promise, typeof globalThis, Math.max(1, 2),
    new Map([[1, 2]]).size, JSON.stringify({ a: [1n < 2] }), [3, 1].toSorted().join(), new Uint8Array(2).length].join(" ")`;
  expect(await locked(body)).toBe('function object function function object 2 1 {"a":[true]} 1,3 2');
});

test("what is to be kept stays", async () => {
  const body = "return [typeof WebAssembly.Module, typeof performance.now(), typeof fetch].join()";
  expect(await locked(body, ["WebAssembly", "performance"])).toBe("function,number,undefined");
});

test("every global left is an intrinsic", async () => {
  const left = (await locked("return Object.getOwnPropertyNames(globalThis)")) as string[];
  const odd = left.filter(
    (name) =>
      !/^(Infinity|NaN|undefined|globalThis|is[A-Z]\w+|parse\w+|\w*codeURI\w*|(un)?escape|[A-Z]\w+)$/.test(name),
  );
  expect(odd).toEqual([]);
  expect(left.length).toBeLessThan(75);
});

test("code can't be made of strings, by name or by constructor", async () => {
  const attempts = [
    `Function("return 1")()`,
    `new Function("return 1")()`,
    `(() => {}).constructor("return 1")()`,
    `(async () => {}).constructor("return 1")()`,
    `(function* () {}).constructor("return 1")().next()`,
    `(async function* () {}).constructor("return 1")()`,
    `Object.getPrototypeOf(async () => {}).constructor("")`,
    `Reflect.construct(Array.prototype.at.constructor, ["return 1"])()`,
    `Object.getPrototypeOf(Object.getPrototypeOf(async () => {}).constructor)("throw 1")`,
    `(() => { Object.defineProperty(Function.prototype, "constructor", { value: 1 }); })()`,
  ];
  const body = `return [${attempts.map((attempt) => `attempt(() => ${attempt})`).join(", ")}]`;
  const outcomes = (await locked(body)) as string[];
  expect(outcomes.slice(0, 8)).toEqual(Array(8).fill("EvalError"));
  // The last but one reaches Function.prototype, which is a function that does nothing.
  expect(outcomes.slice(8)).toEqual(["undefined", "TypeError"]);
  expect(await locked(`return attempt(() => (0, globalThis.eval)("1"))`)).toBe("TypeError");
  expect(
    await locked("return (() => {}) instanceof Function && Function.prototype === Object.getPrototypeOf(() => {})"),
  ).toBe(true);
});

test("modules that took a global before go on working", async () => {
  expect(
    await locked(
      "return typeof now() === 'number' && fill.call(held, new Uint8Array(2)).length",
      [],
      "const now = performance.now.bind(performance); const held = crypto; const fill = crypto.getRandomValues;",
    ),
  ).toBe(2);
});
