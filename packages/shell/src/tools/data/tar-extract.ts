// A member of a tar archive put on the disk. Names that lead out of the directory are refused, also by way of links the archive
// brings along.

import { AT_FDCWD, EEXIST, ENOENT, encode, O_CLOEXEC, O_CREAT, O_EXCL, O_WRONLY, strerror } from "@vibengine/system";
import { Writer } from "../../stdio.ts";
import type { Invocation } from "../define.ts";
import { isDir, makeParents, stat } from "../files.ts";
import type { ByteSource } from "./codec.ts";
import type { TarSettings } from "./tar.ts";
import { TarError } from "./tar-format.ts";
import { shown } from "./tar-list.ts";
import type { Entry } from "./tar-record.ts";

export interface Later {
  path: string;
  mode: number;
  mtime: { sec: number; nsec: number };
}

export const parents = (path: string): string[] => {
  const found: string[] = [];
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) found.push(path.slice(0, at));
  return found;
};

export function stripComponents(name: string, count: number): string {
  let rest = name;
  for (let i = 0; i < count; i++) {
    const slash = rest.search(/\/+/);
    if (slash < 0) return "";
    rest = rest.slice(slash).replace(/^\/+/, "");
  }
  return rest;
}

export interface ExtractState {
  /** Prefixes removed so far, each told once. */
  stripped: Set<string>;
  umask: number;
  directories: Later[];
  /** Symbolic links that lead out are made at the end, when nothing can be written through them any more. */
  links: { path: string; target: string; entry: Entry }[];
}

/** The name without what leads out of the directory; told once for each such prefix. */
export function safeName(invocation: Invocation, name: string, what: string, told: Set<string>): string {
  if (invocation.options.has("P")) return name;
  const prefix = /^(?:.*\/)?\.\.(?:\/+|$)|^\/+/.exec(name)?.[0] ?? "";
  if (prefix === "") return name;
  const key = `${what} ${prefix}`;
  if (!told.has(key)) {
    told.add(key);
    invocation.warn(`Removing leading \`${shown(prefix)}' from ${what}`, 0);
  }
  return name.slice(prefix.length).replace(/^\/+/, "") || ".";
}

/** Extracts one entry; how many of its bytes are left in the source. */
export async function extractEntry(
  invocation: Invocation,
  settings: TarSettings,
  entry: Entry,
  source: ByteSource,
  state: ExtractState,
): Promise<number> {
  const { options, sys, stdout } = invocation;
  const pump = async (out: Writer, size = entry.size): Promise<number> => {
    for (let left = size; left > 0; ) {
      const chunk = await source.read();
      if (!chunk) throw new TarError("end");
      const part = chunk.length > left ? chunk.subarray(0, left) : chunk;
      if (chunk.length > left) source.unread(chunk.length - left);
      // The whole part is written before the source is asked again: it may reuse the bytes.
      await out.write(part);
      left -= part.length;
    }
    return 0;
  };
  /** The data of a file with holes go where the map says; to a stream the holes go as zeros. */
  const scatter = async (out: Writer, fd: number): Promise<number> => {
    const { map, size } = entry.sparse!;
    let at = 0;
    for (const [offset, length] of [...map, [size, 0]]) {
      if (fd >= 0) {
        await out.flush();
        sys.lseek(fd, offset, 0);
      } else
        for (; at < offset; at += Math.min(65536, offset - at))
          await out.write(new Uint8Array(Math.min(65536, offset - at)));
      await pump(out, length);
      at = offset + length;
    }
    await out.flush();
    if (fd >= 0) sys.ftruncate(fd, size);
    return entry.size - map.reduce((sum, [, length]) => sum + length, 0);
  };
  if (options.has("O") && entry.sparse) return scatter(stdout, -1);
  if (options.has("O")) return entry.type === "0" ? pump(stdout) : entry.size;
  if (!options.has("P") && entry.name.split("/").includes("..")) {
    invocation.warn(`${shown(entry.name)}: Member name contains '..'`);
    return entry.size;
  }
  const name = safeName(invocation, entry.name, "member names", state.stripped);
  const path = name.replace(/\/+$/, "") || ".";
  const bytes = encode(path);
  const fail = (what: string, result: number) => invocation.warn(`${shown(path)}: Cannot ${what}: ${strerror(result)}`);
  const time = { sec: settings.mtime?.sec ?? entry.mtime, nsec: entry.mtimeNsec };
  const mode = options.has("p") ? entry.mode : entry.mode & 0o777 & ~state.umask;
  const existing = stat(sys, path, false);
  if (entry.type === "5") {
    makeParents(sys, path);
    const result = sys.mkdir(AT_FDCWD, bytes, 0o700 | mode);
    if (result < 0 && !(result === -EEXIST && isDir(stat(sys, path)))) {
      if (result !== -EEXIST || isDir(existing)) {
        fail("mkdir", result);
        return entry.size;
      }
      sys.unlink(AT_FDCWD, bytes);
      const again = sys.mkdir(AT_FDCWD, bytes, 0o700 | mode);
      if (again < 0) {
        fail("mkdir", again);
        return entry.size;
      }
    }
    // "." is the user's own directory.
    if (path !== ".") state.directories.push({ path, mode, mtime: time });
    return entry.size;
  }
  if (typeof existing !== "number") {
    if (options.has("skip-old-files")) return entry.size;
    if (options.has("k")) {
      fail("open", -EEXIST);
      return entry.size;
    }
    if (options.has("keep-newer-files") && existing.mtimeSec >= entry.mtime) {
      invocation.warn(`Current '${shown(path)}' is newer or same age`, 0);
      return entry.size;
    }
    if (isDir(existing)) {
      const result = sys.rmdir(AT_FDCWD, bytes);
      if (result < 0) {
        fail("open", result === -ENOENT ? result : -EEXIST);
        return entry.size;
      }
    } else sys.unlink(AT_FDCWD, bytes);
  }
  makeParents(sys, path);
  if (entry.type === "2") {
    const outward = !options.has("P") && (entry.link.startsWith("/") || entry.link.split("/").includes(".."));
    if (outward) {
      state.links.push({ path, target: entry.link, entry });
      return entry.size;
    }
    const result = sys.symlink(encode(entry.link), AT_FDCWD, bytes);
    if (result < 0) fail(`create symlink to '${entry.link}'`, result);
    else if (!options.has("m")) sys.utimens(AT_FDCWD, bytes, false, time, time);
    return entry.size;
  }
  if (entry.type === "1") {
    const target = safeName(
      invocation,
      stripComponents(entry.link, settings.strip),
      "hard link targets",
      state.stripped,
    );
    const result = sys.link(AT_FDCWD, encode(target), AT_FDCWD, bytes, false);
    if (result < 0) fail(`hard link to '${target}'`, result);
    return entry.size;
  }
  if (entry.type !== "0") {
    if (entry.type === "6") {
      const result = sys.mkfifo(AT_FDCWD, bytes, mode);
      if (result < 0) fail("mkfifo", result);
      else if (!options.has("m")) sys.utimens(AT_FDCWD, bytes, true, time, time);
    } else if (entry.type === "3" || entry.type === "4") fail("mknod", -63);
    else invocation.warn(`${shown(path)}: Unknown file type '${entry.type}', extracted as normal file`, 0);
    if ("346".includes(entry.type)) return entry.size;
  }
  const fd = sys.open(AT_FDCWD, bytes, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0o777);
  if (fd < 0) {
    fail("open", fd);
    return entry.size;
  }
  const out = new Writer(sys, fd);
  const left = entry.sparse ? await scatter(out, fd) : await pump(out);
  await out.flush();
  sys.close(fd);
  sys.chmod(AT_FDCWD, bytes, mode);
  if (!options.has("m")) sys.utimens(AT_FDCWD, bytes, true, time, time);
  return left;
}
