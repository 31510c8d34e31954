// The order of all suffixes of a sequence, by induced sorting in linear time (SA-IS; Nong, Zhang and Chan, 2009). For bzip2. Pure.

/** @param text numbers from 1 to `size` - 1 */
export function suffixArray(text: Int32Array, size: number): Int32Array {
  const length = text.length + 1;
  // The end counts as a symbol smaller than all.
  const ended = new Int32Array(length);
  ended.set(text);
  const order = new Int32Array(length);
  sortSuffixes(ended, order, length, size);
  return order.subarray(1);
}

function sortSuffixes(text: Int32Array, order: Int32Array, length: number, size: number): void {
  // 1: smaller than the suffix behind it ("S"); an S after an L is leftmost ("LMS").
  const small = new Uint8Array(length);
  small[length - 1] = 1;
  for (let i = length - 2; i >= 0; i--)
    small[i] = text[i] < text[i + 1] || (text[i] === text[i + 1] && small[i + 1]) ? 1 : 0;
  const leftmost = (i: number) => i > 0 && small[i] === 1 && small[i - 1] === 0;
  const counts = new Int32Array(size);
  for (let i = 0; i < length; i++) counts[text[i]]++;
  const edges = new Int32Array(size);
  const starts = () => {
    for (let i = 0, sum = 0; i < size; i++) {
      edges[i] = sum;
      sum += counts[i];
    }
  };
  const ends = () => {
    for (let i = 0, sum = 0; i < size; i++) {
      sum += counts[i];
      edges[i] = sum;
    }
  };
  const induce = () => {
    starts();
    for (let i = 0; i < length; i++) {
      const j = order[i] - 1;
      if (j >= 0 && small[j] === 0) order[edges[text[j]]++] = j;
    }
    ends();
    for (let i = length - 1; i >= 0; i--) {
      const j = order[i] - 1;
      if (j >= 0 && small[j] === 1) order[--edges[text[j]]] = j;
    }
  };
  order.fill(-1);
  ends();
  for (let i = 1; i < length; i++) if (leftmost(i)) order[--edges[text[i]]] = i;
  induce();
  let count = 0;
  for (let i = 0; i < length; i++) if (leftmost(order[i])) order[count++] = order[i];
  order.fill(-1, count);
  // Name the pieces between leftmost ones in their order; equal pieces share a name.
  let names = 0;
  let before = -1;
  for (let i = 0; i < count; i++) {
    const at = order[i];
    let differs = before < 0;
    for (let d = 0; !differs; d++) {
      if (text[at + d] !== text[before + d] || small[at + d] !== small[before + d]) differs = true;
      else if (d > 0 && (leftmost(at + d) || leftmost(before + d))) {
        differs = !(leftmost(at + d) && leftmost(before + d));
        break;
      }
    }
    if (differs) {
      names++;
      before = at;
    }
    order[count + (at >> 1)] = names - 1;
  }
  const reduced = new Int32Array(count);
  for (let i = count, j = 0; i < length && j < count; i++) if (order[i] >= 0) reduced[j++] = order[i];
  const inner = new Int32Array(count);
  if (names < count) sortSuffixes(reduced, inner, count, names);
  else for (let i = 0; i < count; i++) inner[reduced[i]] = i;
  const places = new Int32Array(count);
  for (let i = 1, j = 0; i < length; i++) if (leftmost(i)) places[j++] = i;
  order.fill(-1);
  ends();
  for (let i = count - 1; i >= 0; i--) {
    const at = places[inner[i]];
    order[--edges[text[at]]] = at;
  }
  induce();
}
