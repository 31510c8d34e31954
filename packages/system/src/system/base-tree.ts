// The tree a new sandbox starts with: the usual directories, devices, accounts, and a stub for every program of the shell.

import { AT_FDCWD, O_CREAT, O_WRONLY } from "../constants.ts";
import { TTYS } from "../disk/layout.ts";
import {
  DEVICE_FD,
  DEVICE_FULL,
  DEVICE_NULL,
  DEVICE_PTS,
  DEVICE_RANDOM,
  DEVICE_TTY,
  DEVICE_ZERO,
} from "../io/devices.ts";
import { encode } from "../text.ts";
import type { System } from "./system.ts";

const DIRECTORIES = [
  "dev",
  "dev/pts",
  "etc",
  "home",
  "opt",
  "proc",
  "root",
  "run",
  "srv",
  "tmp",
  "usr",
  "usr/bin",
  "usr/lib",
  "usr/local",
  "usr/local/bin",
  "usr/sbin",
  "usr/share",
  "usr/local/sbin",
  "var",
  "var/tmp",
  "var/log",
  "home/user",
];
const LINKS = [
  ["bin", "usr/bin"],
  ["sbin", "usr/sbin"],
  ["lib", "usr/lib"],
  ["dev/fd", "/proc/self/fd"],
];
const DEVICES: [string, number][] = [
  ["null", DEVICE_NULL],
  ["zero", DEVICE_ZERO],
  ["full", DEVICE_FULL],
  ["random", DEVICE_RANDOM],
  ["urandom", DEVICE_RANDOM],
  ["tty", DEVICE_TTY],
  ["stdin", DEVICE_FD],
  ["stdout", DEVICE_FD + 1],
  ["stderr", DEVICE_FD + 2],
];
const FILES = [
  ["etc/passwd", "root:x:0:0:root:/root:/bin/bash\nuser:x:1000:1000:user:/home/user:/bin/bash\n"],
  ["etc/group", "root:x:0:\nuser:x:1000:\n"],
  ["etc/hostname", "vibengine\n"],
  ["etc/hosts", "127.0.0.1\tlocalhost\n"],
  ["etc/os-release", 'NAME="vibengine"\nID=vibengine\nPRETTY_NAME="vibengine"\n'],
];

/** uid and gid of `user`. */
export const USER_ID = 1000;

const STUB_MAGIC = "\x7fvibe\0";

/** Programs of packs that every sandbox has; the packs themselves are loaded when one of these first runs. */
const PACKED = { python: ["python3", "python", "python3.15", "pip", "pip3"] };

/** Makes the tree. `system` is the kernel's, at the root directory; `programs` are the shell's, by name. */
export function makeTree(system: System, programs: readonly string[]): void {
  const umask = system.umask(0);
  for (const path of DIRECTORIES) system.mkdir(AT_FDCWD, encode(path), 0o755);
  for (const [name, target] of LINKS) system.symlink(encode(target), AT_FDCWD, encode(name));
  for (const [name, device] of DEVICES) system.mknod(AT_FDCWD, encode(`dev/${name}`), 0o666, device);
  for (let tty = 0; tty < TTYS; tty++) system.mknod(AT_FDCWD, encode(`dev/pts/${tty}`), 0o620, DEVICE_PTS + tty);
  for (const [path, text] of FILES) writeFile(system, path, text, 0o644);
  for (const program of programs) writeFile(system, `usr/bin/${program}`, stubFor("shell", program), 0o755);
  for (const [pack, names] of Object.entries(PACKED)) {
    for (const name of names) writeFile(system, `usr/bin/${name}`, stubFor(pack, name), 0o755);
  }
  for (const path of ["tmp", "var/tmp"]) system.chmod(AT_FDCWD, encode(path), 0o1777);
  system.chmod(AT_FDCWD, encode("root"), 0o700);
  system.chown(AT_FDCWD, encode("home/user"), USER_ID, USER_ID, false);
  system.umask(umask);
}

/** The content of the file that stands for a program of a pack. */
export function stubFor(pack: string, program: string): string {
  return `${STUB_MAGIC}${pack}\0${program}\n`;
}

/** The pack and program that a file's first bytes name, or null when it is no stub. */
export function parseStub(head: Uint8Array): { pack: string; program: string } | null {
  let text = "";
  for (let i = 0; i < head.length && head[i] !== 0x0a; i++) text += String.fromCharCode(head[i]);
  if (!text.startsWith(STUB_MAGIC)) return null;
  const [pack, program] = text.slice(STUB_MAGIC.length).split("\0");
  return pack && program ? { pack, program } : null;
}

function writeFile(system: System, path: string, text: string, mode: number): void {
  const fd = system.open(AT_FDCWD, encode(path), O_CREAT | O_WRONLY, mode);
  const bytes = encode(text);
  system.write(fd, bytes, 0, bytes.length);
  system.close(fd);
}
