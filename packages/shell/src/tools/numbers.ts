// Numbers in arguments and listings: counts with a size suffix (10K, 2MB), human-readable sizes. Pure.

const POWERS = "KMGTPEZY";

/** A decimal count with an optional suffix: b (512), kB (1000), K (1024), KiB, MB, M …; null when it is not one. */
export function parseCount(text: string): number | null {
  const match = /^(\d+)(?:(b)|([kKMGTPEZY])(iB|B)?)?$/.exec(text);
  if (!match) return null;
  const [, digits, block, letter, unit] = match;
  const base = Number(digits);
  if (block) return base * 512;
  if (!letter) return base;
  return base * (unit === "B" ? 1000 : 1024) ** (POWERS.indexOf(letter.toUpperCase()) + 1);
}

/** 1.5K, 23M: what ls -h, du -h and df -h print; rounds up, one decimal below 10. `base` 1000 for --si. */
export function humanSize(size: number, base = 1024): string {
  if (size < base) return String(size);
  let power = 0;
  let value = size;
  while (value >= base && power < POWERS.length) {
    value /= base;
    power++;
  }
  let text = value < 10 ? (Math.ceil(value * 10) / 10).toFixed(1) : String(Math.ceil(value));
  if (text === "10.0") text = "10";
  if (Number(text) >= base && power < POWERS.length) {
    power++;
    text = "1.0";
  }
  return text + (base === 1000 && power === 1 ? "k" : POWERS[power - 1]);
}

/** A duration with an optional suffix s, m, h, d, in seconds; null when it is not one. */
export function parseDuration(text: string): number | null {
  if (text === "inf" || text === "infinity") return Number.POSITIVE_INFINITY;
  const match = /^\+?(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)([smhd]?)$/.exec(text);
  if (!match) return null;
  return Number(match[1]) * { s: 1, m: 60, h: 3600, d: 86400 }[(match[2] || "s") as "s" | "m" | "h" | "d"];
}
