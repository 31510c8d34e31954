// The guests of the hostile tests, in WebAssembly text.

const IMPORT = (name: string, type: string) => `(import "wasi_snapshot_preview1" "${name}" (func $${name} ${type}))`;
const FILES = `
  ${IMPORT("path_open", "(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)")}
  ${IMPORT("path_rename", "(param i32 i32 i32 i32 i32 i32) (result i32)")}
  ${IMPORT("path_link", "(param i32 i32 i32 i32 i32 i32 i32) (result i32)")}
  ${IMPORT("path_unlink_file", "(param i32 i32 i32) (result i32)")}
  ${IMPORT("path_create_directory", "(param i32 i32 i32) (result i32)")}
  ${IMPORT("path_remove_directory", "(param i32 i32 i32) (result i32)")}
  ${IMPORT("fd_write", "(param i32 i32 i32 i32) (result i32)")}
  ${IMPORT("fd_read", "(param i32 i32 i32 i32) (result i32)")}
  ${IMPORT("fd_close", "(param i32) (result i32)")}
  ${IMPORT("poll_oneoff", "(param i32 i32 i32 i32) (result i32)")}
  ${IMPORT("random_get", "(param i32 i32) (result i32)")}`;

/**
 * Hammers the directories d0 … d3 of its working directory (fd 3), for ever: creates, appends, reads, renames, links, unlinks,
 * makes and removes directories, and sometimes sleeps a millisecond. Names stand at 0 and 8 ("dX/YY"), fds at 32, an iovec at
 * 40, a subscription at 64.
 */
export const HAMMER = `(module ${FILES}
  (memory (export "memory") 2)
  (data (i32.const 0) "dX/YY\\00\\00\\00dX/YY")
  (global $seed (mut i64) (i64.const 0))
  (func $random (param $below i32) (result i32)
    (global.set $seed (i64.xor (global.get $seed) (i64.shl (global.get $seed) (i64.const 13))))
    (global.set $seed (i64.xor (global.get $seed) (i64.shr_u (global.get $seed) (i64.const 7))))
    (global.set $seed (i64.xor (global.get $seed) (i64.shl (global.get $seed) (i64.const 17))))
    (i32.rem_u (i32.wrap_i64 (i64.shr_u (global.get $seed) (i64.const 20))) (local.get $below)))
  (func $name (param $at i32)
    (i32.store8 offset=1 (local.get $at) (i32.add (i32.const 48) (call $random (i32.const 4))))
    (i32.store8 offset=3 (local.get $at) (i32.add (i32.const 97) (call $random (i32.const 3))))
    (i32.store8 offset=4 (local.get $at) (i32.add (i32.const 97) (call $random (i32.const 16)))))
  (func $open (param $oflags i32) (param $fdflags i32) (result i32)
    (i32.eqz (call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 5) (local.get $oflags)
      (i64.const -1) (i64.const -1) (local.get $fdflags) (i32.const 32))))
  (func $close (drop (call $fd_close (i32.load (i32.const 32)))))
  (func $write
    (i32.store (i32.const 44) (i32.add (i32.const 1) (call $random (i32.const 20000))))
    (drop (call $fd_write (i32.load (i32.const 32)) (i32.const 40) (i32.const 1) (i32.const 48))))
  (func $step
    (block $sleep (block $directory (block $unlink (block $link (block $rename (block $read (block $append (block $create
      (br_table $create $append $append $read $rename $rename $link $unlink $unlink $directory $sleep
        (call $random (i32.const 11))))
      (if (call $open (i32.const 9) (i32.const 0)) (then (call $write) (call $write) (call $close)))
      (return))
      (if (call $open (i32.const 1) (i32.const 1)) (then (call $write) (call $close)))
      (return))
      (if (call $open (i32.const 0) (i32.const 0)) (then
        (i32.store (i32.const 44) (i32.const 40000))
        (drop (call $fd_read (i32.load (i32.const 32)) (i32.const 40) (i32.const 1) (i32.const 48)))
        (call $close)))
      (return))
      (drop (call $path_rename (i32.const 3) (i32.const 0) (i32.const 5) (i32.const 3) (i32.const 8) (i32.const 5)))
      (return))
      (drop (call $path_link (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 5) (i32.const 3) (i32.const 8) (i32.const 5)))
      (return))
      (drop (call $path_unlink_file (i32.const 3) (i32.const 0) (i32.const 5)))
      (return))
      (drop (call $path_create_directory (i32.const 3) (i32.const 8) (i32.const 5)))
      (drop (call $path_remove_directory (i32.const 3) (i32.const 0) (i32.const 5)))
      (return))
    (i32.store8 (i32.const 72) (i32.const 0))
    (i32.store (i32.const 80) (i32.const 1))
    (i64.store (i32.const 88) (i64.const 1000000))
    (drop (call $poll_oneoff (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 48))))
  (func (export "_start")
    (drop (call $random_get (i32.const 200) (i32.const 8)))
    (global.set $seed (i64.or (i64.const 1) (i64.load (i32.const 200))))
    (i32.store (i32.const 40) (i32.const 65536))
    (loop $again
      (call $name (i32.const 0))
      (call $name (i32.const 8))
      (call $step)
      (br $again))))`;
