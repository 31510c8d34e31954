// Export and import for the kernel: the code is in tools.js and is fetched when it is first needed. Exports under way are known
// here, since each holds inodes, and a pause must find the disk at rest.

import type { Export, ExportAbout } from "../archive/export.ts";
import { SandboxError } from "../errors.ts";
import type { KernelCalls } from "./calls.ts";
import { loadTools } from "./late.ts";

export class Exports {
  readonly #calls: KernelCalls;
  readonly #toolsUrl: string;
  readonly #running = new Set<Export>();

  constructor(calls: KernelCalls, toolsUrl: string) {
    this.#calls = calls;
    this.#toolsUrl = toolsUrl;
  }

  async run(about: ExportAbout): Promise<Blob> {
    const { newExport } = await loadTools(this.#toolsUrl);
    const one = newExport(this.#calls.machine.disk);
    this.#running.add(one);
    try {
      return await one.run(this.#calls, about);
    } finally {
      this.#running.delete(one);
    }
  }

  /** Ends those that are under way and lets go of what they hold; to be called with the lock held. */
  stop(): void {
    for (const one of this.#running) one.stop(new SandboxError("the sandbox was paused while it was exported"));
  }
}
