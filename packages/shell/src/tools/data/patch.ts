// patch: applies differences to files, with hunks found again where lines have moved (offsets) or their context has changed (fuzz).

import { AT_FDCWD, ENOENT, encode, strerror } from "@vibengine/system";
import { binaryToText, bytesToBinary } from "../../stdio.ts";
import { closeInput, define, Failure, type Invocation, openInput } from "../define.ts";
import { dirName, makeParents, stat } from "../files.ts";
import { quoteIfNeeded, quotePlain } from "../quote.ts";
import { backupName, chooseFile, isNone, reject, writeWhole } from "./patch-files.ts";
import { applies, flip, locate } from "./patch-hunks.ts";
import { type FilePatch, PatchError, parsePatch } from "./patch-parse.ts";

export const patch = define(
  {
    name: "patch",
    usage: "[OPTION]... [ORIGFILE [PATCHFILE]]",
    failure: 2,
    help: `Apply a diff file to an original.

  -p NUM, --strip=NUM       strip NUM leading components from file names
  -F LINES, --fuzz=LINES    set the fuzz factor to LINES for inexact matching (2)
  -l, --ignore-whitespace   ignore white space changes between patch and input
  -c, --context             (the kind of patch is seen)
  -n, --normal              (the kind of patch is seen)
  -u, --unified             (the kind of patch is seen)
  -N, --forward             ignore patches that appear to be reversed or already applied
  -R, --reverse             assume patches were created with old and new files swapped
  -i, --input=PATCHFILE     read patch from PATCHFILE instead of stdin
  -o, --output=FILE         output patched files to FILE
  -r, --reject-file=FILE    output rejects to FILE
  -E, --remove-empty-files  remove output files that are empty after patching
  -Z, --set-utc             (ignored)
  -T, --set-time            (ignored)
      --quoting-style=WORD  (ignored)
  -b, --backup              back up the original contents of each file
      --backup-if-mismatch  back up if the patch does not match exactly
      --no-backup-if-mismatch  back up mismatches only if otherwise requested
  -V STYLE, --version-control=STYLE  (ignored)
  -B, --prefix=PREFIX       prepend PREFIX to backup file names
  -z, --suffix=SUFFIX       append SUFFIX to backup file names
  -t, --batch               ask no questions; skip bad-Prereq patches; assume reversed
  -f, --force               like -t, but ignore bad-Prereq patches, and assume unreversed
  -s, --quiet, --silent     work silently unless an error occurs
      --verbose             output extra information about the work being done
      --dry-run             do not actually change any files; just print what would happen
      --posix               (ignored)
      --binary              (ignored)
      --merge               (ignored)
      --reject-format=FORMAT  (ignored)
      --read-only=BEHAVIOR  (ignored)
      --follow-symlinks     (ignored)
  -d, --directory=DIR       change the working directory to DIR first`,
    hint: "patch: Try 'patch --help' for more information.",
  },
  async (invocation) => {
    const { options, operands, sys } = invocation;
    const directory = options.value("d");
    if (directory !== undefined) {
      const result = sys.chdir(encode(directory));
      if (result < 0)
        throw new Failure(`**** Can't change to directory ${quoteIfNeeded(directory)} : ${strerror(result)}`);
    }
    const [target, second] = operands;
    const source = options.value("i") ?? second ?? "-";
    const reader = openInput(invocation, source, (name) => `**** Can't open patch file ${quoteIfNeeded(name)} `);
    if (!reader) return 2;
    const text = bytesToBinary(await reader.readAll());
    closeInput(invocation, reader);
    let patches: FilePatch[];
    try {
      patches = parsePatch(text);
    } catch (error) {
      if (error instanceof PatchError) throw new Failure(`**** ${error.message}`);
      throw error;
    }
    if (patches.length === 0) {
      if (text === "") return 0;
      throw new Failure("**** Only garbage was found in the patch input.");
    }
    let status = 0;
    for (const one of patches) {
      await invocation.yield();
      status = Math.max(status, await applyToFile(invocation, one, target));
    }
    return status;
  },
);

async function applyToFile(invocation: Invocation, patch: FilePatch, given: string | undefined): Promise<number> {
  const { options, sys, stdout } = invocation;
  const quiet = options.has("s");
  const dry = options.has("dry-run");
  let reverse = options.has("R");
  if (patch.renameFrom !== null && patch.renameTo !== null && given === undefined)
    return rename(invocation, patch, reverse);
  const name = given ?? chooseFile(invocation, patch, reverse);
  if (name === null) {
    await stdout.write(
      `can't find file to patch at input line ${patch.at + (patch.kind === "normal" ? 0 : 2)}\n` +
        (options.has("p")
          ? "Perhaps you used the wrong -p or --strip option?\n"
          : "Perhaps you should have used the -p or --strip option?\n") +
        `The text leading up to this was:\n--------------------------\n${binaryToText(patch.leading.map((line) => `|${line}`).join(""))}--------------------------\n` +
        (options.has("f") || options.has("t") ? "" : "File to patch: \n") +
        `Skip this patch? [y] \nSkipping patch.\n${patch.hunks.length} out of ${patch.hunks.length} hunk${patch.hunks.length === 1 ? "" : "s"} ignored\n`,
    );
    return 1;
  }
  const shown = quoteIfNeeded(name);
  const output = options.value("o");
  const found = stat(sys, name);
  if (typeof found === "number" && found !== -ENOENT)
    throw new Failure(`**** Can't open file ${shown} : ${strerror(found)}`);
  let lines: string[] = [];
  if (typeof found !== "number") {
    const reader = openInput(invocation, name);
    if (!reader) return 2;
    lines = bytesToBinary(await reader.readAll()).split(/(?<=\n)/);
    if (lines[0] === "") lines.pop();
    closeInput(invocation, reader);
  }
  const toStdout = output === "-";
  const say = (text: string) => (toStdout ? invocation.stderr.write(text) : stdout.write(text));
  if (!quiet)
    await say(
      `${dry ? "checking" : "patching"} file ${output !== undefined && !toStdout ? `${quoteIfNeeded(output)} (read from ${shown})` : toStdout ? `- (read from ${shown})` : shown}\n`,
    );
  const fuzz = Number(options.value("F") ?? 2);
  const loose = options.has("l");
  let hunks = reverse ? patch.hunks.map(flip) : patch.hunks;
  const all = hunks.map((_, i) => i);
  const ignoreAll = () => reject(invocation, patch, name, hunks, all, say, "ignored");
  if (hunks.length > 0) {
    const turned = hunks.map(flip);
    const creation = hunks[0].lines.every((line) => line[0] === "+");
    // Turned round is tried before more fuzz is.
    let reversed = false;
    for (let used = 0; used <= fuzz && !reversed && !applies(lines, hunks[0], used, loose); used++)
      reversed = applies(lines, turned[0], used, loose);
    if (reversed && (!creation || lines.length > 0)) {
      const what =
        creation && typeof found !== "number"
          ? `The next patch would create the file ${shown},\nwhich already exists!`
          : reverse
            ? "Unreversed patch detected!"
            : "Reversed (or previously applied) patch detected!";
      if (options.has("N") || (creation && typeof found !== "number" && (options.has("t") || options.has("N")))) {
        await say(`${what}  Skipping patch.\n`);
        await ignoreAll();
        return 1;
      }
      if (options.has("t")) {
        await say(`${what}  ${reverse ? "Ignoring -R." : "Assuming -R."}\n`);
        reverse = !reverse;
        hunks = turned;
      } else if (!options.has("f")) {
        await say(`${what}  ${reverse ? "Ignore -R?" : "Assume -R?"} [n] \nApply anyway? [n] \nSkipping patch.\n`);
        await ignoreAll();
        return 1;
      }
    }
  }
  const result: string[] = [];
  let taken = 0;
  let offset = 0;
  let added = 0;
  const failed: number[] = [];
  let inexact = false;
  for (const [i, hunk] of hunks.entries()) {
    const place = locate(lines, hunk, fuzz, loose, offset, taken);
    const number = `Hunk #${i + 1}`;
    if (!place) {
      failed.push(i);
      await say(`${number} FAILED at ${hunk.oldStart + added}.\n`);
      continue;
    }
    const { at, fuzz: used, lead, trail } = place;
    const old = hunk.lines.filter((line) => line[0] !== "+");
    const moved = at - lead - (hunk.oldStart === 0 || old.length === 0 ? hunk.oldStart : hunk.oldStart - 1);
    if (used > 0) inexact = true;
    if ((used > 0 || moved !== 0) && !quiet) {
      const shift = moved === 0 ? "" : ` (offset ${moved} line${Math.abs(moved) === 1 ? "" : "s"})`;
      const with_ = used > 0 ? ` with fuzz ${used}` : "";
      await say(`${number} succeeded at ${Math.max(1, hunk.oldStart) + moved + added}${with_}${shift}.\n`);
    }
    if (moved !== 0) inexact = true;
    offset = moved;
    for (; taken < at; taken++) result.push(lines[taken]);
    let position = at;
    const kept = hunk.lines.slice(lead, hunk.lines.length - trail);
    for (const line of kept) {
      if (line[0] === " ") result.push(lines[position++]);
      else if (line[0] === "-") position++;
      else {
        // A line that had no newline at the end of the old file needs one now.
        if (result.length > 0 && !result[result.length - 1].endsWith("\n")) result[result.length - 1] += "\n";
        result.push(line.slice(1));
      }
    }
    taken = position;
    added += kept.filter((line) => line[0] === "+").length - kept.filter((line) => line[0] === "-").length;
  }
  for (; taken < lines.length; taken++) result.push(lines[taken]);
  const mismatch = (inexact || failed.length > 0) && !options.has("no-backup-if-mismatch") && !options.has("posix");
  if (!dry && (options.has("b") || mismatch) && output === undefined && typeof found !== "number")
    writeWhole(sys, backupName(invocation, name), lines.join(""), found.mode & 0o777);
  if (failed.length < hunks.length || output !== undefined) {
    const removes = reverse ? isNone(patch.oldName, patch.oldTime) : isNone(patch.newName, patch.newTime);
    if (!dry) {
      const text = result.join("");
      if (toStdout) await stdout.writeBinary(text);
      else if (text === "" && (removes || options.has("E")) && output === undefined) {
        sys.unlink(AT_FDCWD, encode(name));
        for (let parent = dirName(name); parent !== "." && parent !== "/"; parent = dirName(parent))
          if (sys.rmdir(AT_FDCWD, encode(parent)) < 0) break;
      } else {
        const path = output ?? name;
        makeParents(sys, path);
        const mode = patch.newMode ?? (typeof found === "number" ? 0o666 : found.mode & 0o777);
        const result = writeWhole(sys, path, text, mode);
        if (result < 0) throw new Failure(`**** Can't create file ${quotePlain(path)} : ${strerror(result)}`);
        if (patch.newMode !== null || typeof found !== "number") sys.chmod(AT_FDCWD, encode(path), mode);
        if (removes && text !== "" && !reverse) await say(`Not deleting file ${shown} as content differs from patch\n`);
      }
    }
  }
  if (failed.length > 0) {
    await reject(invocation, patch, name, hunks, failed, say, "FAILED");
    return 1;
  }
  return 0;
}

async function rename(invocation: Invocation, patch: FilePatch, reverse: boolean): Promise<number> {
  const { sys, stdout, options } = invocation;
  const [from, to] = reverse ? [patch.renameTo!, patch.renameFrom!] : [patch.renameFrom!, patch.renameTo!];
  await stdout.write(`patching file ${quoteIfNeeded(to)} (renamed from ${quoteIfNeeded(from)})\n`);
  if (options.has("dry-run")) return 0;
  makeParents(sys, to);
  const result = sys.rename(AT_FDCWD, encode(from), AT_FDCWD, encode(to));
  if (result < 0) throw new Failure(`**** Can't rename file ${from} to ${to} : ${strerror(result)}`);
  if (patch.hunks.length === 0) return 0;
  return applyToFile(invocation, { ...patch, renameFrom: null, renameTo: null }, to);
}
