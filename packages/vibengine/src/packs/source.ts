// packs.js, which a page loads when a program of a pack is first run: compiles a pack's module, here on the page, since code that a page
// compiled survives its reload, and unpacks its trees, both while their files arrive (files.ts). A pack is loaded once for all sandboxes.

import type { Remote } from "comlink";
import { fileAt } from "../assets.ts";
import { InvalidArgumentError, PackError } from "../errors.ts";
import type { KernelApi } from "../protocol.ts";
import type { PackOptions } from "../sandbox-options.ts";
import { packFileUrl } from "./assets.ts";
import { type Bytes, keepInstead, keyOf, obtain, openCache, request, type UrlOf } from "./files.ts";
import { checkManifest, type PackFile, type PackManifest, type PackTree } from "./manifest.ts";
import type { LoadedPack, PackSource, ProgressSink } from "./protocol.ts";

const MANIFEST = "pack.json";
/** What a gzip stream begins with, and a module does not. */
const GZIP = 0x1f;

interface Pack {
  urlOf: UrlOf;
  manifest: Promise<PackManifest>;
  /** Loads it, if nobody has. */
  loaded(): Promise<LoadedPack>;
  /** Those that want to know how far it is. */
  sinks: Set<ProgressSink>;
}

const packs = new Map<string, Pack>();

/** What a file begins with that stands for a program of a pack, as the shell's printf takes it. */
const STUB = "\\177vibe\\0%s\\0%s\\n";

/** The packs that the sandboxes of a page may use: vibengine's own, and those that the options name. */
export function packSource(options: PackOptions): PackSource {
  const { onProgress } = options;
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new InvalidArgumentError(`onProgress must be a function, got ${typeof onProgress}`);
  }
  return {
    async load(name, sink) {
      const pack = open(name, options);
      const tell = (loaded: number, total: number) => {
        sink(loaded, total);
        try {
          onProgress?.({ pack: name, loaded, total });
        } catch (error) {
          reportError(error); // the page's own, and no reason for the download to fail
        }
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
      const { bytes, stream } = await obtain(wheel, urlOf, () => {});
      bytes.catch(() => {}); // the stream says it, too
      return stream.pipeThrough(pieces());
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
    const folder = options.packs?.[name];
    if (typeof folder !== "string" && !(folder instanceof URL)) {
      throw new InvalidArgumentError(`packs.${name} must be the URL of a folder, got ${String(folder)}`);
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

/** Pieces that have memory of their own: sent to the kernel, one of a larger memory would take all of that along. */
function pieces(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  return new TransformStream({ transform: (piece, to) => to.enqueue(piece.slice()) });
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

/**
 * The module, from unpacked bytes that were kept, or from its parts while they arrive. What was not checked is compiled already, but nobody
 * gets it before all parts were.
 */
async function compile(
  { name, module }: PackManifest,
  urlOf: UrlOf,
  progress: (bytes: number) => void,
): Promise<WebAssembly.Module> {
  const key = keyOf(urlOf(module.parts[0].file) ?? name, module.sha256, "wasm");
  const kept = await (await openCache())?.match(key);
  // A kept one that was cut short does not compile.
  const known = kept && (await WebAssembly.compileStreaming(kept).catch(() => undefined));
  if (known) return known;
  const parts = await Promise.all(module.parts.map((part) => obtain(part, urlOf, progress)));
  const unpacked = unpackedModule(joined(parts.map(({ stream }) => stream)));
  const compiled = WebAssembly.compileStreaming(unpacked);
  compiled.catch(() => {}); // looked at below: what is wrong with a part says more
  const checked = await Promise.all(parts.map(({ bytes }) => bytes));
  try {
    const result = await compiled;
    keepInstead(key, () => unpackedModule(new Blob(checked).stream()), parts);
    return result;
  } catch (cause) {
    throw new PackError(`the module of the pack ${name} does not compile: ${(cause as Error).message}`, { cause });
  }
}

/** What gzip made of a module, or a module as it is. */
async function unpackedModule(stored: Bytes): Promise<Response> {
  const reader = stored.getReader();
  const first = await reader.read();
  const all: Bytes = new ReadableStream({
    start: (controller) => pass(first, controller),
    pull: async (controller) => pass(await reader.read(), controller),
    cancel: (reason) => reader.cancel(reason),
  });
  const unpacked = first.value?.[0] === GZIP ? all.pipeThrough(new DecompressionStream("gzip")) : all;
  return new Response(unpacked, { headers: { "Content-Type": "application/wasm" } });
}

function pass<T>({ value, done }: ReadableStreamReadResult<T>, to: ReadableStreamDefaultController<T>): void {
  if (done) to.close();
  else to.enqueue(value);
}

/** One after the other; all of them arrive at the same time. */
function joined(streams: Bytes[]): Bytes {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  const passAll = async () => {
    for (const stream of streams) await stream.pipeTo(writable, { preventClose: true });
    await writable.close();
  };
  passAll().catch(() => {}); // whoever reads gets the error
  return readable;
}

async function unpackTree(tree: PackTree, urlOf: UrlOf, progress: (bytes: number) => void): Promise<SharedArrayBuffer> {
  const { bytes, stream } = await obtain(tree, urlOf, progress);
  const image = unpack(stream, tree);
  image.catch(() => {}); // as in `compile`
  await bytes;
  return image;
}

async function unpack(packed: Bytes, { file, imageSize }: PackTree): Promise<SharedArrayBuffer> {
  const image = new SharedArrayBuffer(imageSize);
  const bytes = new Uint8Array(image);
  let at = 0;
  for (const reader = packed.pipeThrough(new DecompressionStream("gzip")).getReader(); ; ) {
    const { value, done } = await reader.read();
    if (done) return image;
    if (at + value.length > bytes.length) throw new PackError(`${file} is longer than the pack says`);
    bytes.set(value, at);
    at += value.length;
  }
}
