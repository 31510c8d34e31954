// `time`: how long a pipeline took, to stderr. CPU time is not known apart, so user time is the real time.

import type { Status } from "./control.ts";
import { finallyDo } from "./run.ts";
import type { Shell } from "./shell.ts";

export function timed(shell: Shell, format: "time" | "posix", body: () => Status): Status {
  const start = performance.now();
  return finallyDo(body, () => {
    const seconds = (performance.now() - start) / 1000;
    if (format === "posix") shell.report(`real ${seconds.toFixed(2)}\nuser ${seconds.toFixed(2)}\nsys 0.00\n`);
    else shell.report(`\nreal\t${minutes(seconds)}\nuser\t${minutes(seconds)}\nsys\t0m0.000s\n`);
  });
}

export function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(3)}s`;
}
