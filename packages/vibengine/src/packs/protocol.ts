// What a page gives its kernels of a pack. Types only.

import type { SignalWords } from "../interrupts.ts";

/** A pack that is here: compiled, unpacked, ready to be used by any number of sandboxes. */
export interface LoadedPack {
  module: WebAssembly.Module;
  programs: Record<string, string[]>;
  signals?: SignalWords;
  trees: { path: string; image: SharedArrayBuffer }[];
  /** Trees to be asked for later: see `PackManifest`. */
  later: { path: string; file: string; words: string[] }[];
  directories: string[];
  wheels: { filename: string; sha256: string; file: string; size: number }[];
}

/** How much of what a command needs is here, in bytes. */
export type ProgressSink = (loaded: number, total: number) => unknown;

/** The page's side, as a kernel calls it. */
export interface PackSource {
  /** `sink` is called while files come over the network, and not at all when they are here. Rejects with a `PackError`. */
  load(pack: string, sink: ProgressSink): Promise<LoadedPack>;
  /** One of the trees that come later. */
  tree(pack: string, file: string): Promise<SharedArrayBuffer>;
  /** A wheel, as it comes; the stream fails at its end if it is not what the manifest says. */
  file(pack: string, file: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
}
