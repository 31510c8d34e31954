// Compiled WebAssembly modules, by the file they came from. A module is compiled once, kept, and posted to each worker that
// runs it: posting a 30 MB one takes 0.6 ms, compiling it again 137 ms. Compilation is asynchronous: the kernel goes on.

import type { Stat } from "@vibengine/system";

/** Modules kept at most; the one not used for longest goes first. */
const KEPT = 16;

export class Modules {
  readonly #kept = new Map<string, Promise<WebAssembly.Module>>();

  /** The module of the file `stat` describes; `read` gives its bytes if it must be compiled. Rejects when it is none. */
  async get(stat: Stat, read: () => Promise<Uint8Array<ArrayBuffer>>): Promise<WebAssembly.Module> {
    const key = `${stat.ino} ${stat.size} ${stat.mtimeSec}.${stat.mtimeNsec} ${stat.ctimeSec}.${stat.ctimeNsec}`;
    const known = this.#kept.get(key);
    if (known !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return known;
    }
    const compiled = read().then((bytes) => WebAssembly.compile(bytes));
    this.#kept.set(key, compiled);
    compiled.catch(() => this.#kept.delete(key));
    if (this.#kept.size > KEPT) {
      const [oldest] = this.#kept.keys();
      this.#kept.delete(oldest);
    }
    return compiled;
  }
}
