// packs.js, which a page loads when a program of a pack is first run: fetches a pack's files, checks and keeps them (Cache Storage), and
// compiles its module here, on the page: code that a page compiled survives its reload. A pack is loaded once for all sandboxes.

import { PackError } from "../errors.ts";
import { packFileUrl } from "./assets.ts";
import { checkManifest, type PackFile, type PackManifest, type PackTree } from "./manifest.ts";
import type { LoadedPack, PackSource, ProgressSink } from "./protocol.ts";

const CACHE = "vibengine-packs";
const MANIFEST = "pack.json";

interface Pack {
  manifest: Promise<PackManifest>;
  loaded: Promise<LoadedPack>;
  /** Those that want to know how far it is. */
  sinks: Set<ProgressSink>;
}

const packs = new Map<string, Pack>();

/** Packs of this page; `base`: the folder of vibengine's own files, where it is not beside this one. */
export function packSource(base: string | URL | undefined, onProgress: ProgressHandler | undefined): PackSource {
  return {
    async load(name, sink) {
      const pack = open(name, base);
      const tell = (loaded: number, total: number) => {
        onProgress?.({ pack: name, loaded, total });
        sink(loaded, total);
      };
      pack.sinks.add(tell);
      try {
        return await pack.loaded;
      } finally {
        pack.sinks.delete(tell);
      }
    },
    async tree(name, file) {
      const { trees = [] } = await open(name, base).manifest;
      const tree = trees.find((one) => one.file === file);
      if (tree === undefined) throw new PackError(`the pack ${name} has no tree ${file}`);
      return unpackTree(tree, name, base, () => {});
    },
    async file(name, file) {
      const { wheels = [] } = await open(name, base).manifest;
      const wheel = wheels.find((one) => one.file === file);
      if (wheel === undefined) throw new PackError(`the pack ${name} has no file ${file}`);
      return read(wheel, name, base, () => {});
    },
  };
}

/** What `onProgress` of a sandbox is called with; bytes. */
export interface PackProgress {
  /** The pack that is being downloaded, such as `"python"`. */
  pack: string;
  loaded: number;
  total: number;
}

export type ProgressHandler = (progress: PackProgress) => void;

function open(name: string, base: string | URL | undefined): Pack {
  const key = `${name} ${base ?? ""}`;
  let pack = packs.get(key);
  if (pack === undefined) {
    const manifest = readManifest(name, base);
    const sinks = new Set<ProgressSink>();
    pack = { manifest, sinks, loaded: manifest.then((found) => load(found, base, sinks)) };
    packs.set(key, pack);
    // Asked for again after it failed.
    pack.loaded.catch(() => packs.delete(key));
  }
  return pack;
}

async function readManifest(name: string, base: string | URL | undefined): Promise<PackManifest> {
  const url = packFileUrl(name, MANIFEST, base);
  if (url === undefined) {
    throw new PackError(
      `${name} was not built into this copy of vibengine: building it needs Python 3.11 or newer with pip`,
    );
  }
  const cache = await openCache();
  try {
    const response = await request(url);
    const text = await response.text();
    const manifest = checkManifest(JSON.parse(text), url);
    await cache?.put(url, new Response(text)).catch(() => {});
    return manifest;
  } catch (error) {
    // With no network the one that was used last is as good.
    const kept = await cache?.match(url);
    if (kept === undefined) throw error instanceof PackError ? error : new PackError(`${url} is no manifest: ${error}`);
    return checkManifest(await kept.json(), url);
  }
}

async function load(
  manifest: PackManifest,
  base: string | URL | undefined,
  sinks: Set<ProgressSink>,
): Promise<LoadedPack> {
  const { name, module, trees = [], wheels = [] } = manifest;
  const first = trees.filter(({ words }) => words === undefined);
  const files: PackFile[] = [...module.parts, ...first];
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let loaded = 0;
  const progress = (bytes: number) => {
    loaded += bytes;
    for (const sink of sinks) sink(loaded, total);
  };
  const [compiled, ...images] = await Promise.all([
    compile(manifest, base, progress),
    ...first.map(async (tree) => ({ path: tree.path, image: await unpackTree(tree, name, base, progress) })),
  ]);
  return {
    module: compiled,
    programs: manifest.programs,
    signals: manifest.signals,
    trees: images,
    later: trees.flatMap(({ path, file, words }) => (words === undefined ? [] : { path, file, words })),
    directories: manifest.directories ?? [],
    wheels: wheels.map(({ filename, sha256, file, size }) => ({ filename, sha256, file, size })),
  };
}

/** The module, from unpacked bytes that were kept, or from its parts, which then are kept unpacked: that saves most of a second. */
async function compile(
  { name, module }: PackManifest,
  base: string | URL | undefined,
  progress: (bytes: number) => void,
): Promise<WebAssembly.Module> {
  const cache = await openCache();
  const key = keyOf(packFileUrl(name, module.parts[0].file, base) ?? name, module.sha256, "wasm");
  const kept = await cache?.match(key);
  // A kept one that was cut short does not compile.
  const known = kept && (await WebAssembly.compileStreaming(kept).catch(() => undefined));
  if (known) return known;
  const parts = await Promise.all(module.parts.map((part) => fetchChecked(part, name, base, progress)));
  const packed = new Blob(parts).stream().pipeThrough(new DecompressionStream("gzip"));
  const response = new Response(packed, { headers: { "Content-Type": "application/wasm" } });
  const copy = cache && response.clone();
  const [compiled] = await Promise.all([
    WebAssembly.compileStreaming(response).catch((cause) => {
      throw new PackError(`the module of the pack ${name} does not compile: ${cause.message}`, { cause });
    }),
    // Where there is no room to keep it, it is fetched again next time.
    copy && cache.put(key, copy).catch(() => {}),
  ]);
  return compiled;
}

async function unpackTree(
  tree: PackTree,
  name: string,
  base: string | URL | undefined,
  progress: (bytes: number) => void,
): Promise<SharedArrayBuffer> {
  const packed = await read(tree, name, base, progress);
  const image = new SharedArrayBuffer(tree.imageSize);
  const bytes = new Uint8Array(image);
  let at = 0;
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  for (const reader = stream.getReader(); ; ) {
    const { value, done } = await reader.read();
    if (done) return image;
    if (at + value.length > bytes.length)
      throw new PackError(`${tree.file} of the pack ${name} is longer than it says`);
    bytes.set(value, at);
    at += value.length;
  }
}

/** A file, from the cache or the network. */
async function read(
  file: PackFile,
  name: string,
  base: string | URL | undefined,
  progress: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const cache = await openCache();
  const key = keyOf(packFileUrl(name, file.file, base) ?? name, file.sha256, "file");
  const kept = await cache?.match(key);
  if (kept !== undefined) {
    const bytes = new Uint8Array(await kept.arrayBuffer());
    if (bytes.length === file.size) return bytes;
  }
  const bytes = await fetchChecked(file, name, base, progress);
  await cache?.put(key, new Response(bytes)).catch(() => {});
  return bytes;
}

async function fetchChecked(
  { file, size, sha256 }: PackFile,
  name: string,
  base: string | URL | undefined,
  progress: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const url = packFileUrl(name, file, base);
  if (url === undefined) throw new PackError(`the pack ${name} lacks its file ${file}`);
  const { body } = await request(url);
  const bytes = new Uint8Array(size);
  let at = 0;
  try {
    for (const reader = (body as ReadableStream<Uint8Array>).getReader(); ; ) {
      const { value, done } = await reader.read();
      if (done) break;
      if (at + value.length <= size) bytes.set(value, at);
      at += value.length;
      progress(value.length);
    }
  } catch (cause) {
    throw new PackError(`${url} did not load: the connection broke after ${at} of ${size} bytes`, { cause });
  }
  if (at !== size) throw new PackError(`${url} has ${at} bytes where the pack's manifest says ${size}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== sha256) throw new PackError(`${url} is not what the pack's manifest says: its SHA-256 is ${found}`);
  return bytes;
}

async function request(url: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new PackError(`${url} did not load: ${(cause as Error).message}`, { cause });
  }
  if (response.ok) return response;
  throw new PackError(`${url} did not load: status ${response.status} ${response.statusText}`.trimEnd());
}

/** Undefined where there is none, as in a private window: then everything is fetched each time. */
function openCache(): Promise<Cache | undefined> {
  return caches.open(CACHE).catch(() => undefined);
}

/** What a file is kept under: another version of it is another file. */
function keyOf(url: string, sha256: string, what: string): string {
  return `${url}?${what}=${sha256}`;
}
