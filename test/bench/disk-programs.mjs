// The WASI programs of the benchmark's part `disk`: they look at files, make small ones, and read a large one through.

/** How often `stats` looks at a file, and how many `creates` makes. */
export const STATS = 200_000;
export const CREATES = 10_000;
/** The file that is read from end to end, and by how many passes the longer of two runs has more. */
export const SEQUENTIAL_BYTES = 64 * 1024 * 1024;
export const PASSES = 10;

/**
 * A program that does `body` for each i below `count`, with `path` at 16 and the preopened working directory as fd 3.
 * @param {number} count
 * @param {string} path
 * @param {string} body
 */
const onPath = (count, path, body) => `(module
  (import "wasi_snapshot_preview1" "path_filestat_get" (func $stat (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "${path}")
  (func $check (param $errno i32) (if (local.get $errno) (then (unreachable))))
  (func (export "_start") (local $i i32)
    (i32.store (i32.const 0) (i32.const 4096))
    (i32.store (i32.const 4) (i32.const 100))
    (loop $again ${body}
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (i32.const ${count}))))))`;

/**
 * Makes the path's byte at `at` a letter for four bits of i.
 * @param {number} at
 * @param {number} shift
 */
const letter = (at, shift) =>
  `(i32.store8 (i32.const ${at}) (i32.add (i32.const 97) (i32.and (i32.shr_u (local.get $i) (i32.const ${shift})) (i32.const 15))))`;

/**
 * A program that makes `passes` passes over 64 MiB in pieces of 64 KiB, into one buffer: with `read` from its stdin, else from
 * its own memory.
 * @param {number} passes
 * @param {boolean} read
 */
const sequential = (passes, read) => `(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_seek" (func $seek (param i32 i64 i32 i32) (result i32)))
  (memory (export "memory") 1026)
  (func (export "_start") (local $pass i32) (local $at i32)
    (i32.store (i32.const 0) (i32.const 65536))
    (i32.store (i32.const 4) (i32.const 65536))
    ${read ? "" : "(memory.fill (i32.const 131072) (i32.const 1) (i32.const 67108864))"}
    (loop $again
      (local.set $at (i32.const 131072))
      ${read ? "(if (call $seek (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 8)) (then (unreachable)))" : ""}
      (loop $piece
        ${
          read
            ? `(if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)) (then (unreachable)))
               (if (i32.ne (i32.load (i32.const 8)) (i32.const 65536)) (then (unreachable)))`
            : "(memory.copy (i32.const 65536) (local.get $at) (i32.const 65536))"
        }
        (local.set $at (i32.add (local.get $at) (i32.const 65536)))
        (br_if $piece (i32.lt_u (local.get $at) (i32.const ${SEQUENTIAL_BYTES + 131_072}))))
      (local.set $pass (i32.add (local.get $pass) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $pass) (i32.const ${passes}))))))`;

/** By name, as text. */
export const DISK_SOURCES = {
  /** Looks at the file `data` in its working directory. */
  stats: onPath(
    STATS,
    "data",
    "(call $check (call $stat (i32.const 3) (i32.const 1) (i32.const 16) (i32.const 4) (i32.const 512)))",
  ),
  /** Makes files of 100 bytes in the directory `made`. */
  creates: onPath(
    CREATES,
    "made/aaaa",
    `${letter(21, 12)} ${letter(22, 8)} ${letter(23, 4)} ${letter(24, 0)}
     (call $check (call $open (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 9) (i32.const 9)
       (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 8)))
     (call $check (call $write (i32.load (i32.const 8)) (i32.const 0) (i32.const 1) (i32.const 12)))
     (call $check (call $close (i32.load (i32.const 8))))`,
  ),
  /** Pairs that differ by `PASSES` passes: what starting costs, and touching memory for the first time, is in both. */
  read: sequential(2, true),
  readMore: sequential(2 + PASSES, true),
  copy: sequential(2, false),
  copyMore: sequential(2 + PASSES, false),
};
