// The maps of files with holes, in the four ways that GNU tar has had: old GNU's in the header, and pax's 0.0, 0.1 and 1.0. A map is a
// flat list: where a piece of data stands in the file, how long it is, and so on. Upon `tar-header`.

import { Fault, latin, number, wholeNumber } from "./tar-header.ts";

/** More pieces than the largest disk has blocks. */
const PIECES = 1 << 20;
/** Longest line of a map of format 1.0. */
const DIGITS = 16;

type NextRecord = () => Promise<Uint8Array>;

/** Old GNU's: four pieces in the header, 21 in each record that follows it. */
export async function oldGnuMap(header: Uint8Array, next: NextRecord): Promise<{ map: number[]; size: number }> {
  const map: number[] = [];
  const add = (record: Uint8Array, at: number, count: number) => {
    for (let i = 0; i < count && record[at + i * 24 + 12] !== 0; i++) {
      map.push(number(record, at + i * 24, 12, "sparse map"), number(record, at + i * 24 + 12, 12, "sparse map"));
    }
    if (map.length > 2 * PIECES) throw new Fault("its sparse map is too long");
  };
  add(header, 386, 4);
  for (let more = header[482]; more !== 0; ) {
    const record = await next();
    add(record, 0, 21);
    more = record[504];
  }
  return { map, size: number(header, 483, 12, "size") };
}

/** 0.0's pairs of records, and 0.1's list. Null when these records have no map. */
export function paxMap(records: readonly [key: string, value: Uint8Array][]): number[] | null {
  const map: number[] = [];
  let isSparse = false;
  for (const [key, value] of records) {
    if (key === "GNU.sparse.offset" || key === "GNU.sparse.numbytes") {
      if ((map.length % 2 === 0) !== (key === "GNU.sparse.offset")) throw new Fault("its sparse map is malformed");
      map.push(wholeNumber(value, "sparse map"));
      isSparse = true;
    } else if (key === "GNU.sparse.map") {
      for (let at = 0; at <= value.length; ) {
        const comma = value.indexOf(0x2c, at);
        const end = comma < 0 ? value.length : comma;
        map.push(wholeNumber(value.subarray(at, end), "sparse map"));
        at = end + 1;
      }
      isSparse = true;
    }
  }
  if (map.length % 2 !== 0) throw new Fault("its sparse map is malformed");
  return isSparse ? map : null;
}

/** 1.0's, which stands in whole records before the data: how many pieces, then each number on a line. */
export async function dataMap(next: NextRecord): Promise<number[]> {
  let record: Uint8Array = new Uint8Array(0);
  let at = 0;
  const line = async () => {
    const digits: number[] = [];
    for (;;) {
      if (at === record.length) {
        record = (await next()).slice();
        at = 0;
      }
      const byte = record[at++];
      if (byte === 0x0a) return wholeNumber(Uint8Array.from(digits), "sparse map");
      digits.push(byte);
      if (digits.length > DIGITS) throw new Fault("its sparse map is malformed");
    }
  };
  const count = await line();
  if (count > PIECES) throw new Fault("its sparse map is too long");
  const map: number[] = [];
  for (let i = 0; i < 2 * count; i++) map.push(await line());
  return map;
}

/** Sees that the pieces are in order, within the file, and together as long as the data. */
export function checkMap(map: readonly number[], size: number, stored: number): void {
  let [end, sum] = [0, 0];
  for (let i = 0; i < map.length; i += 2) {
    const [offset, length] = [map[i], map[i + 1]];
    if (offset < end || length < 0 || offset + length > size) throw new Fault("its sparse map contradicts itself");
    end = offset + length;
    sum += length;
  }
  if (sum !== stored) throw new Fault(`its sparse map has ${sum} bytes of data but ${stored} are stored`);
}

/** The format that pax records name, as "1.0"; "" when they name none. */
export function paxVersion(values: ReadonlyMap<string, Uint8Array>): string {
  const [major, minor] = [values.get("GNU.sparse.major"), values.get("GNU.sparse.minor")];
  return major === undefined || minor === undefined ? "" : `${latin(major)}.${latin(minor)}`;
}
