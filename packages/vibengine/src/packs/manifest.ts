// What a pack is: a manifest, pack.json, and the files it names beside itself. Types, and the check that one is what it claims to be.

import { PackError } from "../errors.ts";
import type { SignalWords } from "../interrupts.ts";

/** A file beside pack.json. */
export interface PackFile {
  file: string;
  /** Bytes, as stored. */
  size: number;
  /** Hexadecimal, of the bytes as stored. */
  sha256: string;
}

export interface PackTree extends PackFile {
  path: string;
  imageSize: number;
  words?: string[];
}

export interface PackManifest {
  name: string;
  version: string;
  /** Commands, each with the arguments that go in front of the user's. */
  programs: Record<string, string[]>;
  /** The WebAssembly module that all of them run: whole or cut in parts, compressed by gzip as one stream or not. `size`: unpacked. */
  module: { parts: PackFile[]; size: number; sha256: string };
  /** Set for an interpreter that has `host.call`. */
  signals?: SignalWords;
  /**
   * Trees of files, gzip-compressed, to be mounted read-only. `imageSize`: unpacked. With `words`, it is there only when one of these is
   * in the command line, or some time after a first program has started.
   */
  trees?: PackTree[];
  /** Directories for what users install. */
  directories?: string[];
  /** Packages that are to be had from `https://pack.vibengine.invalid/NAME/`. */
  wheels?: (PackFile & { name: string; version: string; filename: string })[];
}

/** Throws a `PackError` for what is no manifest. */
export function checkManifest(value: unknown, url: string): PackManifest {
  const manifest = value as PackManifest;
  const isManifest =
    typeof manifest?.name === "string" &&
    typeof manifest.programs === "object" &&
    Array.isArray(manifest.module?.parts) &&
    manifest.module.parts.every((part) => typeof part.file === "string" && typeof part.sha256 === "string");
  if (!isManifest)
    throw new PackError(`${url} is not the manifest of a pack: it needs name, programs and module.parts`);
  return manifest;
}
