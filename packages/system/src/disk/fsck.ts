// fsck: is the disk consistent with itself? Reports in plain sentences, and mends what can be mended: leaks are freed, counts
// and indexes made anew, broken entries removed. Each mend is a transaction. To be called with the lock held; takes time in
// proportion to what is on the disk. Above all other layers of the disk.

import { S_IFDIR, S_IFLNK, S_IFMT } from "../constants.ts";
import type { Disk } from "./disk.ts";
import { BlockCheck, counted } from "./fsck-blocks.ts";
import { TreeCheck } from "./fsck-tree.ts";
import { I_MODE, I_NLINK, ROOT } from "./inodes.ts";

export interface FsckReport {
  /** What was found, a sentence each; empty for a healthy disk. */
  problems: string[];
  /** How many of the problems contradict each other's data, and how many only cost space. */
  errors: number;
  leaks: number;
  /** True when nothing is wrong any more: nothing was, or all of it was repaired. */
  isClean: boolean;
  directories: number;
  files: number;
  symlinks: number;
  /** Blocks that belong to something, and those that belonged to nothing. */
  usedBlocks: number;
  leakedBlocks: number;
  /** Inodes without a name or an opener. */
  leakedInodes: number;
}

/** What was found so far, and what was done about it. */
export class Findings {
  readonly problems: string[] = [];
  errors = 0;
  leaks = 0;
  hasMended = false;
  readonly #disk: Disk;
  readonly #repair: boolean;
  readonly #later: (() => void)[] = [];

  constructor(disk: Disk, repair: boolean) {
    this.#disk = disk;
    this.#repair = repair;
  }

  /** A contradiction, and how to resolve it. */
  error(sentence: string, mend: () => void): void {
    this.errors++;
    this.#note(sentence, mend);
  }

  /** Something that only costs space. */
  leak(sentence: string, mend: () => void): void {
    this.leaks++;
    this.#note(sentence, mend);
  }

  /** Puts a mend off until the bitmap can be trusted. */
  afterwards(mend: () => void): void {
    this.#later.push(mend);
  }

  /** What was put off. */
  catchUp(): void {
    for (const mend of this.#later.splice(0)) mend();
    this.#disk.journal.commit();
  }

  #note(sentence: string, mend: () => void): void {
    this.problems.push(sentence);
    if (!this.#repair) return;
    mend();
    this.#disk.journal.commit();
    this.hasMended = true;
  }
}

/** Mends so often at most: what is mended can bring to light what it hid, such as a directory that had no blocks. */
const ROUNDS = 5;

/** Checks a disk; with `repair`, mends it as well. The numbers in the report are those from before. */
export function fsck(disk: Disk, { repair }: { repair: boolean }): FsckReport {
  const report = look(disk, repair);
  if (!repair) return report;
  for (let round = 1; ; round++) {
    report.isClean = look(disk, false).isClean;
    if (report.isClean || round === ROUNDS) return report;
    const more = look(disk, true);
    report.problems.push(...more.problems);
    report.errors += more.errors;
    report.leaks += more.leaks;
  }
}

function look(disk: Disk, repair: boolean): FsckReport {
  disk.sync();
  const findings = new Findings(disk, repair);
  const blocks = new BlockCheck(disk, findings);
  blocks.checkInodes();
  blocks.checkUsed();
  findings.catchUp();
  const tree = new TreeCheck(disk, findings, (ino) => blocks.sizeOf(ino));
  if ((disk.inodes.get(ROOT, I_MODE) & S_IFMT) === S_IFDIR) tree.check();
  else findings.error("There is no root directory.", () => {});
  const counts = checkLinks(disk, tree, findings);
  const { used, leaked } = blocks.checkFree();
  return {
    problems: findings.problems,
    errors: findings.errors,
    leaks: findings.leaks,
    isClean: findings.problems.length === 0,
    directories: tree.directories,
    ...counts,
    usedBlocks: used,
    leakedBlocks: leaked,
  };
}

/** Holds the link counts against the names found; frees what has neither a name nor an opener. */
function checkLinks(
  disk: Disk,
  tree: TreeCheck,
  findings: Findings,
): { files: number; symlinks: number; leakedInodes: number } {
  const { inodes } = disk;
  let files = 0;
  let symlinks = 0;
  let leakedInodes = 0;
  for (let ino = ROOT; ino < tree.links.length; ino++) {
    const mode = inodes.get(ino, I_MODE);
    if (mode === 0 || tree.isIndex[ino]) continue;
    const names = tree.links[ino];
    const links = inodes.get(ino, I_NLINK);
    const type = mode & S_IFMT;
    if (names > 0) {
      if (type === S_IFLNK) symlinks++;
      else if (type !== S_IFDIR) files++;
      if (type !== S_IFDIR && links !== names) {
        findings.error(
          `Inode ${ino} has ${counted(links, "link", "links")} but ${counted(names, "name", "names")}.`,
          () => inodes.set(ino, I_NLINK, names),
        );
      }
    } else if (links !== 0) {
      leakedInodes++;
      findings.error(`Inode ${ino} has ${counted(links, "link", "links")} but no name.`, () => free(disk, ino, 0));
    } else if (inodes.openCount(ino) <= 0) {
      leakedInodes++;
      findings.leak(`Inode ${ino} has no name and nobody has it open.`, () => free(disk, ino, tree.indexOf(ino)));
    }
  }
  return { files, symlinks, leakedInodes };
}

function free(disk: Disk, ino: number, index: number): void {
  if (index !== 0) free(disk, index, 0);
  disk.content.map.cut(ino, 0);
  disk.inodes.free(ino);
}
