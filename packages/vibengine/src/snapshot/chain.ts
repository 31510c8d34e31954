// Which blocks a save writes, and which segments of the chain it leaves behind: the changed blocks, and what is still alive in
// segments that are mostly dead or too many. Knows nothing of disks or storage.

import { blockCount, type Segment } from "./manifest.ts";

/** The chain holds at most this many times the blocks in use, and a few more, so that small disks are not written anew each time. */
const DEAD_WEIGHT = 1.5;
const ALLOWANCE_BLOCKS = 64;
/**
 * A chain of more segments than this has its smallest ones joined: so many at least, and larger ones as long as each is no larger
 * than those before it together. Of a file that grows and grows each block is written about four times in 20,000 saves so.
 */
const LONGEST_CHAIN = 32;
const JOINED_AT_LEAST = 12;
const NOBODY = -1;

export interface Plan {
  /** What to write, ascending. */
  blocks: number[];
  kept: Segment[];
  /** Nothing of these is needed once the new segment is there. */
  dropped: Segment[];
}

interface Link {
  segment: Segment;
  held: number;
  live: number;
}

/**
 * `dirty`: blocks that changed since the chain was written, ascending. `isNeeded`: whether the image has a use for a block.
 * `isWeak`: segments to be written again whatever they hold.
 */
export function plan(
  chain: readonly Segment[],
  dirty: readonly number[],
  isNeeded: (block: number) => boolean,
  isWeak: (segment: Segment) => boolean = () => false,
): Plan {
  const written = dirty.filter(isNeeded);
  const owners = ownersOf(chain);
  for (const block of dirty) owners[block] = NOBODY;
  const links: Link[] = chain.map((segment) => ({ segment, held: blockCount(segment), live: 0 }));
  for (let block = 0; block < owners.length; block++) {
    if (owners[block] === NOBODY) continue;
    if (isNeeded(block)) links[owners[block]].live++;
    else owners[block] = NOBODY;
  }
  const dropped = new Set(choose(links, written.length, isWeak));
  if (dropped.size === 0) return { blocks: written, kept: [...chain], dropped: [] };
  for (let block = 0; block < owners.length; block++)
    if (owners[block] !== NOBODY && dropped.has(links[owners[block]])) written.push(block);
  const split = (isDropped: boolean) =>
    links.filter((link) => dropped.has(link) === isDropped).map(({ segment }) => segment);
  return { blocks: written.sort((a, b) => a - b), kept: split(false), dropped: split(true) };
}

/** The segments not to be kept. */
function choose(links: Link[], written: number, isWeak: (segment: Segment) => boolean): Link[] {
  const isUseless = ({ segment, live }: Link) => live === 0 || isWeak(segment);
  const dropped = links.filter(isUseless);
  const rest = links.filter((link) => !isUseless(link));
  const alive = links.reduce((sum, { live }) => sum + live, written);
  let held = dropped.reduce((sum, { live }) => sum + live, written) + rest.reduce((sum, { held }) => sum + held, 0);
  rest.sort((a, b) => b.held - b.live - (a.held - a.live));
  while (rest.length > 0 && held > alive * DEAD_WEIGHT + ALLOWANCE_BLOCKS) {
    const [worst] = rest.splice(0, 1);
    held -= worst.held - worst.live;
    dropped.push(worst);
  }
  if (rest.length + 1 > LONGEST_CHAIN) {
    rest.sort((a, b) => a.live - b.live);
    let joined = 0;
    let sum = 0;
    for (const { live } of rest) {
      if (joined >= JOINED_AT_LEAST && live > sum) break;
      joined++;
      sum += live;
    }
    dropped.push(...rest.slice(0, joined));
  }
  return dropped;
}

/** For each block, which segment has its newest content. */
function ownersOf(chain: readonly Segment[]): Int32Array {
  let end = 0;
  for (const { runs } of chain) for (let i = 0; i < runs.length; i += 2) end = Math.max(end, runs[i] + runs[i + 1]);
  const owners = new Int32Array(end).fill(NOBODY);
  chain.forEach(({ runs }, index) => {
    for (let i = 0; i < runs.length; i += 2) owners.fill(index, runs[i], runs[i] + runs[i + 1]);
  });
  return owners;
}
