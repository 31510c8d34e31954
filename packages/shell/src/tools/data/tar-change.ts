// tar's --delete and -A: members taken out of an archive, and other archives put behind it. Both work on the archive's own bytes.

import { AT_FDCWD, encode, O_CLOEXEC, O_RDONLY, O_RDWR, type System, strerror } from "@vibengine/system";
import { Reader, Writer } from "../../stdio.ts";
import { skipBytes } from "../bytes.ts";
import { Failure, type Invocation } from "../define.ts";
import type { ByteSource } from "./codec.ts";
import type { TarSettings } from "./tar.ts";
import { entries, FATAL } from "./tar-entries.ts";
import { TarError } from "./tar-format.ts";
import { shown } from "./tar-list.ts";
import { MemberNames } from "./tar-names.ts";
import { type Entry, padding, RECORD } from "./tar-record.ts";

interface Member {
  entry: Entry;
  /** Its headers and data. */
  start: number;
  end: number;
}

/** Counts what was read of another source. */
class Counted implements ByteSource {
  position = 0;
  #inner: ByteSource;
  constructor(inner: ByteSource) {
    this.#inner = inner;
  }
  async read(): Promise<Uint8Array | null> {
    const chunk = await this.#inner.read();
    this.position += chunk?.length ?? 0;
    return chunk;
  }
  unread(count: number): void {
    this.position -= count;
    this.#inner.unread(count);
  }
}

async function* members(invocation: Invocation, fd: number): AsyncGenerator<Member> {
  const source = new Counted(new Reader(invocation.sys, fd, () => invocation.yield()));
  let start = 0;
  try {
    for await (const entry of entries(source, false)) {
      if ((await skipBytes(source, entry.size + padding(entry.size))) > 0) throw new TarError("end");
      yield { entry, start, end: source.position };
      start = source.position;
    }
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    throw new Failure(
      error.message === "end"
        ? `Unexpected EOF in archive${FATAL}`
        : "This does not look like a tar archive\ntar: Exiting with failure status due to previous errors",
    );
  }
}

function openArchive(sys: System, archive: string): number {
  const fd = sys.open(AT_FDCWD, encode(archive), O_RDWR | O_CLOEXEC, 0);
  if (fd < 0) throw new Failure(`${archive}: Cannot open: ${strerror(fd)}${FATAL}`);
  return fd;
}

/** Copies bytes of one open file to another place, forwards: a file's own may only move towards its start. */
async function move(invocation: Invocation, from: number, to: number, member: Member, at: number): Promise<number> {
  const { sys } = invocation;
  const buffer = new Uint8Array(65536);
  let place = at;
  for (let here = member.start; here < member.end; ) {
    sys.lseek(from, here, 0);
    const count = sys.read(from, buffer, 0, Math.min(buffer.length, member.end - here));
    if (count <= 0) throw new Failure(`Unexpected EOF in archive${FATAL}`);
    sys.lseek(to, place, 0);
    const writer = new Writer(sys, to);
    await writer.write(buffer.slice(0, count));
    await writer.flush();
    here += count;
    place += count;
    await invocation.yield();
  }
  return place;
}

/** The end: zeros to a whole block of twenty records. */
async function finish(sys: System, fd: number, size: number): Promise<void> {
  const total = Math.ceil((size + RECORD * 2) / (RECORD * 20)) * RECORD * 20;
  sys.lseek(fd, size, 0);
  const writer = new Writer(sys, fd);
  await writer.write(new Uint8Array(total - size));
  await writer.flush();
  sys.ftruncate(fd, total);
  sys.close(fd);
}

function ended(invocation: Invocation): number {
  if (invocation.status !== 0) invocation.warn("Exiting with failure status due to previous errors");
  return invocation.status;
}

export async function deleteMembers(invocation: Invocation, settings: TarSettings, names: string[]): Promise<number> {
  const { sys } = invocation;
  if (settings.archive === "-" || settings.codec) throw new Failure(`Cannot update compressed archives${FATAL}`);
  const fd = openArchive(sys, settings.archive);
  const wanted = new MemberNames(invocation, names);
  const kept: Member[] = [];
  for await (const member of members(invocation, fd)) {
    if (!wanted.include(member.entry.name.replace(/\/+$/, ""))) kept.push(member);
  }
  let at = 0;
  for (const member of kept) at = member.start === at ? member.end : await move(invocation, fd, fd, member, at);
  await finish(sys, fd, at);
  wanted.tellMissing();
  return ended(invocation);
}

export async function joinArchives(invocation: Invocation, settings: TarSettings, names: string[]): Promise<number> {
  const { sys } = invocation;
  if (settings.archive === "-" || settings.codec) throw new Failure(`Cannot concatenate compressed archives${FATAL}`);
  const fd = openArchive(sys, settings.archive);
  let at = 0;
  for await (const { end } of members(invocation, fd)) at = end;
  for (const name of names) {
    const other = sys.open(AT_FDCWD, encode(name), O_RDONLY | O_CLOEXEC, 0);
    if (other < 0) {
      invocation.warn(`${shown(name)}: Cannot open: ${strerror(other)}`);
      continue;
    }
    let last = 0;
    for await (const { end } of members(invocation, other)) last = end;
    at = await move(invocation, other, fd, { start: 0, end: last } as Member, at);
    sys.close(other);
  }
  await finish(sys, fd, at);
  return ended(invocation);
}
