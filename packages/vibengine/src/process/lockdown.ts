// Takes everything but the language away from a worker that is going to run a guest: no fetch, no IndexedDB, no Worker, no
// eval. Called once, after this worker's own modules are loaded and before any guest code; it cannot be undone. Modules that
// need a global afterwards (performance, crypto) take it into a variable when they load.
// Called from a module or a function: the top-level functions of a classic script are globals, and go with the rest.
// Syntax can't be deleted: `import()` stays, and only the worker's Content-Security-Policy closes it.

/**
 * Deletes every global but the ECMAScript intrinsics and those named in `keep` (`["WebAssembly", "postMessage"]`), also from
 * the prototypes of the global object. `eval` and the function constructors, also by way of `f.constructor`, throw.
 */
export function lockdown(keep: string[]): void {
  const kept = new Set([...INTRINSICS, ...keep]);
  blockCodeFromStrings();
  for (
    let object: object | null = globalThis;
    object && object !== Object.prototype;
    object = Object.getPrototypeOf(object)
  ) {
    for (const key of Reflect.ownKeys(object)) {
      // A symbol here is a toStringTag or the like: no capability.
      if (typeof key === "string" && !kept.has(key)) remove(object, key);
    }
  }
}

const INTRINSICS = [
  "globalThis Infinity NaN undefined isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI",
  "encodeURIComponent escape unescape Object Function Boolean Symbol Error AggregateError EvalError RangeError",
  "ReferenceError SuppressedError SyntaxError TypeError URIError Number BigInt Math Date Temporal Intl String RegExp Array",
  "Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array",
  "Float16Array Float32Array Float64Array Map Set WeakMap WeakSet WeakRef FinalizationRegistry ArrayBuffer",
  "SharedArrayBuffer DataView Atomics JSON Promise Proxy Reflect Iterator AsyncIterator DisposableStack",
  "AsyncDisposableStack",
]
  .join(" ")
  .split(" ");

/** Deletes a property, or where that is refused leaves `undefined` in its place. */
function remove(object: object, key: string): void {
  if (Reflect.deleteProperty(object, key)) return;
  const { writable, value } = Object.getOwnPropertyDescriptor(object, key) ?? {};
  if (writable && value !== undefined) (object as Record<string, unknown>)[key] = undefined;
}

function blockCodeFromStrings(): void {
  const kinds = [() => {}, async () => {}, function* () {}, async function* () {}];
  for (const kind of kinds) {
    const prototype = Object.getPrototypeOf(kind);
    function blocked(): never {
      throw new EvalError("code from strings is disabled");
    }
    // `f instanceof Function` goes on working.
    Object.defineProperty(blocked, "prototype", { value: prototype });
    Object.defineProperty(prototype, "constructor", { value: blocked, writable: false, configurable: false });
    if (prototype === Function.prototype) (globalThis as { Function: unknown }).Function = blocked;
  }
}
