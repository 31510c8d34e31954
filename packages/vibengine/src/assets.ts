// The one place that names the package's files. Bundlers find them by these very expressions: a worker's must stand inside
// `new Worker(…)`, an asset's must be a literal. Each file is complete in itself, since a bundler may rename it.

/** URLs that the kernel hands on or loads from: workers it starts, the two groups of tools, and how disks are saved. */
export interface AssetUrls {
  process: string;
  shell: string;
  tools: string;
  data: string;
  saving: string;
}

/** Starts the kernel's worker from the files beside this one, or from `assetBase`. */
export function startKernelWorker(assetBase?: string | URL): Worker {
  const base = assetBase ?? besideOptimizer();
  if (base !== undefined) {
    return new Worker(crossOrigin(fileAt(base, "kernel.js")), { type: "module", name: "vibengine-kernel" });
  }
  return new Worker(new URL("./kernel.js", import.meta.url), { type: "module", name: "vibengine-kernel" });
}

export function assetUrls(assetBase?: string | URL): AssetUrls {
  const base = assetBase ?? besideOptimizer();
  if (base !== undefined) {
    return {
      process: fileAt(base, "process.js"),
      shell: fileAt(base, "shell.js"),
      tools: fileAt(base, "tools.js"),
      data: fileAt(base, "data.js"),
      saving: fileAt(base, "saving.js"),
    };
  }
  return {
    process: new URL("./process.js", import.meta.url).href,
    shell: new URL("./shell.js", import.meta.url).href,
    tools: new URL("./tools.js", import.meta.url).href,
    data: new URL("./data.js", import.meta.url).href,
    saving: new URL("./saving.js", import.meta.url).href,
  };
}

/** Vite before 8 moves index.js into .vite/deps in development and leaves the other files where they were. */
export function besideOptimizer(): string | undefined {
  const { href } = new URL("./process.js", import.meta.url);
  const [, modules] = /^(.*\/node_modules\/)\.vite\/deps\//.exec(href) ?? [];
  return modules && `${modules}vibengine/dist/`;
}

export function fileAt(base: string | URL, name: string): string {
  return new URL(name, new URL(base, location.href)).href;
}

/** A blob URL lives as long as its page or worker: one for each script, not for each start. */
const imported = new Map<string, string>();

/** Worker scripts must be of the page's origin: one from elsewhere is imported by a small script that is. */
export function crossOrigin(url: string): string {
  if (new URL(url).origin === location.origin) return url;
  let script = imported.get(url);
  if (script === undefined) {
    script = URL.createObjectURL(new Blob([`import ${JSON.stringify(url)};`], { type: "text/javascript" }));
    imported.set(url, script);
  }
  return script;
}
