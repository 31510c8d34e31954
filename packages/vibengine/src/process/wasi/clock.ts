// clock_time_get and clock_res_get over System's two clocks.
// Times are numbers (ms, or seconds and nanoseconds) until they reach the guest's memory.

import { wasi } from "@bjorn3/browser_wasi_shim";
import { epochMs, monotonicMs, type Time } from "@vibengine/system";
import type { Binding } from "./process.ts";

// What performance.now() is rounded to: 5 µs in an isolated page, 100 µs in another; Node rounds nothing.
const RESOLUTION_NS = typeof crossOriginIsolated === "undefined" ? 1_000 : crossOriginIsolated ? 5_000 : 100_000;

/** The wall clock: System's, so that a file written now has a time between two readings. */
export function realtime(out: Time): void {
  fromMs(out, epochMs());
}

function fromMs(out: Time, ms: number): void {
  out.sec = Math.floor(ms / 1000);
  out.nsec = Math.floor((ms - out.sec * 1000) * 1e6);
}

export function clockImports({ guest, waits }: Binding) {
  const startMs = monotonicMs();
  const time: Time = { sec: 0, nsec: 0 };

  /** Reads a clock into `time`. False: there is no such clock. */
  const read = (clock: number): boolean => {
    switch (clock) {
      // One clock: performance.now() never goes back. Counted from the time origin, it is the same for all processes.
      case wasi.CLOCKID_REALTIME:
      case wasi.CLOCKID_MONOTONIC:
        realtime(time);
        return true;
      case wasi.CLOCKID_PROCESS_CPUTIME_ID:
      case wasi.CLOCKID_THREAD_CPUTIME_ID:
        // A worker can't ask for its CPU time: the time it ran, less what it slept in calls.
        fromMs(time, Math.max(0, monotonicMs() - startMs - waits.sleptMs));
        return true;
      default:
        return false;
    }
  };

  return {
    clock_res_get(clock: number, out: number): number {
      out >>>= 0;
      if (!read(clock)) return wasi.ERRNO_INVAL;
      if (!guest.has(out, 8)) return wasi.ERRNO_FAULT;
      guest.setU64(out, RESOLUTION_NS);
      return wasi.ERRNO_SUCCESS;
    },

    clock_time_get(clock: number, _precision: bigint, out: number): number {
      out >>>= 0;
      if (!read(clock)) return wasi.ERRNO_INVAL;
      if (!guest.has(out, 8)) return wasi.ERRNO_FAULT;
      guest.setTime(out, time.sec, time.nsec);
      return wasi.ERRNO_SUCCESS;
    },
  };
}
