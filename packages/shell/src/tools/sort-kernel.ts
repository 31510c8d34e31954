// The WebAssembly module that sort's loops are in (sort-kernel.wat), and its memory. JavaScript would do, once the engine has compiled
// it, but the first commands of a worker took five times as long; this code is fast from the first line on. Lines to be sorted lie in
// the memory, from address 0 on, and behind them whatever sorting needs. Pure.

import { Failure } from "./define.ts";
import { LineStore } from "./line-store.ts";
import { SORT_KERNEL } from "./sort-kernel-code.ts";

/** Addresses, counts and line numbers are plain numbers; sort-kernel.wat says what each function does. */
interface Code {
  memory: WebAssembly.Memory;
  setup(...addresses: number[]): void;
  number(count: number): void;
  keys(...keyAndPlaces: number[]): void;
  translate(begins: number, ends: number, from: number, to: number, table: number, out: number): number;
  numbers(begins: number, ends: number, from: number, to: number, numbers: number): number;
  begin(): void;
  digits(stage: number, depth: number, from: number, to: number): void;
  shift(bit: number): number;
  clear(mask: number): void;
  count(odd: number, from: number, to: number, shift: number, mask: number): void;
  places(first: number, mask: number): void;
  distribute(odd: number, from: number, to: number, shift: number, mask: number): void;
  runs(from: number, to: number, shift: number, fuel: number): number;
  back(from: number, to: number): void;
  ties(stage: number, depth: number, from: number, to: number, fuel: number): number;
  sort(from: number, to: number, stage: number, depth: number, fuel: number): number;
  left(): number;
  unique(from: number, to: number, out: number): number;
  gather(starts: number, from: number, to: number, out: number, end: number): number;
  gathered(): number;
}

const PAGE = 65536;
/** A memory that has grown beyond this is not kept for the next sort. */
const KEPT = 16 * 1024 * 1024;

let module: WebAssembly.Module | undefined;
let idle: SortKernel | undefined;

export class SortKernel {
  readonly code: Code;
  /** All of the memory. Growing makes another of it, and other views end. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Where what is free begins. */
  top = 0;

  private constructor() {
    module ??= new WebAssembly.Module(Uint8Array.from(atob(SORT_KERNEL), (letter) => letter.charCodeAt(0)));
    this.code = new WebAssembly.Instance(module).exports as unknown as Code;
    this.bytes = new Uint8Array(this.code.memory.buffer);
  }

  /**
   * One that nobody uses. A worker keeps one: a page may have some hundred memories only, however small. Pipelines of several sorts
   * have more for as long as they run.
   */
  static borrow(): SortKernel {
    const kernel = idle ?? new SortKernel();
    idle = undefined;
    return kernel;
  }

  giveBack(): void {
    this.top = 0;
    if (this.bytes.length <= KEPT) idle = this;
  }

  /** The address of so many free bytes, aligned for any number. Other than at first they are not zeros. */
  allot(size: number): number {
    const at = (this.top + 7) & ~7;
    this.#ensure(at + size);
    this.top = at + size;
    return at;
  }

  u32(at: number, length: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.bytes.buffer, at, length);
  }

  f64(at: number, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.bytes.buffer, at, length);
  }

  #ensure(size: number): void {
    if (size <= this.bytes.length) return;
    const { memory } = this.code;
    try {
      memory.grow(Math.ceil((size - this.bytes.length) / PAGE));
    } catch {
      throw new Failure("memory exhausted");
    }
    this.bytes = new Uint8Array(memory.buffer);
  }
}

/** Lines in a kernel's memory, at its beginning. */
export class KernelStore extends LineStore {
  readonly #kernel: SortKernel;
  #room = 0;
  #places = 0;
  /** The address of `starts`. */
  startsAt = 0;

  constructor(kernel: SortKernel, delimiter: number, room = 2 * PAGE) {
    super(delimiter, 0);
    this.#kernel = kernel;
    this.resize(room, 1024);
    this.starts[0] = 0;
  }

  /** What was allotted behind the lines is free again. */
  release(): void {
    this.#kernel.top = this.startsAt + this.#places * 4;
    this.refresh();
  }

  /** After the memory has grown. */
  refresh(): void {
    this.bytes = this.#kernel.bytes.subarray(0, this.#room);
    this.starts = this.#kernel.u32(this.startsAt, this.#places);
  }

  protected override resize(bytes: number, places: number): void {
    // LineStore's constructor comes too early.
    if (!(#kernel in this)) return;
    const { startsAt, count } = this;
    const kernel = this.#kernel;
    kernel.top = bytes;
    // Behind a text 8 bytes more are read.
    this.startsAt = kernel.allot(8 + places * 4) + 8;
    kernel.bytes.copyWithin(this.startsAt, startsAt, startsAt + (count + 1) * 4);
    this.#room = bytes;
    this.#places = places;
    this.refresh();
  }
}
