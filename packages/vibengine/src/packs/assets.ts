// Where the files of the packs are that come with vibengine. Bundlers find them by the literal expressions that the build puts here, one
// for each file; see build.mjs.

import { besideOptimizer, fileAt } from "../assets.ts";
import { FILES } from "./python-files.ts";

const PACKS: Record<string, Record<string, string>> = { python: FILES };

/** The URL of a pack's file; undefined when there is no such file in this build. */
export function packFileUrl(pack: string, file: string, base?: string | URL): string | undefined {
  const url = Object.hasOwn(PACKS, pack) ? PACKS[pack][file] : undefined;
  if (url === undefined) return undefined;
  const folder = base ?? besideOptimizer();
  return folder === undefined ? url : fileAt(folder, `${pack}/${file}`);
}
