;; Looks at 16 bytes at a time. byte-scan.ts puts a text at address 0 and says what the functions are for; what stands behind the
;; text in its last 16 bytes is left out of every count. `node packages/shell/assemble.mjs` makes byte-scan-code.ts of this.
(module
  ;; 64 KiB of text, and behind it room for the place of every byte of it
  (memory (export "memory") 5)

  ;; a bit for each of the 16 bytes at $at that comes before $length
  (func $within (param $at i32) (param $length i32) (result i32)
    (if (result i32) (i32.ge_u (i32.sub (local.get $length) (local.get $at)) (i32.const 16))
      (then (i32.const 0xffff))
      (else (i32.sub (i32.shl (i32.const 1) (i32.sub (local.get $length) (local.get $at))) (i32.const 1)))))

  ;; how many bytes are $wanted
  (func (export "count") (param $length i32) (param $wanted i32) (result i32)
    (local $at i32) (local $count i32)
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $length)))
        (local.set $count
          (i32.add
            (local.get $count)
            (i32.popcnt
              (i32.and
                (call $within (local.get $at) (local.get $length))
                (i8x16.bitmask (i8x16.eq (v128.load (local.get $at)) (i8x16.splat (local.get $wanted))))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $more)))
    (local.get $count))

  ;; writes $base + the place behind each byte that is $wanted, from 65536 on; how many there are
  (func (export "places") (param $length i32) (param $wanted i32) (param $base i32) (result i32)
    (local $at i32) (local $out i32) (local $found i32)
    (local.set $out (i32.const 65536))
    (local.set $base (i32.add (local.get $base) (i32.const 1)))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $length)))
        (local.set $found
          (i32.and
            (call $within (local.get $at) (local.get $length))
            (i8x16.bitmask (i8x16.eq (v128.load (local.get $at)) (i8x16.splat (local.get $wanted))))))
        (block $none
          (loop $each
            (br_if $none (i32.eqz (local.get $found)))
            (i32.store
              (local.get $out)
              (i32.add (i32.add (local.get $base) (local.get $at)) (i32.ctz (local.get $found))))
            (local.set $out (i32.add (local.get $out) (i32.const 4)))
            (local.set $found (i32.and (local.get $found) (i32.sub (local.get $found) (i32.const 1))))
            (br $each)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $more)))
    (i32.shr_u (i32.sub (local.get $out) (i32.const 65536)) (i32.const 2)))

  ;; Words, after a white space when $space is 1. Two numbers in one, words + 65536 * whether the end is white space; -1 when the
  ;; text has bytes that make no part of a word and don't end one either: control characters, and what is not UTF-8.
  (func (export "words") (param $length i32) (param $space i32) (result i32)
    (local $at i32) (local $words i32) (local $text v128) (local $blank v128) (local $blanks i32) (local $before i32)
    (local $within i32)
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $length)))
        (local.set $text (v128.load (local.get $at)))
        (local.set $within (call $within (local.get $at) (local.get $length)))
        ;; space, and from tab to carriage return
        (local.set $blank
          (v128.or
            (i8x16.eq (local.get $text) (i8x16.splat (i32.const 32)))
            (i8x16.lt_u (i8x16.sub (local.get $text) (i8x16.splat (i32.const 9))) (i8x16.splat (i32.const 5)))))
        (local.set $blanks (i8x16.bitmask (local.get $blank)))
        (local.set $before (i32.or (i32.shl (local.get $blanks) (i32.const 1)) (local.get $space)))
        (if
          (i32.and
            (local.get $within)
            (i32.or
              ;; control characters, 0xc0, 0xc1, 0xf5 and above
              (i8x16.bitmask
                (v128.or
                  (v128.or
                    (v128.andnot (i8x16.lt_u (local.get $text) (i8x16.splat (i32.const 32))) (local.get $blank))
                    (i8x16.eq (local.get $text) (i8x16.splat (i32.const 127))))
                  (v128.or
                    (i8x16.lt_u (i8x16.sub (local.get $text) (i8x16.splat (i32.const 0xc0))) (i8x16.splat (i32.const 2)))
                    (i8x16.ge_u (local.get $text) (i8x16.splat (i32.const 0xf5))))))
              ;; what goes on a character that was not begun
              (i32.and
                (local.get $before)
                (i8x16.bitmask (i8x16.lt_s (local.get $text) (i8x16.splat (i32.const -64)))))))
          (then (return (i32.const -1))))
        (local.set $words
          (i32.add
            (local.get $words)
            (i32.popcnt
              (i32.and
                (local.get $within)
                (i32.and (local.get $before) (i32.xor (local.get $blanks) (i32.const -1)))))))
        ;; the last of those within
        (local.set $space
          (i32.and
            (i32.shr_u (local.get $blanks) (i32.sub (i32.popcnt (local.get $within)) (i32.const 1)))
            (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $more)))
    (i32.or (local.get $words) (i32.shl (local.get $space) (i32.const 16)))))
