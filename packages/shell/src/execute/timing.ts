// `time`: how long a pipeline took, to stderr, as TIMEFORMAT says. CPU time is not known apart, so user time is the real time.

import type { Status } from "./control.ts";
import { finallyDo } from "./run.ts";
import type { Shell } from "./shell.ts";

const USUAL = "\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS";
const POSIX = "real %2R\nuser %2U\nsys %2S";

export function timed(shell: Shell, format: "time" | "posix", body: () => Status): Status {
  const start = performance.now();
  return finallyDo(body, () => {
    const seconds = (performance.now() - start) / 1000;
    const layout = format === "posix" ? POSIX : (shell.vars.get("TIMEFORMAT") ?? USUAL);
    if (layout === "") return;
    const text = layout.replace(/%(?:%|P|([0-9]?)(l?)([RUS]))|%(.)/g, (all, digits, long, which, wrong) => {
      if (all === "%%") return "%";
      if (all === "%P") return "100.00";
      if (wrong !== undefined) {
        shell.complain(`TIMEFORMAT: \`${wrong}': invalid format character`);
        return "";
      }
      const value = which === "S" ? 0 : seconds;
      const places = digits === "" ? 3 : Math.min(3, Number(digits));
      return long ? minutes(value, places) : value.toFixed(places);
    });
    shell.report(`${text}\n`);
  });
}

export function minutes(seconds: number, places = 3): string {
  return `${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(places)}s`;
}
