// --block-size and -h: how ls, df and du scale the sizes they print. Pure.

import { Failure } from "./define.ts";
import { humanSize, parseCount } from "./numbers.ts";
import { quotePlain } from "./quote.ts";

export interface BlockSize {
  unit: number;
  /** Written behind each size: "K" for --block-size=K, nothing for --block-size=1K. */
  suffix: string;
  /** The base of human-readable sizes; 0 for plain ones. */
  human: 0 | 1000 | 1024;
}

export const plainBlocks = (unit: number): BlockSize => ({ unit, suffix: "", human: 0 });
export const humanBlocks = (human: 1000 | 1024): BlockSize => ({ unit: 1, suffix: "", human });

export function parseBlockSize(text: string, option = "--block-size"): BlockSize {
  const plain = text.replace(/^'/, "");
  if (plain === "human-readable" || plain === "si") return humanBlocks(plain === "si" ? 1000 : 1024);
  const numbered = /^\d/.test(plain);
  const unit = parseCount(numbered ? plain : `1${plain}`);
  if (!unit || (text !== "" && plain === "")) {
    const suffix = numbered && unit === null && /^\d+[^\d]/.test(plain);
    throw new Failure(`invalid ${suffix ? "suffix in " : ""}${option} argument ${quotePlain(text)}`);
  }
  const suffix = numbered ? "" : plain.replace(/^k(?!i)/i, plain.endsWith("B") ? "k" : "K");
  return { unit, suffix, human: 0 };
}

/** Rounded up, as all of them do. */
export function scaled(bytes: number, size: BlockSize): string {
  return size.human ? humanSize(bytes, size.human) : Math.ceil(bytes / size.unit) + size.suffix;
}

/** "1K" for df's heading. */
export function unitName({ unit }: BlockSize): string {
  const letters = "KMGTPEZY";
  for (const base of unit % 1024 === 0 ? [1024, 1000] : [1000]) {
    let [value, power] = [unit, 0];
    for (; value % base === 0 && power < letters.length; power++) value /= base;
    if (power > 0 && value < base)
      return `${value}${base === 1000 ? `${letters[power - 1].replace("K", "k")}B` : letters[power - 1]}`;
  }
  return `${unit}B`;
}
