// The entries of a tar, one after the other, each put together from its header and what goes ahead of it. Refuses what is not in
// order, and what is more than the limits say. Upon `tar-header` and `tar-sparse`; knows nothing of disks.

import { padding, RECORD } from "@vibengine/shell/tar";
import { FILE_SIZE_MAX, type Time } from "@vibengine/system";
import { NotEnoughSpaceError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { type Limits, PATH_LIMIT, RECORDS_LIMIT, refuse, shown } from "./format.ts";
import { Fault, type Header, readHeader, readPax, time, wholeNumber } from "./tar-header.ts";
import { checkMap, dataMap, oldGnuMap, paxMap, paxVersion } from "./tar-sparse.ts";

/** Zeros behind the end, as tapes are padded: as many at most. */
const TRAILER = 16 << 20;
/** What may be said of all entries at once and matters here; what may not. */
const GLOBAL = ["uid", "gid", "mtime", "atime", "ctime"];
const NOT_GLOBAL = /^(?:path|linkpath|size|GNU\.sparse\..*)$/;

export interface TarEntry {
  /** "0" file, "1" hard link, "2" symbolic link, "3" character device, "5" directory, "6" fifo. */
  type: string;
  name: Uint8Array;
  link: Uint8Array;
  mode: number;
  uid: number;
  gid: number;
  mtime: Time;
  atime: Time | null;
  ctime: Time | null;
  device: [major: number, minor: number];
  /** Of the file, holes included. */
  size: number;
  /** Where its pieces stand: offset and length, and so on. */
  map: number[];
}

/** What went ahead of a header. */
interface Ahead {
  name?: Uint8Array;
  link?: Uint8Array;
  records?: [string, Uint8Array][];
}

export class TarReader {
  readonly #source: ByteSource;
  readonly #limits: Limits;
  readonly #globals = new Map<string, Uint8Array>();
  #number = 0;
  #label = "";
  /** Bytes of the entry's content still to come, and of the padding behind it. */
  #left = 0;
  #padding = 0;
  #contentBytes = 0;
  #headerBytes = 0;

  constructor(source: ByteSource, limits: Limits) {
    this.#source = source;
    this.#limits = limits;
  }

  /** The next entry; null at the end. What was not taken of the one before is skipped. */
  next(): Promise<TarEntry | null> {
    return this.naming(() => this.#next());
  }

  /** The next bytes of the entry's content, valid until the next call; at most `most`. */
  async content(most: number): Promise<Uint8Array> {
    const part = await this.#source.some(Math.min(most, this.#left));
    if (part === null) throw new Fault("the archive ends in the middle of it");
    this.#left -= part.length;
    return part;
  }

  /** Runs `body`, in which a `Fault` is one of the entry at hand. */
  async naming<T>(body: () => Promise<T>): Promise<T> {
    try {
      return await body();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      throw refuse(`entry ${this.#number}${this.#label}: ${error.message}`);
    }
  }

  async #next(): Promise<TarEntry | null> {
    if (!(await this.#source.skip(this.#left + this.#padding))) throw new Fault("the archive ends in the middle of it");
    this.#left = this.#padding = 0;
    this.#number++;
    this.#label = "";
    const ahead: Ahead = {};
    for (;;) {
      const record = (await this.#record()).slice();
      const header = this.#header(record);
      if (header === null) {
        if (Object.keys(ahead).length > 0) throw new Fault("the archive ends where a header should follow");
        await this.#end();
        return null;
      }
      this.#label = ` (${shown(ahead.name ?? header.name)})`;
      if (header.type === "L" || header.type === "K") await this.#longName(header, ahead);
      else if (header.type === "x" || header.type === "g") await this.#paxRecords(header, ahead);
      else return this.#entry(header, record, ahead);
    }
  }

  #header(record: Uint8Array): Header | null {
    try {
      return readHeader(record);
    } catch (error) {
      if (this.#headerBytes > RECORD || !(error instanceof Fault)) throw error;
      throw refuse(`it is no tar archive, be it compressed by gzip or not: ${error.message}`);
    }
  }

  async #longName({ type, size }: Header, ahead: Ahead): Promise<void> {
    const field = type === "L" ? "name" : "link";
    if (ahead[field] !== undefined) throw new Fault("it has two long names");
    const data = await this.#extension(size, PATH_LIMIT + 1);
    const end = data.indexOf(0);
    ahead[field] = data.subarray(0, end < 0 ? data.length : end);
    if (end >= 0 && data.subarray(end).some((byte) => byte !== 0)) throw new Fault("its name holds a NUL");
  }

  async #paxRecords({ type, size }: Header, ahead: Ahead): Promise<void> {
    const records = readPax(await this.#extension(size, RECORDS_LIMIT));
    if (type === "x") {
      if (ahead.records !== undefined) throw new Fault("it has pax records twice");
      ahead.records = records;
      return;
    }
    const wrong = records.find(([key]) => NOT_GLOBAL.test(key));
    if (wrong !== undefined) throw new Fault(`its pax records give all entries one ${wrong[0]}`);
    for (const [key, value] of records) if (GLOBAL.includes(key)) this.#globals.set(key, value);
  }

  async #entry(header: Header, record: Uint8Array, ahead: Ahead): Promise<TarEntry> {
    const records = ahead.records ?? [];
    const values = new Map([...this.#globals, ...records]);
    for (const [key, value] of values) if (value.length === 0) values.delete(key);
    const name = values.get("GNU.sparse.name") ?? values.get("path") ?? ahead.name ?? header.name;
    const link = values.get("linkpath") ?? ahead.link ?? header.link;
    this.#label = ` (${shown(name)})`;
    if (name.length === 0) throw new Fault("it has no name");
    if (name.includes(0) || link.includes(0)) throw new Fault("its name holds a NUL");
    if (name.length > PATH_LIMIT || link.length > PATH_LIMIT) throw new Fault("its name is too long");
    const whole = (key: string, otherwise: number) => {
      const value = values.get(key);
      return value === undefined ? otherwise : wholeNumber(value, key);
    };
    const moment = (key: string) => {
      const value = values.get(key);
      return value === undefined ? null : time(value, key);
    };
    const stored = whole("size", header.size);
    if (stored < 0) throw new Fault("its size is negative");
    const isSparse = header.type === "S" || values.has("GNU.sparse.major") || paxMap(records) !== null;
    const type = typeOf(header, name);
    if (type !== "0" && (stored !== 0 || isSparse)) throw new Fault("it has content, which only a file can have");
    this.#left = stored;
    this.#padding = padding(stored);
    this.#contentBytes += stored;
    if (this.#contentBytes > this.#limits.contentBytes) this.#isTooMuch("contents");
    const { map, size } = isSparse
      ? await this.#sparse(header, record, records, values, whole)
      : { map: stored === 0 ? [] : [0, stored], size: stored };
    if (size < 0 || size > FILE_SIZE_MAX) throw new Fault(`its size, ${size}, is more than a file can have`);
    checkMap(map, size, this.#left);
    return {
      ...{ type, name, link, size, map, mode: header.mode, device: header.device },
      uid: whole("uid", header.uid),
      gid: whole("gid", header.gid),
      mtime: moment("mtime") ?? { sec: header.mtime, nsec: 0 },
      atime: moment("atime"),
      ctime: moment("ctime"),
    };
  }

  async #sparse(
    header: Header,
    record: Uint8Array,
    records: [string, Uint8Array][],
    values: ReadonlyMap<string, Uint8Array>,
    whole: (key: string, otherwise: number) => number,
  ): Promise<{ map: number[]; size: number }> {
    if (header.type === "S") {
      if (!header.isGnu) throw new Fault('its type is "S", which only GNU tar has');
      return oldGnuMap(record, () => this.#record());
    }
    const map = paxMap(records);
    const size = whole("GNU.sparse.realsize", whole("GNU.sparse.size", -1));
    if (map !== null) return { map, size };
    const version = paxVersion(values);
    if (version !== "1.0") throw new Fault(`it is sparse in a format that is not known: ${JSON.stringify(version)}`);
    return {
      map: await dataMap(async () => {
        if (this.#left < RECORD) throw new Fault("its sparse map is cut");
        this.#left -= RECORD;
        return this.#record();
      }),
      size,
    };
  }

  /** The data of a record that goes ahead of a header. */
  async #extension(size: number, most: number): Promise<Uint8Array> {
    if (size < 0 || size > most) throw new Fault(`what goes ahead of its header has an impossible size (${size})`);
    const data = await this.#source.exactly(size);
    if (data === null) throw new Fault("the archive ends in the middle of its header");
    const own = data.slice();
    if (!(await this.#source.skip(padding(size)))) throw new Fault("the archive ends in the middle of its header");
    this.#count(size + padding(size));
    return own;
  }

  async #record(): Promise<Uint8Array> {
    const record = await this.#source.exactly(RECORD);
    if (record === null) throw new Fault("the archive ends where a record should follow: it is cut");
    this.#count(RECORD);
    return record;
  }

  #count(bytes: number): void {
    this.#headerBytes += bytes;
    if (this.#headerBytes > this.#limits.headerBytes) this.#isTooMuch("names");
  }

  #isTooMuch(what: string): never {
    throw new NotEnoughSpaceError(
      `the archive can't be imported: up to entry ${this.#number}${this.#label} its ${what} are more than a disk of ` +
        `${this.#limits.contentBytes} bytes has room for: import it with a larger diskSizeBytes`,
    );
  }

  /** Behind the first record of zeros: another one, and nothing but zeros. */
  async #end(): Promise<void> {
    let left = TRAILER;
    if ((await this.#record()).some((byte) => byte !== 0))
      throw new Fault("a record of zeros stands among the entries");
    for (let part = await this.#source.some(RECORD); part !== null; part = await this.#source.some(RECORD)) {
      left -= part.length;
      if (left < 0 || part.some((byte) => byte !== 0)) throw new Fault("something follows the archive's end");
    }
  }
}

function typeOf({ type }: Header, name: Uint8Array): string {
  const endsInSlash = name.at(-1) === 0x2f;
  if (type === "0" || type === "7" || type === "S") return endsInSlash && type === "0" ? "5" : "0";
  if ("12356".includes(type)) return type;
  throw new Fault(`its type, ${JSON.stringify(type)}, is not known here`);
}
