// packs.js, which a page loads when a program of a pack is first run: fetches a pack's files, checks and keeps them (Cache Storage), and
// compiles its module here, on the page: code that a page compiled survives its reload. A pack is loaded once for all sandboxes.

import type { Remote } from "comlink";
import { fileAt } from "../assets.ts";
import { InvalidArgumentError, PackError } from "../errors.ts";
import type { KernelApi } from "../protocol.ts";
import type { PackOptions } from "../sandbox-options.ts";
import { packFileUrl } from "./assets.ts";
import { checkManifest, type PackFile, type PackManifest, type PackTree } from "./manifest.ts";
import type { LoadedPack, PackSource, ProgressSink } from "./protocol.ts";

const CACHE = "vibengine-packs";
const MANIFEST = "pack.json";
/** What a gzip stream begins with. */
const GZIP = [0x1f, 0x8b];

interface Pack {
  urlOf: UrlOf;
  manifest: Promise<PackManifest>;
  /** Loads it, if nobody has. */
  loaded(): Promise<LoadedPack>;
  /** Those that want to know how far it is. */
  sinks: Set<ProgressSink>;
}

const packs = new Map<string, Pack>();

/** The URL of a pack's file; undefined where there is none. */
type UrlOf = (file: string) => string | undefined;

/** What a file begins with that stands for a program of a pack, as the shell's printf takes it. */
const STUB = "\\177vibe\\0%s\\0%s\\n";

/** The packs that the sandboxes of a page may use: vibengine's own, and those that the options name. */
export function packSource(options: PackOptions): PackSource {
  return {
    async load(name, sink) {
      const pack = open(name, options);
      const tell = (loaded: number, total: number) => {
        options.onProgress?.({ pack: name, loaded, total });
        sink(loaded, total);
      };
      pack.sinks.add(tell);
      try {
        return await pack.loaded();
      } finally {
        pack.sinks.delete(tell);
      }
    },
    async tree(name, file) {
      const { manifest, urlOf } = open(name, options);
      const tree = (await manifest).trees?.find((one) => one.file === file);
      if (tree === undefined) throw new PackError(`the pack ${name} has no tree ${file}`);
      return unpackTree(tree, urlOf, () => {});
    },
    async file(name, file) {
      const { manifest, urlOf } = open(name, options);
      const wheel = (await manifest).wheels?.find((one) => one.file === file);
      if (wheel === undefined) throw new PackError(`the pack ${name} has no file ${file}`);
      return read(wheel, urlOf, () => {});
    },
  };
}

/** What makes commands of the programs of the packs that the options name; rejects if one of those is none. */
export async function othersPrograms(options: PackOptions): Promise<(kernel: Remote<KernelApi>) => Promise<void>> {
  const lines: string[] = [];
  for (const name of Object.keys(options.packs ?? {})) {
    if (!/^[\w.-]+$/.test(name)) {
      const given = JSON.stringify(name);
      throw new InvalidArgumentError(`the name of a pack must be of letters, digits, _, . and -, got ${given}`);
    }
    const { programs } = await open(name, options).manifest;
    for (const program of Object.keys(programs)) {
      if (!/^[\w.+-]+$/.test(program)) {
        throw new PackError(`the pack ${name} has a program that can't be a command: ${JSON.stringify(program)}`);
      }
      lines.push(`printf '${STUB}' ${name} ${program} > ${program}; chmod 755 ${program}`);
    }
  }
  const request = {
    cmd: lines.join("\n"),
    user: "root",
    cwd: "/usr/local/bin",
    timeoutMs: 0,
    maxOutputBytes: 1024,
  } as const;
  return async (kernel) => {
    await kernel.runCommand("packs", request, null, null);
  };
}

function open(name: string, options: PackOptions): Pack {
  const folder = Object.hasOwn(options.packs ?? {}, name) ? options.packs?.[name] : undefined;
  const key = `${name} ${folder ?? options.assetBase ?? ""}`;
  let pack = packs.get(key);
  if (pack === undefined) {
    const urlOf: UrlOf = (file) =>
      folder === undefined
        ? packFileUrl(name, file, options.assetBase)
        : fileAt(`${folder}/`.replace(/\/\/$/, "/"), file);
    const manifest = readManifest(name, urlOf);
    const sinks = new Set<ProgressSink>();
    let loaded: Promise<LoadedPack> | undefined;
    pack = {
      urlOf,
      manifest,
      sinks,
      loaded() {
        loaded ??= manifest.then((found) => load(found, urlOf, sinks));
        // Asked for again after it failed.
        loaded.catch(() => packs.delete(key));
        return loaded;
      },
    };
    packs.set(key, pack);
    manifest.catch(() => packs.delete(key));
  }
  return pack;
}

async function readManifest(name: string, urlOf: UrlOf): Promise<PackManifest> {
  const url = urlOf(MANIFEST);
  if (url === undefined) {
    throw new PackError(
      `there is no pack ${name} here: it was not built into this copy of vibengine, nor is it among the option packs`,
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

async function load(manifest: PackManifest, urlOf: UrlOf, sinks: Set<ProgressSink>): Promise<LoadedPack> {
  const { module, trees = [], wheels = [] } = manifest;
  const first = trees.filter(({ words }) => words === undefined);
  const files: PackFile[] = [...module.parts, ...first];
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let loaded = 0;
  const progress = (bytes: number) => {
    loaded += bytes;
    for (const sink of sinks) sink(loaded, total);
  };
  const [compiled, ...images] = await Promise.all([
    compile(manifest, urlOf, progress),
    ...first.map(async (tree) => ({ path: tree.path, image: await unpackTree(tree, urlOf, progress) })),
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
  urlOf: UrlOf,
  progress: (bytes: number) => void,
): Promise<WebAssembly.Module> {
  const cache = await openCache();
  const key = keyOf(urlOf(module.parts[0].file) ?? name, module.sha256, "wasm");
  const kept = await cache?.match(key);
  // A kept one that was cut short does not compile.
  const known = kept && (await WebAssembly.compileStreaming(kept).catch(() => undefined));
  if (known) return known;
  const parts = await Promise.all(module.parts.map((part) => fetchChecked(part, urlOf, progress)));
  const stored = new Blob(parts).stream();
  const isPacked = parts[0]?.[0] === GZIP[0] && parts[0][1] === GZIP[1];
  const bytes = isPacked ? stored.pipeThrough(new DecompressionStream("gzip")) : stored;
  const response = new Response(bytes, { headers: { "Content-Type": "application/wasm" } });
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

async function unpackTree(tree: PackTree, urlOf: UrlOf, progress: (bytes: number) => void): Promise<SharedArrayBuffer> {
  const packed = await read(tree, urlOf, progress);
  const image = new SharedArrayBuffer(tree.imageSize);
  const bytes = new Uint8Array(image);
  let at = 0;
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  for (const reader = stream.getReader(); ; ) {
    const { value, done } = await reader.read();
    if (done) return image;
    if (at + value.length > bytes.length) throw new PackError(`${tree.file} is longer than the pack says`);
    bytes.set(value, at);
    at += value.length;
  }
}

/** A file, from the cache or the network. */
async function read(file: PackFile, urlOf: UrlOf, progress: (bytes: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const cache = await openCache();
  const key = keyOf(urlOf(file.file) ?? file.file, file.sha256, "file");
  const kept = await cache?.match(key);
  if (kept !== undefined) {
    const bytes = new Uint8Array(await kept.arrayBuffer());
    if (bytes.length === file.size) return bytes;
  }
  const bytes = await fetchChecked(file, urlOf, progress);
  await cache?.put(key, new Response(bytes)).catch(() => {});
  return bytes;
}

async function fetchChecked(
  { file, size, sha256 }: PackFile,
  urlOf: UrlOf,
  progress: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const url = urlOf(file);
  if (url === undefined) throw new PackError(`the pack lacks its file ${file}`);
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
