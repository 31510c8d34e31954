// Are the tables beside the disk consistent with each other? fds, open files, pipes and open counts: what a journal does not
// protect. Read with the lock held.

import { OPEN_FILES, PIPE_WORDS, PIPES } from "../../packages/system/src/disk/layout.ts";
import type { Machine } from "../../packages/system/src/index.ts";
import { KIND_PIPE } from "../../packages/system/src/io/open-files.ts";
import { P_CWD, P_FD_END, P_PID, P_STATE, RUNNING } from "../../packages/system/src/io/slots.ts";

const CLOEXEC_BIT = 1 << 30;
const OPEN_FILE_WORDS = 8;
const O_WRONLY = 1;
const VIRTUAL = 1 << 30;

export function tableProblems(machine: Machine): string[] {
  const { disk, slots, files } = machine;
  const { words } = disk.memory;
  const problems: string[] = [];
  const references = new Map<number, number>();
  const openers = new Map<number, number>();
  const ends = new Map<string, number>();
  const count = <K>(map: Map<K, number>, key: K) => map.set(key, (map.get(key) ?? 0) + 1);

  for (const slot of slots.live()) {
    if (slots.get(slot, P_STATE) !== RUNNING) continue;
    count(openers, slots.get(slot, P_CWD));
    const table = slots.fdWord(slot);
    for (let fd = 0; fd < slots.get(slot, P_FD_END); fd++) {
      if (words[table + fd] !== 0) count(references, (words[table + fd] & ~CLOEXEC_BIT) - 1);
    }
    if (slots.get(slot, P_PID) <= 0) problems.push(`slot ${slot} runs without a pid`);
  }
  for (let file = 0; file < OPEN_FILES; file++) {
    const has = words[disk.layout.openFileWord + file * OPEN_FILE_WORDS];
    const wants = references.get(file) ?? 0;
    if (has !== wants) problems.push(`open file ${file} counts ${has} references, fds have ${wants}`);
    if (has <= 0) continue;
    if (files.kind(file) === KIND_PIPE) {
      count(ends, `${files.object(file)} ${(files.flags(file) & 3) === O_WRONLY ? "writers" : "readers"}`);
    } else count(openers, files.object(file));
  }
  for (let pipe = 0; pipe < PIPES; pipe++) {
    for (const [side, name] of ["readers", "writers"].entries()) {
      const has = words[disk.layout.pipeWord + pipe * PIPE_WORDS + side];
      const wants = ends.get(`${pipe} ${name}`) ?? 0;
      if (has !== wants) problems.push(`pipe ${pipe} counts ${has} ${name}, open files have ${wants}`);
    }
  }
  for (let ino = 0; ino < disk.inodes.end; ino++) {
    const has = disk.inodes.openCount(ino);
    const wants = openers.get(ino) ?? 0;
    if (has !== wants && ino < VIRTUAL) problems.push(`inode ${ino} counts ${has} openers, there are ${wants}`);
  }
  return problems;
}
