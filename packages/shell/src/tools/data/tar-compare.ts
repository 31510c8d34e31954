// tar -d: an archive's members against the files of their names.

import { AT_FDCWD, encode, O_CLOEXEC, O_RDONLY, S_IFMT, strerror } from "@vibengine/system";
import { Reader } from "../../stdio.ts";
import { readExactly } from "../bytes.ts";
import type { Invocation } from "../define.ts";
import { readLink, stat } from "../files.ts";
import type { ByteSource } from "./codec.ts";
import { KINDS } from "./tar-entries.ts";
import { safeName } from "./tar-extract.ts";
import { TarError } from "./tar-format.ts";
import { shown } from "./tar-list.ts";
import type { Entry } from "./tar-record.ts";

/** Tells how a file differs from the member; how many of the member's bytes are left in the source. */
export async function compareEntry(
  invocation: Invocation,
  entry: Entry,
  source: ByteSource,
  told: Set<string>,
): Promise<number> {
  const { sys, stdout } = invocation;
  const name = safeName(invocation, entry.name, "member names", told);
  const path = name.replace(/(.)\/+$/, "$1");
  const say = async (text: string) => {
    if (invocation.status < 1) invocation.status = 1;
    await stdout.write(`${shown(entry.name)}: ${text}\n`);
  };
  const found = stat(sys, path, false);
  if (typeof found === "number") {
    invocation.warn(`${shown(entry.name)}: Warning: Cannot stat: ${strerror(found)}`, 1);
    return entry.size;
  }
  if (entry.type === "1") {
    const other = stat(sys, safeName(invocation, entry.link, "hard link targets", told), false);
    if (typeof other === "number" || other.ino !== found.ino) await say(`Not linked to ${shown(entry.link)}`);
    return entry.size;
  }
  if ((found.mode & S_IFMT) !== (KINDS[entry.type] ?? KINDS["0"])) {
    await say("File type differs");
    return entry.size;
  }
  if (entry.type === "2") {
    if (readLink(sys, path) !== entry.link) await say("Symlink differs");
    return entry.size;
  }
  if ((found.mode & 0o7777) !== entry.mode) await say("Mode differs");
  if (entry.type !== "0") return entry.size;
  if (found.uid !== entry.uid) await say("Uid differs");
  if (found.gid !== entry.gid) await say("Gid differs");
  if (found.mtimeSec !== entry.mtime) await say("Mod time differs");
  if (found.size !== (entry.sparse?.size ?? entry.size)) {
    await say("Size differs");
    return entry.size;
  }
  const fd = sys.open(AT_FDCWD, encode(path), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) {
    invocation.warn(`${shown(entry.name)}: Warning: Cannot open: ${strerror(fd)}`, 1);
    return entry.size;
  }
  const reader = new Reader(sys, fd, () => invocation.yield());
  let left = entry.size;
  let same = true;
  const pieces: [number, number][] = entry.sparse ? entry.sparse.map : [[0, entry.size]];
  for (const [offset, length] of pieces) {
    if (entry.sparse) {
      reader.release();
      sys.lseek(fd, offset, 0);
    }
    for (let rest = length; rest > 0; ) {
      const chunk = await source.read();
      if (!chunk) throw new TarError("end");
      const part = chunk.length > rest ? chunk.subarray(0, rest) : chunk;
      if (chunk.length > rest) source.unread(chunk.length - rest);
      rest -= part.length;
      left -= part.length;
      const own: Uint8Array = same ? await readExactly(reader, part.length) : part;
      same = own.length === part.length && own.every((byte, i) => byte === part[i]);
    }
  }
  sys.close(fd);
  if (!same) await say("Contents differ");
  return left;
}
