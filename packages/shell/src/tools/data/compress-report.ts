// What gzip and its kind say of a file: a line of -l, and of -v.

import type { Invocation } from "../define.ts";
import { BZIP2, type Settings } from "./compress-families.ts";

export interface Sizes {
  read: number;
  written: number;
}

export function ratio(saved: number, total: number): string {
  const value = total === 0 ? 0 : (100 * saved) / total;
  return `${value.toFixed(1).padStart(5)}%`;
}

export function listLine(packed: number, size: number, name: string, header: number): string {
  return `${String(packed).padStart(19)} ${String(size).padStart(19)} ${ratio(size - (packed - header), size)} ${name}\n`;
}

export async function report(
  invocation: Invocation,
  { family, decompress }: Settings,
  name: string,
  target: string,
  { read, written }: Sizes,
  kept: boolean,
): Promise<void> {
  const { stderr } = invocation;
  if (family === BZIP2) {
    const [small, large] = decompress ? [read, written] : [written, read];
    if (decompress) await stderr.write(`  ${name}: done\n`);
    else
      await stderr.write(
        `  ${name}: ${(large / small).toFixed(3).padStart(6)}:1, ${((8 * small) / large).toFixed(3).padStart(6)} bits/byte, ${(100 * (1 - small / large)).toFixed(2)}% saved, ${large} in, ${small} out.\n`,
      );
    return;
  }
  const [small, large] = decompress ? [read, written] : [written, read];
  const what = target === "" ? "" : ` -- ${kept ? "created" : "replaced with"} ${target}`;
  await stderr.write(`${name}:\t${ratio(large - small + 18, large)}${what}\n`);
}
