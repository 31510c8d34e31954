// The WASI programs that the benchmark runs: as small as they can be, so that what is measured is the system.

import loadWabt from "wabt";
import { DISK_SOURCES } from "./disk-programs.mjs";

/**
 * How often `reads` reads its 4 KiB, and `fewReads`, and how much `source` writes. Also given to the page, which divides by
 * them.
 */
export const READS = 400_000;
export const FEW_READS = 4000;
export const PIPE_BYTES = 256 * 1024 * 1024;

/**
 * A program that goes on with `body` until a branch to `$end`. At 0 it has one iovec, `length` bytes at 4096; the count
 * that a call gives back goes to 8; `$sum` is for `body` to use.
 * @param {number} length
 * @param {string} body
 */
const loop = (length, body) => `(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_pread" (func $pread (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "_start") (local $sum i32)
    (i32.store (i32.const 0) (i32.const 4096))
    (i32.store (i32.const 4) (i32.const ${length}))
    (block $end (loop $again ${body} (br $again)))))`;

/**
 * Reads 4 KiB of its stdin, a file, `times` times, at places of its first 64 KiB.
 * @param {number} times
 */
const readLoop = (times) =>
  loop(
    4096,
    `(br_if $end (call $pread (i32.const 0) (i32.const 0) (i32.const 1)
       (i64.extend_i32_u (i32.and (i32.shl (local.get $sum) (i32.const 12)) (i32.const 0xf000))) (i32.const 8)))
     (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
     (br_if $end (i32.ge_u (local.get $sum) (i32.const ${times})))`,
  );

const SOURCES = {
  ...DISK_SOURCES,
  /** Computes, for ever. */
  forever: `(module (memory (export "memory") 1) (func (export "_start") (loop (br 0))))`,
  /** Sleeps for 1,000 s. */
  sleeper: `(module
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "_start")
      (i32.store (i32.const 16) (i32.const 1))
      (i64.store (i32.const 24) (i64.const 1000000000000))
      (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))`,
  /** Starts and ends. */
  nothing: `(module (memory (export "memory") 1) (func (export "_start")))`,
  reads: readLoop(READS),
  fewReads: readLoop(FEW_READS),
  /** Writes `PIPE_BYTES` to its stdout. */
  source: loop(
    65_536,
    `(br_if $end (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
     (local.set $sum (i32.add (local.get $sum) (i32.load (i32.const 8))))
     (br_if $end (i32.ge_u (local.get $sum) (i32.const ${PIPE_BYTES})))`,
  ),
  /** Reads its stdin to the end. */
  sink: loop(
    65_536,
    `(br_if $end (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
     (br_if $end (i32.eqz (i32.load (i32.const 8))))`,
  ),
};

/** Name → the program's bytes, as numbers, which a page can be handed. */
export async function programs() {
  const { parseWat } = await loadWabt();
  const built = Object.entries(SOURCES).map(([name, wat]) => [name, [...parseWat(name, wat).toBinary({}).buffer]]);
  return /** @type {Record<keyof typeof SOURCES, number[]>} */ (Object.fromEntries(built));
}
