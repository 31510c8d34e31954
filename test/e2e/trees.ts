// Random trees, as scripts for the shell to build and to change, and a script that looks at all there is of one. A seed gives the
// same scripts each time; only the bytes of the files differ.

/** Where in a sandbox the tree stands. */
const TOP = "/home/user/tree";

/**
 * Everything that can be told of every file, in a fixed order, as base64, since names need not be UTF-8. To be run in this order
 * before a save, and the other way round after it: reading contents changes the times.
 */
export const CONTENTS = `cd ${TOP} && { find . -type f -exec md5sum {} + | sort; find . -type l -exec readlink {} + ; } | base64`;
export const ATTRIBUTES = `cd ${TOP} && { find . -exec stat -c '%n|%F|%s|%b|%a|%h|%u|%g|%i|%x|%y|%z' {} + ;
find /etc /usr /var -exec stat -c '%n|%F|%s|%a|%h|%i|%y' {} + ; } | base64`;

type Random = (below: number) => number;

/** Mulberry32. */
function randomOf(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** A tree that comes to be and changes. What it holds is only roughly known: a command that fails is one that did nothing. */
export class Tree {
  readonly #random: Random;
  #dirs = ["."];
  #files: string[] = [];
  /** Apart, since who writes to one waits for a reader. */
  #fifos: string[] = [];
  #next = 0;

  constructor(seed: number) {
    this.#random = randomOf(seed);
  }

  /** A script of so many random steps. */
  steps(count: number): string {
    const lines = [`mkdir -p ${TOP}; cd ${TOP} || exit 9`];
    for (let i = 0; i < count; i++) lines.push(`{ ${this.#step()}; } 2>/dev/null`);
    return `${lines.join("\n")}\ntrue`;
  }

  #step(): string {
    const one = () => this.#pick(this.#files);
    const kinds: (() => string)[] = [
      () => this.#newFile((path) => `head -c ${this.#size()} /dev/urandom > ${path}`),
      () => this.#newFile((path) => `head -c ${this.#size()} /dev/urandom > ${path}`),
      () => this.#newFile((path) => `true > ${path}`),
      () =>
        this.#newFile(
          (path) => `printf x | dd of=${path} bs=1 seek=${this.#random(3_000_000)} conv=notrunc status=none`,
        ),
      () => this.#newFile((path) => `truncate -s ${this.#random(500_000)} ${path}`),
      () => this.#newFile((path) => `ln ${one()} ${path}`),
      () => this.#newFile((path) => `ln -s ${quoted(this.#name())}/${quoted(this.#name())} ${path}`),
      () => this.#newFile((path) => `ln -s ${"x".repeat(this.#random(2000) + 1)} ${path}`),
      () => this.#newFifo(),
      () => `touch -d '${this.#time()}' ${this.#pick(this.#fifos)}; rm -f ${this.#pick(this.#fifos)}`,
      () => this.#newDir(),
      () => this.#newDir(),
      () => this.#deep(),
      () => `head -c ${this.#size()} /dev/urandom >> ${one()}`,
      () =>
        `head -c ${this.#random(9000)} /dev/urandom | dd of=${one()} bs=1k seek=${this.#random(40)} conv=notrunc status=none`,
      () => `truncate -s ${this.#random(100_000)} ${one()}`,
      () => `chmod ${this.#mode()} ${one()} ${this.#pick(this.#dirs.slice(1))}`,
      () => `touch -h -d '${this.#time()}' ${one()}`,
      () => `touch -d '${this.#time()}' ${this.#pick(this.#dirs)}`,
      () => `touch -m -d '${this.#time()}' ${one()}`,
      () => `rm -f ${one()}`,
      () => this.#newFile((path) => `mv ${one()} ${path}`),
      () => (this.#random(4) === 0 ? `chmod -R u+w ${this.#dir()}; rm -rf ${this.#dir()}` : `rmdir ${this.#dir()}`),
      () => `for i in 1 2 3 4 5 6 7 8 9; do echo $i > ${this.#dir()}/many$i; done`,
    ];
    return kinds[this.#random(kinds.length)]!();
  }

  #newFile(make: (path: string) => string): string {
    const path = `${this.#pick(this.#dirs)}/${quoted(this.#name())}`;
    const step = make(path);
    this.#files.push(path);
    return step;
  }

  #newFifo(): string {
    const path = `${this.#pick(this.#dirs)}/${quoted(this.#name())}`;
    this.#fifos.push(path);
    return `mkfifo -m ${this.#mode()} ${path}`;
  }

  #newDir(): string {
    const path = `${this.#pick(this.#dirs)}/${quoted(this.#name())}`;
    this.#dirs.push(path);
    return `mkdir -m ${["755", "700", "2775", "1777", "555"][this.#random(5)]} ${path}`;
  }

  #deep(): string {
    const path = Array.from({ length: 5 + this.#random(30) }, () => quoted(this.#name().slice(0, 40))).join("/");
    const whole = `${this.#pick(this.#dirs)}/${path}`;
    this.#dirs.push(whole);
    return `mkdir -p ${whole}`;
  }

  #dir(): string {
    return this.#pick(this.#dirs.slice(1));
  }

  #pick(from: string[]): string {
    return from.length === 0 ? "./none" : from[this.#random(from.length)]!;
  }

  /** As latin-1: one character is one byte. */
  #name(): string {
    const n = this.#next++;
    const odd = [
      `f${n}`,
      `plain name ${n}`,
      `new\nline${n}`,
      `\xff\xfe${n}`,
      `\x80\n '"\\$*?${n}`,
      `-${n}`,
      `${n}`.padEnd(255, "\xc3"),
      `${n}`.padEnd(255, "y"),
      `\xc3\xa9\xe2\x82\xac${n}`,
      `.${n}\t\x01\x7f`,
    ];
    return odd[this.#random(odd.length)]!;
  }

  #size(): number {
    return [0, 1, 4095, 4096, 4097, 50_000, 300_000][this.#random(7)]! + this.#random(3);
  }

  #mode(): string {
    return ["644", "600", "4755", "2750", "1777", "000", "444", "711"][this.#random(8)]!;
  }

  #time(): string {
    const part = (below: number, length = 2) => String(this.#random(below)).padStart(length, "0");
    const year = [1901, 1969, 1970, 2001, 2038, 2106, 2200][this.#random(7)];
    return `${year}-0${1 + this.#random(9)}-1${this.#random(10)} ${part(24)}:${part(60)}:${part(60)}.${part(999_999_999, 9)}`;
  }
}

/** One word of the shell's with these bytes. */
function quoted(latin: string): string {
  if (/^[\w.]+$/.test(latin)) return latin;
  const escaped = [...latin].map((char) => {
    const code = char.charCodeAt(0);
    const isPlain = code >= 0x20 && code < 0x7f && char !== "'" && char !== "\\";
    return isPlain ? char : `\\x${code.toString(16).padStart(2, "0")}`;
  });
  return escaped.join("") === latin ? `'${latin}'` : `$'${escaped.join("")}'`;
}
