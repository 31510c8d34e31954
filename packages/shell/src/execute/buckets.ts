// The order in which bash lists an associative array: that of its hash table's buckets, which scripts' outputs show.
// No layer below.

import { encode } from "@vibengine/system";

/** The FNV-1 hash of a key's bytes. */
function hash(key: string): number {
  let value = 0x811c9dc5;
  for (const byte of encode(key)) value = Math.imul(value, 0x01000193) ^ byte;
  return value >>> 0;
}

/** Compares entries (in the order they were made) of a table of `count`: by bucket, in a bucket the newest first. */
export function compareBuckets(count: number): (a: [string, string], b: [string, string]) => number {
  // bash begins with 1024 buckets and takes four times as many when there are two entries for each.
  let buckets = 1024;
  while (count >= buckets * 2) buckets *= 4;
  const known = new Map<string, number>();
  const bucket = (key: string) => {
    let value = known.get(key);
    if (value === undefined) known.set(key, (value = hash(key) & (buckets - 1)));
    return value;
  };
  return (a, b) => bucket(a[0]) - bucket(b[0]);
}
