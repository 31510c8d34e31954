// install: copies files and sets their modes, and makes directories.

import { AT_FDCWD, encode, O_CLOEXEC, O_CREAT, O_EXCL, O_RDONLY, O_WRONLY, strerror } from "@vibengine/system";
import { readAccounts } from "./accounts.ts";
import { define, Failure, type Invocation, UsageError } from "./define.ts";
import { baseName, copyBytes, dirName, isDir, join, sameFile, stat } from "./files.ts";
import { parseMode } from "./mode.ts";
import { quote, quotePlain } from "./quote.ts";

export const install = define(
  {
    name: "install",
    usage:
      "[OPTION]... [-T] SOURCE DEST\n[OPTION]... SOURCE... DIRECTORY\n[OPTION]... -t DIRECTORY SOURCE...\n[OPTION]... -d DIRECTORY...",
    help: `Copy files while setting attributes.

  -b, --backup                make a backup of each existing destination file (~)
  -c                          (ignored)
  -C, --compare               don't modify the destination if it is the same already
  -d, --directory             treat all arguments as directory names; create all components of them
  -D                          create all leading components of DEST
  -g, --group=GROUP           set group ownership
  -m, --mode=MODE             set permission mode, instead of rwxr-xr-x
  -o, --owner=OWNER           set ownership
  -p, --preserve-timestamps   apply access and modification times of SOURCE files
  -s, --strip                 (ignored)
  -S, --suffix=SUFFIX         override the usual backup suffix
  -t, --target-directory=DIR  copy all SOURCE arguments into DIR
  -T, --no-target-directory   treat DEST as a normal file
  -v, --verbose               print the name of each created file or directory`,
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    const text = options.value("m") ?? "755";
    const change = parseMode(text);
    if (!change) throw new Failure(`invalid mode ${quotePlain(text)}`);
    const mode = change(0, false, 0);
    if (options.has("d")) {
      if (operands.length === 0) throw new UsageError("missing file operand");
      for (const path of operands) {
        if (await makeAll(invocation, path)) {
          sys.chmod(AT_FDCWD, encode(path), change(0, true, 0));
          own(invocation, path);
        }
      }
      return;
    }
    let directory = options.value("t");
    if (operands.length === 0) throw new UsageError("missing file operand");
    if (directory === undefined && operands.length === 1)
      throw new UsageError(`missing destination file operand after ${quote(operands[0])}`);
    if (directory === undefined && !options.has("T")) {
      const last = operands[operands.length - 1];
      if (isDir(stat(sys, last)) || operands.length > 2) {
        if (!isDir(stat(sys, last)))
          throw new Failure(`target ${quote(last)}: ${strerror(Number(stat(sys, last)) || 0)}`);
        directory = operands.pop();
      }
    }
    if (directory !== undefined && options.has("D")) await makeAll(invocation, directory);
    const pairs =
      directory !== undefined
        ? operands.map((name): [string, string] => [name, join(directory, baseName(name))])
        : [[operands[0], operands[1]] as [string, string]];
    if (directory === undefined && operands.length > 2) throw new UsageError(`extra operand ${quote(operands[2])}`);
    for (const [from, to] of pairs) {
      if (options.has("D") && directory === undefined && dirName(to) !== ".") await makeAll(invocation, dirName(to));
      await copy(invocation, from, to, mode);
    }
    await stdout.flush();
  },
);

async function makeAll({ options, sys, stdout, warn }: Invocation, path: string): Promise<boolean> {
  const parts = path.split("/");
  for (let i = 1; i <= parts.length; i++) {
    const part = parts.slice(0, i).join("/");
    if (part === "" || isDir(stat(sys, part))) continue;
    const result = sys.mkdir(AT_FDCWD, encode(part), 0o755);
    if (result < 0) {
      warn(`cannot create directory ${quote(part)}: ${strerror(result)}`);
      return false;
    }
    if (options.has("v")) await stdout.write(`install: creating directory ${quote(part)}\n`);
  }
  return true;
}

function own({ options, sys, warn }: Invocation, path: string): void {
  const [owner, group] = [options.value("o"), options.value("g")];
  if (owner === undefined && group === undefined) return;
  const accounts = readAccounts(sys);
  const uid = owner === undefined ? -1 : accounts.uidOf(owner);
  const gid = group === undefined ? -1 : accounts.gidOf(group);
  if (owner !== undefined && uid < 0) throw new Failure(`invalid user: ${quotePlain(owner)}`);
  if (group !== undefined && gid < 0) throw new Failure(`invalid group: ${quotePlain(group)}`);
  const result = sys.chown(AT_FDCWD, encode(path), uid, gid, true);
  if (result < 0) warn(`cannot change ownership of ${quote(path)}: ${strerror(result)}`);
}

async function copy(invocation: Invocation, from: string, to: string, mode: number): Promise<void> {
  const { options, sys, stdout, warn } = invocation;
  const source = stat(sys, from);
  if (typeof source === "number") return warn(`cannot stat ${quote(from)}: ${strerror(source)}`);
  if (isDir(source)) return warn(`omitting directory ${quote(from)}`);
  const target = stat(sys, to);
  if (typeof target !== "number" && sameFile(source, target))
    return warn(`${quote(from)} and ${quote(to)} are the same file`);
  if (isDir(target)) return warn(`cannot overwrite directory ${quote(to)} with non-directory`);
  const input = sys.open(AT_FDCWD, encode(from), O_RDONLY | O_CLOEXEC, 0);
  if (input < 0) return warn(`cannot open ${quote(from)} for reading: ${strerror(input)}`);
  let backup = "";
  if (typeof stat(sys, to, false) !== "number") {
    if (options.has("b") || options.has("S")) {
      backup = to + (options.value("S") ?? "~");
      sys.rename(AT_FDCWD, encode(to), AT_FDCWD, encode(backup));
    } else sys.unlink(AT_FDCWD, encode(to));
  }
  const output = sys.open(AT_FDCWD, encode(to), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600);
  if (output < 0) {
    sys.close(input);
    return warn(`cannot create regular file ${quote(to)}: ${strerror(output)}`);
  }
  const { result } = await copyBytes(sys, input, output, () => invocation.yield());
  sys.close(input);
  sys.close(output);
  if (result < 0) return warn(`error writing ${quote(to)}: ${strerror(result)}`);
  if (options.has("p")) {
    const times = [source.atimeSec, source.atimeNsec, source.mtimeSec, source.mtimeNsec];
    sys.utimens(AT_FDCWD, encode(to), true, { sec: times[0], nsec: times[1] }, { sec: times[2], nsec: times[3] });
  }
  own(invocation, to);
  sys.chmod(AT_FDCWD, encode(to), mode);
  if (options.has("v"))
    await stdout.write(`${quote(from)} -> ${quote(to)}${backup ? ` (backup: ${quote(backup)})` : ""}\n`);
}
