// The members of a tar archive as they are read: headers of all dialects made one kind of entry.

import { readExactly, skipBytes } from "../bytes.ts";
import type { ByteSource } from "./codec.ts";
import { parsePax, readHeader, TarError } from "./tar-format.ts";
import { type Entry, padding, RECORD } from "./tar-record.ts";
import { readSparse } from "./tar-sparse.ts";

export const KINDS: Record<string, number> = {
  "0": 0o100000,
  "1": 0o100000,
  "2": 0o120000,
  "3": 0o020000,
  "5": 0o040000,
  "6": 0o010000,
};

export const FATAL = "\ntar: Error is not recoverable: exiting now";

/** The entries of an archive; between two of them the source stands at the first one's data. */
export async function* entries(source: ByteSource, skipZeros: boolean): AsyncGenerator<Entry> {
  let global: Record<string, string> = {};
  let local: Record<string, string> = {};
  let [longName, longLink]: [string | null, string | null] = [null, null];
  let zeros = 0;
  for (let first = true; ; first = false) {
    const record = await readExactly(source, RECORD);
    if (record.length < RECORD) {
      if (first) throw new TarError("not");
      return;
    }
    let entry: Entry | null;
    try {
      entry = readHeader(record);
    } catch (error) {
      if (error instanceof TarError) throw new TarError(first ? "not" : "skip");
      throw error;
    }
    if (!entry) {
      if (++zeros === 2 && !skipZeros) return;
      continue;
    }
    zeros = 0;
    const small = async () => {
      if (entry.size > 1 << 20) throw new TarError("long");
      const data = await readExactly(source, entry.size);
      await skipBytes(source, padding(entry.size));
      return data;
    };
    if (entry.type === "L" || entry.type === "K") {
      const data = await small();
      const end = data.indexOf(0);
      const name = decodeName(end < 0 ? data : data.subarray(0, end));
      if (entry.type === "L") longName = name;
      else longLink = name;
      continue;
    }
    if (entry.type === "x" || entry.type === "g") {
      const found = parsePax(await small());
      if (entry.type === "g") global = { ...global, ...found };
      else local = found;
      continue;
    }
    const pax = { ...global, ...local };
    local = {};
    entry.name = pax.path ?? longName ?? entry.name;
    entry.link = pax.linkpath ?? longLink ?? entry.link;
    if (pax.size !== undefined) entry.size = Number(pax.size);
    if (pax.mtime !== undefined) {
      entry.mtime = Math.floor(Number(pax.mtime));
      entry.mtimeNsec = Number((pax.mtime.split(".")[1] ?? "").padEnd(9, "0").slice(0, 9));
    }
    if (pax.uname !== undefined) entry.user = pax.uname;
    if (pax.gname !== undefined) entry.group = pax.gname;
    [longName, longLink] = [null, null];
    if (entry.name.endsWith("/") && entry.type === "0") entry.type = "5";
    await readSparse(entry, record, pax, source);
    if ("12345".includes(entry.type) && entry.type !== "1") entry.size = entry.type === "5" ? 0 : entry.size;
    yield entry;
  }
}

const decoder = new TextDecoder();
const decodeName = (bytes: Uint8Array) => decoder.decode(bytes.slice());
