// An interpreter's instance that was made before anybody asked for it, while its worker had nothing to do: half of the time it takes to
// start one. Whose process it will be is not known then, so its imports are looked up when they are called.

export class Prepared {
  /** Whose module it is. */
  readonly pack: string;
  readonly instance: WebAssembly.Instance;
  #imports: WebAssembly.Imports = {};

  /** Throws if there is no memory for it. */
  constructor(pack: string, module: WebAssembly.Module) {
    this.pack = pack;
    const late: Record<string, Record<string, (...args: unknown[]) => unknown>> = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      late[from] ??= {};
      late[from][name] = (...args) => (this.#imports[from][name] as (...args: unknown[]) => unknown)(...args);
    }
    this.instance = new WebAssembly.Instance(module, late);
  }

  /** It runs for one process, with that one's imports. */
  bind(imports: WebAssembly.Imports): WebAssembly.Instance {
    this.#imports = imports;
    return this.instance;
  }
}
