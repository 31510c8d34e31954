// What a sandbox uses, looked at every 5 s for as long as it lives, and whenever somebody asks. The figures are those that /proc
// tells, so `sandbox.getMetrics`, `ps`, `free` and `df` agree. Called by `life` and `kernel`.

import { epochMs, machineTotals, machineUse } from "@vibengine/system";
import type { SandboxMetrics } from "../protocol.ts";
import type { KernelCalls } from "./calls.ts";

const EVERY_MS = 5000;
/** No look is kept that follows another within this time: asking often does not fill the memory. */
const FRESH_MS = 1000;
/** Looks kept: some 300 kB. The last ones (85 minutes) stay as they are when the others are thinned out. */
const MOST = 4096;
const UNTOUCHED = 1024;

/** Times are ms, the rest bytes. Running time is kept as a sum: what a look that was dropped saw is in the next one's share. */
interface Look {
  at: number;
  ran: number;
  memory: number;
  disk: number;
}

export class Metrics {
  readonly #calls: KernelCalls;
  readonly #timer: ReturnType<typeof setInterval>;
  #looks: Look[] = [];
  #gap = 2 * EVERY_MS;

  constructor(calls: KernelCalls) {
    this.#calls = calls;
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
    this.#look();
  }

  /** The looks from `start` to `end` (ms since 1970), oldest first; one is taken now. */
  async between(start: number, end: number): Promise<SandboxMetrics[]> {
    const now = await this.#look();
    const { processors, memory, disk } = machineTotals(this.#calls.machine);
    const looks = this.#looks.at(-1)?.at === now.at ? this.#looks : [...this.#looks, now];
    return looks.flatMap((look, i) => {
      if (look.at < start || look.at > end) return [];
      const ms = look.at - (looks[i - 1] ?? look).at;
      return {
        timestamp: new Date(look.at),
        cpuUsedPct: ms > 0 ? (Math.max(0, look.ran - looks[i - 1]!.ran) / ms) * 100 : 0,
        cpuCount: processors,
        memUsed: look.memory,
        memTotal: memory,
        diskUsed: look.disk,
        diskTotal: disk,
      };
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<Look> {
    const look = await this.#calls.exclusive(() => ({ at: Math.round(epochMs()), ...machineUse(this.#calls.machine) }));
    const last = this.#looks.at(-1);
    if (last === undefined || look.at - last.at >= FRESH_MS) this.#looks.push(look);
    if (this.#looks.length > MOST) this.#thin();
    return look;
  }

  /** Leaves of the older looks only half as many as there is room for: at most 80 s apart in a sandbox that lives for a day. */
  #thin(): void {
    const recent = this.#looks.splice(-UNTOUCHED);
    for (; ; this.#gap *= 2) {
      let last = Number.NEGATIVE_INFINITY;
      this.#looks = this.#looks.filter(({ at }) => {
        // Timers are late by a little, so a gap that is nearly there counts.
        const isKept = at - last >= this.#gap - FRESH_MS;
        if (isKept) last = at;
        return isKept;
      });
      if (this.#looks.length <= (MOST - UNTOUCHED) / 2) break;
    }
    this.#looks.push(...recent);
  }
}
