// A disk made from an archive: its manifest first, then every entry below the one directory. Names are resolved on the disk being
// made, so what an archive says it can only do to that; whatever is not in order ends the import, and the disk is dropped.

import {
  type Disk,
  ENOSPC,
  NAME_MAX,
  PATH_MAX,
  ROOT,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFREG,
  strerror,
  type Time,
  TreeWriter,
} from "@vibengine/system";
import { NotEnoughSpaceError } from "../errors.ts";
import { DEFAULT_DISK_BYTES } from "../options.ts";
import { ByteSource } from "./byte-source.ts";
import { deviceOf } from "./devices.ts";
import {
  type ArchiveManifest,
  limitsFor,
  MANIFEST_LIMIT,
  MANIFEST_NAME,
  parseManifest,
  ROOT_NAME,
  refuse,
  shown,
} from "./format.ts";
import { Fault } from "./tar-header.ts";
import { type TarEntry, TarReader } from "./tar-read.ts";

const OWNER_MAX = 0xffff;
const SLASH = 0x2f;
const MODES: Record<string, number> = { "0": S_IFREG, "2": S_IFLNK, "3": S_IFCHR, "5": S_IFDIR, "6": S_IFIFO };

export interface ImportOptions {
  /** Absent: as the manifest says. */
  diskSizeBytes?: number;
  /** An empty disk of that size. */
  makeDisk(diskSizeBytes: number): Disk;
}

/** The disk of an archive and its manifest. Throws `InvalidArgumentError` and `NotEnoughSpaceError`. */
export async function importArchive(
  archive: Blob,
  { diskSizeBytes, makeDisk }: ImportOptions,
): Promise<{ disk: Disk; manifest: ArchiveManifest; diskSizeBytes: number }> {
  const manifest = await findManifest(archive, diskSizeBytes ?? DEFAULT_DISK_BYTES);
  const size = diskSizeBytes ?? manifest.diskSizeBytes;
  const disk = makeDisk(size);
  await reading(archive, size, async (tar) => {
    const importer = new Importer(disk, tar, size);
    for (let entry = await tar.next(); entry !== null; entry = await tar.next()) await importer.take(entry);
    importer.finish();
  });
  return { disk, manifest, diskSizeBytes: size };
}

async function reading<T>(archive: Blob, diskSizeBytes: number, body: (tar: TarReader) => Promise<T>): Promise<T> {
  const source = await ByteSource.open(archive);
  try {
    return await body(new TarReader(source, limitsFor(diskSizeBytes)));
  } finally {
    await source.close();
  }
}

/** Looks for the manifest, which is the first entry unless somebody packed the archive anew, and then at most this far behind. */
function findManifest(archive: Blob, within: number): Promise<ArchiveManifest> {
  const missing = `it has no manifest, ${MANIFEST_NAME}, so it is no exported sandbox`;
  return reading(archive, within, async (tar) => {
    try {
      for (let entry = await tar.next(); entry !== null; entry = await tar.next()) {
        const { name, type } = entry;
        const path = await tar.naming(async () => pathOf(name));
        if (path === "manifest") return await readManifest(tar, type, entry.size);
      }
    } catch (error) {
      if (!(error instanceof NotEnoughSpaceError)) throw error;
      throw refuse(`${missing}, or it does not come first: pack it before ${ROOT_NAME}`, error);
    }
    throw refuse(missing);
  });
}

async function readManifest(tar: TarReader, type: string, size: number): Promise<ArchiveManifest> {
  if (type !== "0" || size > MANIFEST_LIMIT)
    throw refuse(`its manifest is no plain file of at most ${MANIFEST_LIMIT} bytes`);
  const bytes = new Uint8Array(size);
  await tar.naming(async () => {
    for (let done = 0; done < size; ) {
      const part = await tar.content(size - done);
      bytes.set(part, done);
      done += part.length;
    }
  });
  return parseManifest(bytes);
}

/** What a name in the archive means: the manifest, or the components of a path in the sandbox; null for the archive's own top. */
function pathOf(name: Uint8Array): Uint8Array[] | "manifest" | null {
  if (name[0] === SLASH) throw new Fault("its name is absolute");
  const parts: Uint8Array[] = [];
  for (let at = 0; at < name.length; ) {
    const slash = name.indexOf(SLASH, at);
    const end = slash < 0 ? name.length : slash;
    const part = name.subarray(at, end);
    at = end + 1;
    if (part.length === 0 || is(part, ".")) continue;
    if (is(part, "..")) throw new Fault('its name has ".." in it');
    if (part.length > NAME_MAX) throw new Fault(`a part of its name is longer than ${NAME_MAX} bytes`);
    parts.push(part);
  }
  if (parts.length === 0) return null;
  if (parts.length === 1 && is(parts[0], MANIFEST_NAME)) return "manifest";
  if (is(parts[0], ROOT_NAME)) return parts.slice(1);
  throw new Fault(`it is neither ${MANIFEST_NAME} nor below ${ROOT_NAME}`);
}

function is(name: Uint8Array, text: string): boolean {
  if (name.length !== text.length) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== text.charCodeAt(i)) return false;
  return true;
}

class Importer {
  readonly #tree: TreeWriter;
  readonly #tar: TarReader;
  readonly #diskSizeBytes: number;
  readonly #now: Time;
  readonly #directories = new Map<number, TarEntry>();
  #hasManifest = false;

  constructor(disk: Disk, tar: TarReader, diskSizeBytes: number) {
    this.#tree = new TreeWriter(disk);
    this.#tar = tar;
    this.#diskSizeBytes = diskSizeBytes;
    this.#now = { ...disk.inodes.now };
  }

  take(entry: TarEntry): Promise<void> {
    return this.#tar.naming(() => this.#take(entry));
  }

  /** What was put into the directories has changed their times: now they get their own. */
  finish(): void {
    for (const [ino, entry] of this.#directories) this.#tree.setTimes(ino, this.#timesOf(entry));
  }

  async #take(entry: TarEntry): Promise<void> {
    const { type, name, mode, uid, gid } = entry;
    const path = pathOf(name);
    if (type !== "5" && (path === null || name.at(-1) === SLASH)) throw new Fault("its name is a directory's");
    if (mode < 0 || mode > 0o177777) throw new Fault(`its mode is out of range: ${mode}`);
    if (!isOwner(uid) || !isOwner(gid))
      throw new Fault(`its owner is out of range: ${uid}:${gid}; ids end at ${OWNER_MAX}`);
    if (path === null) return;
    if (path === "manifest") {
      if (this.#hasManifest) throw new Fault("there is a second manifest");
      this.#hasManifest = true;
      return;
    }
    const isProc = path.length > 0 && is(path[0], "proc");
    if (isProc && (path.length > 1 || type !== "5"))
      throw new Fault("/proc is made up by the system: it can't be brought along");
    const ino = path.length === 0 ? this.#root(type) : await this.#make(entry, path);
    if (type === "1") return;
    this.#tree.setOwner(ino, mode, uid, gid);
    if (type === "5") this.#directories.set(ino, entry);
    else this.#tree.setTimes(ino, this.#timesOf(entry));
  }

  #root(type: string): number {
    if (type !== "5") throw new Fault(`${ROOT_NAME} is no directory`);
    return ROOT;
  }

  /** Makes the entry and what is in it; its inode. */
  async #make(entry: TarEntry, path: Uint8Array[]): Promise<number> {
    const tree = this.#tree;
    const { type, link } = entry;
    const parent = this.#directory(path, true);
    const name = path[path.length - 1];
    const old = tree.lookup(parent, name);
    if (type === "1") return this.#link(parent, name, old, link);
    if (old !== 0 && tree.type(old) !== MODES[type]) throw new Fault("the same name came before with another type");
    if (type === "5") return old !== 0 ? old : this.#succeed(tree.create(parent, name, S_IFDIR | 0o755));
    if (type === "2" && (link.length === 0 || link.length >= PATH_MAX)) {
      throw new Fault(`its target has an impossible length: ${link.length} bytes`);
    }
    const device = type === "3" ? deviceOf(entry.device) : 0;
    if (type === "3" && device === 0) throw new Fault(`there is no device ${entry.device.join(":")} here`);
    // A name that comes twice stands for what came last, as when tar extracts what was appended.
    if (old !== 0) this.#succeed(tree.unlink(parent, name));
    if (type === "2") return this.#succeed(tree.symlink(parent, name, link));
    const ino = this.#succeed(tree.create(parent, name, MODES[type], device));
    if (type === "0") await this.#fill(ino, entry);
    return ino;
  }

  async #fill(ino: number, { map, size }: TarEntry): Promise<void> {
    let end = 0;
    for (let i = 0; i < map.length; i += 2) {
      end = map[i] + map[i + 1];
      for (let at = map[i]; at < end; ) {
        const part = await this.#tar.content(end - at);
        this.#succeed(this.#tree.write(ino, part, at));
        at += part.length;
      }
    }
    if (end < size || map.at(-1) === 0) this.#succeed(this.#tree.resize(ino, size));
  }

  #link(parent: number, name: Uint8Array, old: number, link: Uint8Array): number {
    const path = pathOf(link);
    if (path === null || path === "manifest" || path.length === 0)
      throw new Fault("it is a hard link to outside of the tree");
    const ino = this.#tree.lookup(this.#directory(path, false), path[path.length - 1]);
    if (ino === 0) throw new Fault(`it is a hard link to ${shown(link)}, which does not come before it`);
    if (this.#tree.isDirectory(ino)) throw new Fault(`it is a hard link to ${shown(link)}, a directory`);
    if (old === ino) return ino;
    if (old !== 0) throw new Fault("the same name came before");
    return this.#succeed(this.#tree.link(parent, name, ino));
  }

  /** The directory that holds the last component of `path`; those that are missing are made where `makes` says so. */
  #directory(path: Uint8Array[], makes: boolean): number {
    let at = ROOT;
    for (const part of path.slice(0, -1)) {
      let next = this.#tree.lookup(at, part);
      if (next === 0 && makes) next = this.#succeed(this.#tree.create(at, part, S_IFDIR | 0o755));
      if (next === 0) throw new Fault(`it is a hard link into ${shown(part)}, which does not come before it`);
      if (this.#tree.type(next) === S_IFLNK) throw new Fault(`it leads through ${shown(part)}, a symbolic link`);
      if (!this.#tree.isDirectory(next)) throw new Fault(`it leads through ${shown(part)}, which is no directory`);
      at = next;
    }
    return at;
  }

  #timesOf({ mtime, atime, ctime }: TarEntry) {
    return { mtime, atime: atime ?? mtime, ctime: ctime ?? this.#now };
  }

  #succeed(result: number): number {
    if (result === -ENOSPC) {
      throw new NotEnoughSpaceError(
        `the archive can't be imported: a disk of ${this.#diskSizeBytes} bytes is too small for it: give a larger diskSizeBytes`,
      );
    }
    if (result < 0) throw new Fault(strerror(result));
    return result;
  }
}

function isOwner(id: number): boolean {
  return id >= 0 && id <= OWNER_MAX;
}
