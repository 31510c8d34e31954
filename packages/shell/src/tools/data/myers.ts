// The shortest edit script between two sequences of numbers, by Myers' algorithm in linear space (1986): which elements of each have no
// counterpart in the other. Pure.

/** 1 where an element was deleted from `a`, or inserted in `b`; both arrays have one more element, always 0. */
export interface Changes {
  a: Uint8Array;
  b: Uint8Array;
}

/** Past this many steps a search for the exact middle gives up and takes the best seen, so that time stays near linear. */
const STEPS_LEAST = 4096;

/** @param pause called now and then: sequences of a million lines take seconds */
export async function compareSequences(a: Int32Array, b: Int32Array, pause: () => Promise<void>): Promise<Changes> {
  const changes: Changes = { a: new Uint8Array(a.length + 1), b: new Uint8Array(b.length + 1) };
  const [keptA, keptB] = [withCounterpart(a, b, changes.a), withCounterpart(b, a, changes.b)];
  const xs = Int32Array.from(keptA, (i) => a[i]);
  const ys = Int32Array.from(keptB, (i) => b[i]);
  const size = xs.length + ys.length + 3;
  const forward = new Int32Array(size);
  const backward = new Int32Array(size);
  const limit = Math.max(STEPS_LEAST, Math.ceil(Math.sqrt(size)));
  const stack: [number, number, number, number][] = [[0, xs.length, 0, ys.length]];
  let paused = performance.now();
  for (let range = stack.pop(); range; range = stack.pop()) {
    let [xLow, xHigh, yLow, yHigh] = range;
    while (xLow < xHigh && yLow < yHigh && xs[xLow] === ys[yLow]) {
      xLow++;
      yLow++;
    }
    while (xLow < xHigh && yLow < yHigh && xs[xHigh - 1] === ys[yHigh - 1]) {
      xHigh--;
      yHigh--;
    }
    if (xLow === xHigh) for (; yLow < yHigh; yLow++) changes.b[keptB[yLow]] = 1;
    else if (yLow === yHigh) for (; xLow < xHigh; xLow++) changes.a[keptA[xLow]] = 1;
    else {
      const [x, y] = middle(xs, ys, xLow, xHigh, yLow, yHigh, forward, backward, limit);
      stack.push([x, xHigh, y, yHigh], [xLow, x, yLow, y]);
      if (performance.now() - paused > 10) {
        await pause();
        paused = performance.now();
      }
    }
  }
  settle(a, changes.a, changes.b);
  settle(b, changes.b, changes.a);
  return changes;
}

/** The indexes of what occurs in the other sequence at all; the rest is marked at once. */
function withCounterpart(own: Int32Array, other: Int32Array, changed: Uint8Array): number[] {
  const known = new Set(other);
  const kept: number[] = [];
  own.forEach((value, i) => {
    if (known.has(value)) kept.push(i);
    else changed[i] = 1;
  });
  return kept;
}

/** A point that a shortest path passes: searched from both corners, a diagonal being x - y. */
function middle(
  xs: Int32Array,
  ys: Int32Array,
  xLow: number,
  xHigh: number,
  yLow: number,
  yHigh: number,
  forward: Int32Array,
  backward: Int32Array,
  limit: number,
): [number, number] {
  const base = ys.length + 1;
  const [least, most] = [xLow - yHigh, xHigh - yLow];
  const [start, goal] = [xLow - yLow, xHigh - yHigh];
  let [fMin, fMax, bMin, bMax] = [start, start, goal, goal];
  const odd = ((start - goal) & 1) !== 0;
  forward[base + start] = xLow;
  backward[base + goal] = xHigh;
  for (let steps = 1; ; steps++) {
    if (fMin > least) forward[base + --fMin - 1] = -1;
    else fMin++;
    if (fMax < most) forward[base + ++fMax + 1] = -1;
    else fMax--;
    for (let d = fMax; d >= fMin; d -= 2) {
      const [below, above] = [forward[base + d - 1], forward[base + d + 1]];
      let x = below < above ? above : below + 1;
      let y = x - d;
      while (x < xHigh && y < yHigh && xs[x] === ys[y]) {
        x++;
        y++;
      }
      forward[base + d] = x;
      if (odd && bMin <= d && d <= bMax && backward[base + d] <= x) return [x, y];
    }
    if (bMin > least) backward[base + --bMin - 1] = 0x7fffffff;
    else bMin++;
    if (bMax < most) backward[base + ++bMax + 1] = 0x7fffffff;
    else bMax--;
    for (let d = bMax; d >= bMin; d -= 2) {
      const [below, above] = [backward[base + d - 1], backward[base + d + 1]];
      let x = below < above ? below : above - 1;
      let y = x - d;
      while (x > xLow && y > yLow && xs[x - 1] === ys[y - 1]) {
        x--;
        y--;
      }
      backward[base + d] = x;
      if (!odd && fMin <= d && d <= fMax && x <= forward[base + d]) return [x, y];
    }
    if (steps < limit) continue;
    let best = -1;
    let point: [number, number] = [xLow, yLow];
    for (let d = fMax; d >= fMin; d -= 2) {
      const x = Math.min(forward[base + d], xHigh);
      const y = Math.min(x - d, yHigh);
      if (x + y > best && y >= yLow) {
        best = x + y;
        point = [y + d, y];
      }
    }
    return point;
  }
}

/**
 * Slides runs of changes, where their first line equals the line behind them: first against the run before, then as far down as they go,
 * and back to where the other side has a change too. So hunks merge, and stand where a reader expects them.
 */
function settle(own: Int32Array, changed: Uint8Array, other: Uint8Array): void {
  const end = own.length;
  let j = 0;
  for (let i = 0; ; ) {
    while (i < end && changed[i] === 0) {
      while (other[j] !== 0) j++;
      j++;
      i++;
    }
    if (i >= end) return;
    let start = i;
    while (changed[++i] !== 0);
    while (other[j] !== 0) j++;
    let length: number;
    let matching: number;
    do {
      length = i - start;
      while (start > 0 && own[start - 1] === own[i - 1]) {
        changed[--start] = 1;
        changed[--i] = 0;
        while (start > 0 && changed[start - 1] !== 0) start--;
        while (other[--j] !== 0);
      }
      matching = j > 0 && other[j - 1] !== 0 ? i : end;
      while (i < end && own[start] === own[i]) {
        changed[start++] = 0;
        changed[i++] = 1;
        while (changed[i] !== 0) i++;
        while (other[++j] !== 0) matching = i;
      }
    } while (length !== i - start);
    while (matching < i) {
      changed[--start] = 1;
      changed[--i] = 0;
      while (other[--j] !== 0);
    }
  }
}
