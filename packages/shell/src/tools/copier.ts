// Copying trees for cp and mv: files, directories and links with what is to be kept of them, and the rules of overwriting.

import {
  AT_FDCWD,
  encode,
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  S_IFIFO,
  S_IFMT,
  S_IFREG,
  type Stat,
  strerror,
} from "@vibengine/system";
import type { Invocation } from "./define.ts";
import { copyBytes, isDir, isLink, join, list, readLink, realPath, sameFile, stat } from "./files.ts";
import { quote } from "./quote.ts";

export interface Rules {
  recursive: boolean;
  follow: "all" | "given" | "none";
  keepMode: boolean;
  keepOwner: boolean;
  keepTimes: boolean;
  keepLinks: boolean;
  asLink?: "l" | "s";
}

export class Copier {
  failed = false;
  #invocation: Invocation;
  #rules: Rules;
  /** Where each inode with several links went, and what this run has written. */
  #copied = new Map<number, string>();
  #written = new Map<string, number>();

  constructor(invocation: Invocation, rules: Rules) {
    this.#invocation = invocation;
    this.#rules = rules;
  }

  #warn(text: string): void {
    this.failed = true;
    this.#invocation.warn(text);
  }

  async copy(source: string, target: string, given: boolean): Promise<void> {
    const { sys, options, stdout } = this.#invocation;
    const rules = this.#rules;
    const follow = rules.follow === "all" || (given && rules.follow === "given");
    const from = stat(sys, source, follow);
    if (typeof from === "number") return this.#warn(`cannot stat ${quote(source)}: ${strerror(from)}`);
    if (isDir(from) && !rules.recursive) return this.#warn(`-r not specified; omitting directory ${quote(source)}`);
    let to = stat(sys, target, false);
    if (typeof to !== "number" && isLink(to) && !isLink(from)) {
      const there = stat(sys, target);
      if (typeof there === "number" && !isDir(from) && !options.has("f") && !options.has("remove-destination")) {
        return this.#warn(`not writing through dangling symlink ${quote(target)}`);
      }
      if (typeof there !== "number") to = there;
    }
    if (typeof to !== "number") {
      if (sameFile(from, to) && !options.has("remove-destination") && !(rules.asLink === "l"))
        return this.#warn(`${quote(source)} and ${quote(target)} are the same file`);
      if (isDir(from) && !isDir(to))
        return this.#warn(`cannot overwrite non-directory ${quote(target)} with directory ${quote(source)}`);
      if (!isDir(from) && isDir(to))
        return this.#warn(`cannot overwrite directory ${quote(target)} with non-directory`);
      if (!isDir(from)) {
        const earlier = this.#written.get(target);
        if (earlier === from.ino)
          return this.#invocation.warn(`warning: source file ${quote(source)} specified more than once`, 0);
        if (earlier !== undefined)
          return this.#warn(`will not overwrite just-created ${quote(target)} with ${quote(source)}`);
        if (!(await mayReplace(this.#invocation, from, to, target))) return;
      }
    }
    if (isDir(from)) return this.#directory(source, target, from, typeof to !== "number");
    if (from.nlink > 1 && rules.keepLinks) {
      const earlier = this.#copied.get(from.ino);
      if (earlier !== undefined) {
        if (typeof to !== "number") sys.unlink(AT_FDCWD, encode(target));
        const result = sys.link(AT_FDCWD, encode(earlier), AT_FDCWD, encode(target), false);
        if (result < 0)
          this.#warn(`cannot create hard link ${quote(target)} to ${quote(earlier)}: ${strerror(result)}`);
        return;
      }
      this.#copied.set(from.ino, target);
    }
    const ok = await this.#file(source, target, from, typeof to === "number" ? null : to);
    if (!ok) return;
    this.#written.set(target, from.ino);
    if (options.has("v")) await stdout.write(`${quote(source)} -> ${quote(target)}\n`);
  }

  async #directory(source: string, target: string, from: Stat, there: boolean): Promise<void> {
    const { sys, options, stdout } = this.#invocation;
    await this.#invocation.yield();
    const [inside, outside] = [realPath(sys, target, "any"), realPath(sys, source, "none")];
    if (typeof inside === "string" && typeof outside === "string" && join(inside, "").startsWith(join(outside, ""))) {
      // The first level of such a copy is made by GNU; the message is the same.
      return this.#warn(`cannot copy a directory, ${quote(source)}, into itself, ${quote(target)}`);
    }
    if (!there) {
      const result = sys.mkdir(AT_FDCWD, encode(target), (from.mode & 0o7777) | 0o700);
      if (result < 0) return this.#warn(`cannot create directory ${quote(target)}: ${strerror(result)}`);
      if (options.has("v")) await stdout.write(`${quote(source)} -> ${quote(target)}\n`);
    }
    const names = list(sys, source);
    if (typeof names === "number") this.#warn(`cannot access ${quote(source)}: ${strerror(names)}`);
    else for (const name of names) await this.copy(join(source, name), join(target, name), false);
    if (!there && !this.#rules.keepMode) {
      const umask = sys.umask(0);
      sys.umask(umask);
      sys.chmod(AT_FDCWD, encode(target), from.mode & 0o777 & ~umask);
    }
    this.#preserve(target, from, true);
  }

  async #file(source: string, target: string, from: Stat, to: Stat | null): Promise<boolean> {
    const { sys, options } = this.#invocation;
    const rules = this.#rules;
    const fail = (text: string) => {
      this.#warn(text);
      return false;
    };
    const path = encode(target);
    if (to && (options.has("remove-destination") || isLink(from) || rules.asLink)) {
      if (rules.asLink && !options.has("f") && !options.has("remove-destination")) {
        return fail(
          `cannot create ${rules.asLink === "l" ? "hard" : "symbolic"} link ${quote(target)}${rules.asLink === "l" ? ` to ${quote(source)}` : ` to ${quote(source)}`}: File exists`,
        );
      }
      sys.unlink(AT_FDCWD, path);
    }
    if (rules.asLink === "l") {
      const result = sys.link(AT_FDCWD, encode(source), AT_FDCWD, path, rules.follow === "all");
      return result < 0
        ? fail(`cannot create hard link ${quote(target)} to ${quote(source)}: ${strerror(result)}`)
        : true;
    }
    if (rules.asLink === "s" || isLink(from)) {
      const to = isLink(from) ? readLink(sys, source) : source;
      if (typeof to === "number") return fail(`cannot read symbolic link ${quote(source)}: ${strerror(to)}`);
      const result = sys.symlink(encode(to), AT_FDCWD, path);
      if (result < 0) return fail(`cannot create symbolic link ${quote(target)}: ${strerror(result)}`);
      if (rules.keepTimes)
        sys.utimens(
          AT_FDCWD,
          path,
          false,
          { sec: from.atimeSec, nsec: from.atimeNsec },
          { sec: from.mtimeSec, nsec: from.mtimeNsec },
        );
      return true;
    }
    if ((from.mode & S_IFMT) !== S_IFREG && (from.mode & S_IFMT) !== S_IFIFO && rules.recursive) return true;
    const input = sys.open(AT_FDCWD, encode(source), O_RDONLY | O_CLOEXEC, 0);
    if (input < 0) return fail(`cannot open ${quote(source)} for reading: ${strerror(input)}`);
    const mode = from.mode & 0o777;
    let output = sys.open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (output < 0 && to && options.has("f")) {
      sys.unlink(AT_FDCWD, path);
      output = sys.open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    }
    if (output < 0) {
      sys.close(input);
      return fail(`cannot create regular file ${quote(target)}: ${strerror(output)}`);
    }
    const { result, side } = await copyBytes(sys, input, output, () => this.#invocation.yield());
    sys.close(input);
    sys.close(output);
    if (result < 0)
      return fail(
        side === "read"
          ? `error reading ${quote(source)}: ${strerror(result)}`
          : `error writing ${quote(target)}: ${strerror(result)}`,
      );
    this.#preserve(target, from, to === null);
    return true;
  }

  #preserve(target: string, from: Stat, _made: boolean): void {
    const { sys } = this.#invocation;
    const path = encode(target);
    // Ownership may be refused; cp -p then goes on without, as GNU's does for those who are not root.
    if (this.#rules.keepOwner) sys.chown(AT_FDCWD, path, from.uid, from.gid, true);
    if (this.#rules.keepMode) sys.chmod(AT_FDCWD, path, from.mode & 0o7777);
    if (this.#rules.keepTimes)
      sys.utimens(
        AT_FDCWD,
        path,
        true,
        { sec: from.atimeSec, nsec: from.atimeNsec },
        { sec: from.mtimeSec, nsec: from.mtimeNsec },
      );
  }
}

/** -n, -i, -u and -b: false when the target is to stay. */
export async function mayReplace(invocation: Invocation, from: Stat, to: Stat, target: string): Promise<boolean> {
  const { options, sys, stdin, stderr, name } = invocation;
  const last = options.last("n", "i", "f");
  if (last === "n") return false;
  if (options.has("u") && (to.mtimeSec - from.mtimeSec || to.mtimeNsec - from.mtimeNsec) >= 0) return false;
  if (last === "i") {
    await stderr.write(`${name}: overwrite ${quote(target)}? `);
    const line = await stdin.lines();
    if (!line || (line[0] | 32) !== 121) return false;
    const end = line.indexOf(10);
    if (end >= 0) stdin.unread(line.length - end - 1);
  }
  if (options.has("b") || options.has("S")) {
    sys.rename(AT_FDCWD, encode(target), AT_FDCWD, encode(target + (options.value("S") ?? "~")));
  }
  return true;
}
