// User and group names, read from /etc/passwd and /etc/group once a tool's run.

import { AT_FDCWD, decode, encode, O_CLOEXEC, O_RDONLY, type System } from "@vibengine/system";

export interface Accounts {
  user(uid: number): string;
  group(gid: number): string;
  /** The id of a name, or of a number; -1 when there is none. */
  uidOf(name: string): number;
  gidOf(name: string): number;
}

export function readAccounts(sys: System): Accounts {
  const users = readTable(sys, "/etc/passwd");
  const groups = readTable(sys, "/etc/group");
  const idOf = (table: Map<number, string>, name: string) => {
    for (const [id, known] of table) if (known === name) return id;
    return /^\d+$/.test(name) ? Number(name) : -1;
  };
  return {
    user: (uid) => users.get(uid) ?? String(uid),
    group: (gid) => groups.get(gid) ?? String(gid),
    uidOf: (name) => idOf(users, name),
    gidOf: (name) => idOf(groups, name),
  };
}

/** Small files on the disk: read without waiting. */
export function readSmallFile(sys: System, path: string): string | null {
  const fd = sys.open(AT_FDCWD, encode(path), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return null;
  const bytes = new Uint8Array(65536);
  let length = 0;
  for (let count = 1; count > 0; length += Math.max(0, count))
    count = sys.read(fd, bytes, length, bytes.length - length);
  sys.close(fd);
  return decode(bytes.subarray(0, length));
}

function readTable(sys: System, path: string): Map<number, string> {
  const table = new Map<number, string>();
  for (const line of (readSmallFile(sys, path) ?? "").split("\n")) {
    const [name, , id] = line.split(":");
    if (id !== undefined && !table.has(Number(id))) table.set(Number(id), name);
  }
  return table;
}
