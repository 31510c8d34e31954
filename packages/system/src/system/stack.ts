// Is there stack left? A guest may call us with almost none, and an overflow between taking the lock and letting it go would
// leave fds and counts half-changed (the disk has its journal, they have not). So every system call asks first.
// JavaScript can't be asked. WebAssembly can: a function's frame is checked as a whole when it is entered, so one whose branch
// never taken keeps 64 KiB of values alive overflows exactly when less is left. It costs 10 ns; touching 64 KiB costs µs.

import { name, section, uleb, WASM_HEADER } from "./wasm-bytes.ts";

/** Values of 8 bytes: `CALLS` times `RESULTS`. An engine that first compiles a function inside a call needs about 40 KiB. */
const CALLS = 32;
const RESULTS = 250;

const F64 = 0x7c;
const I32 = 0x7f;

/** A function that throws the engine's RangeError when less than about 64 KiB of stack is left. */
export function makeStackProbe(): () => void {
  try {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(probeModule()));
    return instance.exports.probe as () => void;
  } catch {
    return () => {}; // a page that forbids WebAssembly: then there are no guests either
  }
}

/**
 * In text, with 8,000 for the product: `(table 1 funcref) (func (export "probe") (param i32) (result f64) (if (result f64)
 * (local.get 0) (then (call_indirect (result f64 …)) … (f64.add …) …) (else (f64.const 0))))`. The table is empty and the
 * parameter 0; the sum makes all the results live at once.
 */
function probeModule(): Uint8Array<ArrayBuffer> {
  const calls = Array(CALLS).fill([0x41, 0, 0x11, 0, 0]).flat();
  const sum = Array(CALLS * RESULTS - 1).fill(0xa0);
  const otherwise = [0x05, 0x44, 0, 0, 0, 0, 0, 0, 0, 0];
  const body = [0, 0x20, 0, 0x04, F64, ...calls, ...sum, ...otherwise, 0x0b, 0x0b];
  return Uint8Array.from([
    ...WASM_HEADER,
    ...section(1, [2, 0x60, 0, ...uleb(RESULTS), ...Array(RESULTS).fill(F64), 0x60, 1, I32, 1, F64]),
    ...section(3, [1, 1]),
    ...section(4, [1, 0x70, 0, 1]),
    ...section(7, [1, ...name("probe"), 0, 0]),
    ...section(10, [1, ...uleb(body.length), ...body]),
  ]);
}
