// proc_exit, proc_raise, sched_yield.

import { wasi } from "@bjorn3/browser_wasi_shim";
import { type Binding, procExit } from "./process.ts";

const LAST_SIGNAL = 30;

export function procImports({ sys }: Binding) {
  return {
    proc_exit(code: number): never {
      throw procExit(code >>> 0);
    },

    proc_raise(signal: number): number {
      if (signal < 0 || signal > LAST_SIGNAL) return wasi.ERRNO_INVAL;
      const result = sys.kill(sys.pid, linuxSignal(signal));
      if (result < 0) return -result;
      sys.checkKilled();
      return wasi.ERRNO_SUCCESS;
    },

    sched_yield(): number {
      sys.checkKilled();
      return wasi.ERRNO_SUCCESS;
    },
  };
}

/** Preview1 numbers signals as Linux does, but leaves out 16, SIGSTKFLT. */
function linuxSignal(signal: number): number {
  return signal < 16 ? signal : signal + 1;
}
