// The scripts that the shell is measured by, run in a sandbox, in just-bash and by the machine's own bash and GNU tools. In the
// directory that they start in stands `lines`, 100,000 lines of text and a number each.

export const LINES = 100_000;

/** Deterministic: word, number, word. */
export function linesText() {
  let seed = 12_345;
  const random = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed >>> 8;
  };
  const words = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"];
  let text = "";
  for (let i = 0; i < LINES; i++) text += `${random() % 100_000} ${words[random() % 8]}:${words[random() % 8]} ${i}\n`;
  return text;
}

/**
 * `most`: at most that many times the machine's own time. `peer`: at least that many times faster than just-bash.
 * @type {{ what: string, script: string, most?: number, peer?: number }[]}
 */
export const SHELL_CASES = [
  { what: "100,000 times i=$((i+1))", script: "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done", most: 3 },
  { what: "sort", script: "sort lines > out", most: 5, peer: 10 },
  { what: "sort -n -k3", script: "sort -n -k3 lines > out", most: 5, peer: 10 },
  { what: "grep", script: "grep 'bravo:[d-f]' lines > out", most: 5, peer: 10 },
  { what: "sed s///", script: "sed 's/alpha/ALPHA/' lines > out", most: 5, peer: 10 },
  { what: "awk sum", script: "awk '{s+=$1} END{print s}' lines > out", most: 5, peer: 10 },
  { what: "wc", script: "wc lines > out", most: 5, peer: 10 },
  { what: "tr", script: "tr a-z A-Z < lines > out", most: 5, peer: 10 },
];
