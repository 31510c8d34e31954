// Files with holes in tar archives: GNU's old headers and pax's three versions, made one list of what is data. Reading only.

import { decode } from "@vibengine/system";
import { readExactly } from "../bytes.ts";
import type { ByteSource } from "./codec.ts";
import { readNumber, TarError } from "./tar-format.ts";
import { type Entry, RECORD } from "./tar-record.ts";

/** As many pieces as a file of this disk can have, with room: a hostile archive must not fill the memory. */
const MOST = 1 << 20;

/** Makes a plain file of a sparse one, with the map of its data. Reads what of the map stands in front of the data. */
export async function readSparse(
  entry: Entry,
  record: Uint8Array,
  pax: Record<string, string>,
  source: ByteSource,
): Promise<void> {
  if (entry.type === "S") {
    const map: number[] = [];
    const take = (from: Uint8Array, at: number, count: number) => {
      for (let i = 0; i < count; i++) {
        const [offset, length] = [readNumber(from, at + i * 24, 12), readNumber(from, at + i * 24 + 12, 12)];
        // An unused one is all zeros; one of no length tells where the file ends.
        if (from[at + i * 24] !== 0) map.push(offset, length);
      }
    };
    take(record, 386, 4);
    for (let more = record[482]; more && map.length < MOST; ) {
      const extension = await readExactly(source, RECORD);
      if (extension.length < RECORD) throw new TarError("end");
      take(extension, 0, 21);
      more = extension[504];
    }
    entry.type = "0";
    setMap(entry, map, readNumber(record, 483, 12));
    return;
  }
  const size = pax["GNU.sparse.realsize"] ?? pax["GNU.sparse.size"];
  if (size === undefined) return;
  entry.name = pax["GNU.sparse.name"] ?? entry.name;
  if (pax["GNU.sparse.major"] !== "1") {
    setMap(entry, (pax["GNU.sparse.map"] ?? "").split(",").filter(Boolean).map(Number), Number(size));
    return;
  }
  // Version 1.0 has the map in front of the data, in decimal lines that fill whole records.
  let text = "";
  const lines = () => text.split("\n");
  const wanted = () => (text.includes("\n") ? 1 + 2 * Number(lines()[0]) : Number.POSITIVE_INFINITY);
  while (lines().length - 1 < wanted() && text.length < MOST) {
    const block = await readExactly(source, RECORD);
    if (block.length < RECORD) throw new TarError("end");
    entry.size -= RECORD;
    text += decode(block.slice()).replace(/\0+$/, "");
  }
  setMap(entry, lines().slice(1, wanted()).map(Number), Number(size));
}

function setMap(entry: Entry, numbers: number[], size: number): void {
  const map: [offset: number, length: number][] = [];
  let end = 0;
  let data = 0;
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    const [offset, length] = [numbers[i], numbers[i + 1]];
    if (!(offset >= end && length >= 0 && offset + length <= size)) throw new TarError("skip");
    map.push([offset, length]);
    end = offset + length;
    data += length;
  }
  if (!(size >= end) || data > entry.size) throw new TarError("skip");
  entry.sparse = { map, size };
}
