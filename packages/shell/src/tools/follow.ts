// tail -f and -F: what is added to files is printed as it comes. Files are looked at again and again, as there is no other notice.

import { AT_FDCWD, encode, newStat, O_CLOEXEC, O_RDONLY, type Stat, strerror } from "@vibengine/system";
import type { Invocation } from "./define.ts";
import { stat } from "./files.ts";
import { quote } from "./quote.ts";

export interface FollowRules {
  /** Follow the name rather than the file: a file put in its place is opened. */
  byName: boolean;
  headers: boolean;
  seconds: number;
  /** Ends when this process is gone; 0 for none. */
  pid: number;
}

interface Followed {
  name: string;
  fd: number;
  at: number;
  inode: number;
}

/** @param last the file whose text was printed last */
export async function follow(invocation: Invocation, names: string[], last: string, rules: FollowRules): Promise<void> {
  const { sys, stdout } = invocation;
  const buffer = new Uint8Array(65536);
  const found = newStat();
  const open = (name: string): Followed => {
    const fd = sys.open(AT_FDCWD, encode(name), O_RDONLY | O_CLOEXEC, 0);
    return { name, fd, at: 0, inode: fd >= 0 && sys.fstat(fd, found) === 0 ? found.ino : -1 };
  };
  const files = names.filter((name) => name !== "-").map(open);
  for (const file of files) if (file.fd >= 0) file.at = sys.lseek(file.fd, 0, 2);
  let printed = last;
  const drain = async (file: Followed): Promise<void> => {
    if (sys.fstat(file.fd, found) !== 0) return;
    if (found.size < file.at) {
      invocation.warn(`${file.name}: file truncated`, 0);
      file.at = 0;
    }
    while (found.size > file.at) {
      sys.lseek(file.fd, file.at, 0);
      const count = sys.read(file.fd, buffer, 0, buffer.length);
      if (count <= 0) return;
      if (rules.headers && printed !== file.name) await stdout.write(`\n==> ${file.name} <==\n`);
      printed = file.name;
      file.at += count;
      await stdout.write(buffer.subarray(0, count));
    }
  };
  while (rules.pid === 0 || sys.kill(rules.pid, 0) === 0) {
    for (const file of files) {
      if (file.fd >= 0) await drain(file);
      if (rules.byName) reopen(invocation, file, open);
    }
    await stdout.flush();
    if (!rules.byName && files.every(({ fd }) => fd < 0)) return;
    await sys.sleep(Math.max(10, rules.seconds * 1000));
    await invocation.yield();
  }
}

function reopen(invocation: Invocation, file: Followed, open: (name: string) => Followed): void {
  const { sys } = invocation;
  const there: Stat | number = stat(sys, file.name);
  if (typeof there === "number") {
    if (file.fd < 0) return;
    invocation.warn(`${quote(file.name)} has become inaccessible: ${strerror(there)}`, 0);
    sys.close(file.fd);
    file.fd = -1;
    return;
  }
  if (file.fd >= 0 && there.ino === file.inode) return;
  const appeared = file.fd < 0;
  if (!appeared) sys.close(file.fd);
  Object.assign(file, open(file.name));
  const how = appeared ? "has appeared" : "has been replaced";
  if (file.fd >= 0) invocation.warn(`${quote(file.name)} ${how};  following new file`, 0);
}
