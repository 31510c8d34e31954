// For the archive's tests in Node: disks in plain buffers, exported, imported, and told as text that can be compared.

import {
  attributesOf,
  bufferBacking,
  type Disk,
  dataRuns,
  formatDisk,
  fsck,
  layoutFor,
  ROOT,
  type System,
} from "@vibengine/system";
import { testKernel } from "@vibengine/system/testing";
import { newExport } from "./export.ts";
import { importArchive } from "./import.ts";

export const MIB = 1024 * 1024;
export const DISK_BYTES = 4 * MIB;

/** A disk of a fresh sandbox, and the kernel's system calls on it. */
export function newDisk(diskSizeBytes = DISK_BYTES): { system: System; disk: Disk } {
  const system = testKernel(diskSizeBytes);
  return { system, disk: system.machine.disk };
}

export function exported(disk: Disk, diskSizeBytes = DISK_BYTES): Promise<Blob> {
  return newExport(disk).run(
    { exclusive: async (section) => section() },
    { sandboxId: "sb_test", metadata: { a: "b" }, envs: { X: "1" }, diskSizeBytes, createdAt: 1e12 },
  );
}

export function imported(archive: Blob, diskSizeBytes?: number) {
  return importArchive(archive, {
    diskSizeBytes,
    makeDisk: (bytes) => formatDisk(bufferBacking(new SharedArrayBuffer(layoutFor(bytes).totalBytes)), bytes),
  });
}

/** Every entry of a disk with all that there is to say of it, by path; hard links by the first path of the file. */
export function told(disk: Disk): Record<string, string> {
  const all: [path: string, ino: number][] = [];
  const add = (path: string, ino: number) => {
    all.push([path, ino]);
    if (!disk.paths.isDirectory(ino)) return;
    const entry = { ino: 0, type: 0, nameByte: 0, nameLength: 0, offset: 0, next: 0 };
    for (let offset = 0; disk.directories.next(ino, offset, entry); offset = entry.next) {
      const name = disk.memory.bytes.subarray(entry.nameByte, entry.nameByte + entry.nameLength);
      add(`${path}/${characters(name)}`, entry.ino);
    }
  };
  add("", ROOT);
  all.sort(([a], [b]) => (a < b ? -1 : 1));
  const firsts = new Map<number, string>();
  return Object.fromEntries(
    all.map(([path, ino]) => {
      if (!firsts.has(ino)) firsts.set(ino, path);
      const { size, ...rest } = attributesOf(disk, ino);
      const isDirectory = disk.paths.isDirectory(ino);
      const runs = isDirectory ? [] : dataRuns(disk, ino, size);
      const content = runs.map(([start, end]) => {
        const bytes = new Uint8Array(end - start);
        disk.content.read(ino, bytes, 0, bytes.length, start);
        return [start, btoa(characters(bytes))];
      });
      return [path, JSON.stringify({ ...rest, size: isDirectory ? 0 : size, content, first: firsts.get(ino) })];
    }),
  );
}

/** Each byte as a character. */
function characters(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

export function isHealthy(disk: Disk): boolean {
  return fsck(disk, { repair: false }).isClean;
}
