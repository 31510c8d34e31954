// For tests in Node: runs command lines of tools over a System, every element of a pipeline a task of its own, as the shell will.

import {
  AT_FDCWD,
  decode,
  ENOSYS,
  encode,
  Killed,
  newDirent,
  newStat,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  type System,
} from "@vibengine/system";
import { testSystem } from "@vibengine/system/testing";
import { BrokenPipe, binaryToBytes, bytesToBinary, Reader, Writer } from "../stdio.ts";
import type { ToolContext } from "../tool.ts";
import { tools as dataTools } from "./data/index.ts";
import { allTools } from "./index.ts";

const tools = allTools(async () => dataTools);

export interface Step {
  commands: string[][];
  stdin: string | null;
}

export interface Outcome {
  status: number;
  stdout: string;
  stderr: string;
}

/** A System whose fds 1 and 2 go to files that `run` reads back, with a stub in /usr/bin for every tool. */
export function toolSystem(diskSizeBytes = 8 << 20): System {
  return testSystem(diskSizeBytes, Object.keys(tools));
}

/** Runs an && list of pipelines. Strings in and out are binary: a character a byte. */
export async function runSteps(
  sys: System,
  steps: Step[],
  env: Map<string, string> = new Map([
    ["LANG", "C.UTF-8"],
    ["PATH", "/usr/bin:/bin"],
    ["TERM", "xterm"],
  ]),
): Promise<Outcome> {
  const out = openFile(sys, "/tmp/.stdout");
  const err = openFile(sys, "/tmp/.stderr");
  sys.dup2(out, 1);
  sys.dup2(err, 2);
  let status = 0;
  for (const step of steps) {
    status = await runPipeline(sys, step, env);
    if (status !== 0) break;
  }
  const outcome = { status, stdout: await readBack(sys, out), stderr: await readBack(sys, err) };
  sys.close(out);
  sys.close(err);
  return outcome;
}

/** One simple command; words as they are. */
export const run = (sys: System, ...argv: string[]): Promise<Outcome> =>
  runSteps(sys, [{ commands: [argv], stdin: null }]);

async function runPipeline(sys: System, { commands, stdin }: Step, env: Map<string, string>): Promise<number> {
  let input = stdin === null ? -1 : sys.open(AT_FDCWD, encode(stdin), O_RDONLY, 0);
  if (stdin !== null && input < 0) throw new Error(`cannot open ${stdin}`);
  const children: Promise<number>[] = [];
  for (let i = 0; i < commands.length; i++) {
    const ends: [number, number] = [-1, -1];
    if (i < commands.length - 1) sys.pipe(ends);
    const child = forkOf(sys);
    if (input >= 0) child.dup2(input, 0);
    if (ends[1] >= 0) child.dup2(ends[1], 1);
    for (const fd of [input, ...ends]) if (fd > 2) child.close(fd);
    for (const fd of [input, ends[1]]) if (fd >= 0) sys.close(fd);
    input = ends[0];
    children.push(runTool(sys, child, commands[i], env));
  }
  return (await Promise.all(children))[children.length - 1];
}

export function forkOf(sys: System): System {
  const child = sys.fork();
  if (typeof child === "number") throw new Error(`fork: ${child}`);
  return child;
}

const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Runs a tool in the slot `child`, and reaps it; its status. */
export async function runTool(
  parent: System,
  child: System,
  argv: string[],
  env: Map<string, string>,
): Promise<number> {
  const { pid } = child;
  const pause = async () => {
    await breathe();
    child.checkKilled();
  };
  const context: ToolContext = {
    sys: child,
    argv,
    env: new Map(env),
    stdin: new Reader(child, 0, pause),
    stdout: new Writer(child, 1),
    stderr: new Writer(child, 2),
    yield: pause,
    async run(words, slot = forkOf(child)) {
      return runTool(child, slot, words, context.env);
    },
    // No WebAssembly here.
    spawn: async () => -ENOSYS,
  };
  const name = argv[0].slice(argv[0].lastIndexOf("/") + 1);
  let status: number;
  try {
    status = await tools[name](context);
    await context.stdout.flush();
    await context.stderr.flush();
  } catch (error) {
    if (error instanceof BrokenPipe) status = 141;
    else if (error instanceof Killed) status = 128 + error.signal;
    else throw error;
  }
  child.exit(status);
  return parent.block(() => parent.wait(pid));
}

function openFile(sys: System, path: string): number {
  const fd = sys.open(AT_FDCWD, encode(path), O_RDWR | O_CREAT | O_TRUNC, 0o600);
  // Out of the way of the low fds that tools open.
  const high = sys.dup(fd, 20);
  sys.close(fd);
  return high;
}

async function readBack(sys: System, fd: number): Promise<string> {
  sys.lseek(fd, 0, 0);
  return bytesToBinary(await new Reader(sys, fd).readAll());
}

export interface TreeEntry {
  path: string;
  text?: string;
  base64?: string;
  mode?: number;
  time?: number;
  dir?: boolean;
  target?: string;
}

/** Makes the tree in the directory `root`, which becomes the working directory. */
export function makeTestTree(sys: System, root: string, tree: TreeEntry[]): void {
  sys.mkdir(AT_FDCWD, encode(root), 0o755);
  sys.chdir(encode(root));
  for (const { path, text, base64, dir, target } of tree) {
    if (dir) sys.mkdir(AT_FDCWD, encode(path), 0o755);
    else if (target !== undefined) sys.symlink(encode(target), AT_FDCWD, encode(path));
    else writeFile(sys, path, base64 === undefined ? encode(text!) : binaryToBytes(atob(base64)));
  }
  for (const { path, mode, time } of [...tree].reverse()) {
    if (mode !== undefined) sys.chmod(AT_FDCWD, encode(path), mode);
    sys.utimens(AT_FDCWD, encode(path), false, { sec: time!, nsec: 0 }, { sec: time!, nsec: 0 });
  }
}

export function writeFile(sys: System, path: string, data: Uint8Array): void {
  const fd = sys.open(AT_FDCWD, encode(path), O_WRONLY | O_CREAT | O_TRUNC, 0o644);
  for (let at = 0; at < data.length; ) {
    const count = sys.write(fd, data, at, data.length - at);
    if (count < 0) throw new Error(`write: ${count}`);
    at += count;
  }
  sys.close(fd);
}

/** Path → "mode links content" of everything below the working directory, as the recorder writes it. */
export async function snapshot(
  sys: System,
  directory = ".",
  found: Record<string, string> = {},
): Promise<Record<string, string>> {
  const fd = sys.open(AT_FDCWD, encode(directory), O_RDONLY | O_DIRECTORY, 0);
  const entry = newDirent();
  const stat = newStat();
  const names: string[] = [];
  for (let cookie = 0; sys.readdir(fd, cookie, entry) > 0; cookie = entry.cookie) names.push(decode(entry.name));
  sys.close(fd);
  for (const name of names) {
    if (name === "." || name === "..") continue;
    const path = directory === "." ? name : `${directory}/${name}`;
    sys.stat(AT_FDCWD, encode(path), false, stat);
    const mode = (stat.mode & 0o7777).toString(8);
    const nlink = stat.nlink;
    if ((stat.mode & S_IFMT) === S_IFDIR) {
      found[path] = `${mode} dir`;
      await snapshot(sys, path, found);
    } else if ((stat.mode & S_IFMT) === S_IFLNK) {
      const target = new Uint8Array(4096);
      found[path] = `link ${decode(target.subarray(0, sys.readlink(AT_FDCWD, encode(path), target)))}`;
    } else {
      const file = sys.open(AT_FDCWD, encode(path), O_RDONLY, 0);
      found[path] = `${mode} ${nlink} ${bytesToBinary(await new Reader(sys, file).readAll())}`;
      sys.close(file);
    }
  }
  return found;
}
