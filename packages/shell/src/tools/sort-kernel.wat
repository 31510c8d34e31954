;; The loops of sort: finds keys, puts line numbers in order, puts lines together. sort-kernel.ts says what lies where in the memory;
;; texts lie from address 0 on, so that places in them are addresses. Up to 8 bytes behind a text's end are read, and don't count.
;; `node packages/shell/assemble.mjs` makes sort-kernel-code.ts of this.
(module
  (memory (export "memory") 1)

  ;; The numbers of the lines, and their digits: 64 bits each, by place. Each twice, to be distributed from one into the other.
  (global $lines (mut i32) (i32.const 0))
  (global $digits (mut i32) (i32.const 0))
  (global $spareLines (mut i32) (i32.const 0))
  (global $spareDigits (mut i32) (i32.const 0))
  ;; 4096 counters
  (global $counts (mut i32) (i32.const 0))
  ;; What is compared, in turn, to $lastStage: kind (0 text, 1 number, 2 what is not known here, 3 nothing), where the begins and the
  ;; ends of the texts are, what to take off the ends, where the numbers are, whether reversed; 32 bytes each
  (global $firstStage (mut i32) (i32.const 0))
  (global $lastStage (mut i32) (i32.const 0))
  ;; whether one of them is not known here
  (global $foreign (mut i32) (i32.const 0))
  ;; Groups left to the caller: first place, place behind the last, stage, depth
  (global $out (mut i32) (i32.const 0))
  (global $left (mut i32) (i32.const 0))
  ;; how much may still be done in this call
  (global $fuel (mut i32) (i32.const 0))
  ;; of the digits last made: the bits that differ, the first, the last, whether they are in order
  (global $differing (mut i64) (i64.const 0))
  (global $first (mut i64) (i64.const 0))
  (global $last (mut i64) (i64.const 0))
  (global $ordered (mut i32) (i32.const 0))

  (func (export "setup") (param $lines i32) (param $digits i32) (param $spareLines i32) (param $spareDigits i32)
    (param $counts i32) (param $firstStage i32) (param $lastStage i32) (param $foreign i32) (param $out i32)
    (global.set $lines (local.get $lines))
    (global.set $digits (local.get $digits))
    (global.set $spareLines (local.get $spareLines))
    (global.set $spareDigits (local.get $spareDigits))
    (global.set $counts (local.get $counts))
    (global.set $firstStage (local.get $firstStage))
    (global.set $lastStage (local.get $lastStage))
    (global.set $foreign (local.get $foreign))
    (global.set $out (local.get $out)))

  ;; all lines, as they came
  (func (export "number") (param $count i32)
    (loop $more
      (if (local.get $count)
        (then
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (i32.store (i32.add (global.get $lines) (i32.shl (local.get $count) (i32.const 2))) (local.get $count))
          (br $more)))))

  ;; ---- keys

  ;; the first place from $at on that has no blank: neither space, tab nor newline
  (func $skip (param $at i32) (param $end i32) (result i32)
    (local $byte i32)
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $byte (i32.load8_u (local.get $at)))
        (if (i32.ne (local.get $byte) (i32.const 32))
          (then (br_if $done (i32.ge_u (i32.sub (local.get $byte) (i32.const 9)) (i32.const 2)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $more)))
    (local.get $at))

  ;; Without a separator (-1) a field begins with the blanks before it.
  (func $fieldEnd (param $at i32) (param $end i32) (param $separator i32) (result i32)
    (local $byte i32)
    (block $done
      (if (i32.ge_s (local.get $separator) (i32.const 0))
        (then
          (loop $more
            (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
            (br_if $done (i32.eq (i32.load8_u (local.get $at)) (local.get $separator)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $more))))
      (local.set $at (call $skip (local.get $at) (local.get $end)))
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $byte (i32.load8_u (local.get $at)))
        (if (i32.le_u (local.get $byte) (i32.const 32))
          (then
            (br_if $done (i32.eq (local.get $byte) (i32.const 32)))
            (br_if $done (i32.lt_u (i32.sub (local.get $byte) (i32.const 9)) (i32.const 2)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $more)))
    (local.get $at))

  (func $fieldStart (param $at i32) (param $end i32) (param $fields i32) (param $characters i32) (param $skip i32)
    (param $separator i32) (result i32)
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $fields)))
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $at (call $fieldEnd (local.get $at) (local.get $end) (local.get $separator)))
        (if (i32.and (i32.ge_s (local.get $separator) (i32.const 0)) (i32.lt_u (local.get $at) (local.get $end)))
          (then (local.set $at (i32.add (local.get $at) (i32.const 1)))))
        (local.set $fields (i32.sub (local.get $fields) (i32.const 1)))
        (br $more)))
    (if (local.get $skip)
      (then (local.set $at (call $skip (local.get $at) (local.get $end)))))
    (if (result i32) (i32.lt_u (i32.sub (local.get $end) (local.get $at)) (local.get $characters))
      (then (local.get $end))
      (else (i32.add (local.get $at) (local.get $characters)))))

  ;; Where the keys of the lines from number $i to $to lie. $endFields -1: to the end of the line.
  (func (export "keys") (param $starts i32) (param $i i32) (param $to i32) (param $begins i32) (param $ends i32)
    (param $fields i32) (param $characters i32) (param $skip i32)
    (param $endFields i32) (param $endCharacters i32) (param $endSkip i32) (param $separator i32)
    (local $at i32) (local $end i32) (local $begin i32) (local $keyEnd i32)
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $i) (local.get $to)))
        (local.set $at (i32.load (i32.add (local.get $starts) (i32.shl (local.get $i) (i32.const 2)))))
        (local.set $end
          (i32.sub
            (i32.load offset=4 (i32.add (local.get $starts) (i32.shl (local.get $i) (i32.const 2))))
            (i32.const 1)))
        (local.set $begin
          (call $fieldStart
            (local.get $at) (local.get $end) (local.get $fields) (local.get $characters) (local.get $skip)
            (local.get $separator)))
        (local.set $keyEnd (local.get $end))
        (if (i32.ge_s (local.get $endFields) (i32.const 0))
          (then
            (local.set $keyEnd
              (call $fieldStart
                (local.get $at) (local.get $end) (local.get $endFields) (local.get $endCharacters)
                (local.get $endSkip) (local.get $separator)))
            (if (i32.eqz (local.get $endCharacters))
              (then
                (local.set $keyEnd (call $fieldEnd (local.get $keyEnd) (local.get $end) (local.get $separator)))))
            ;; one that ends before it begins is empty
            (if (i32.lt_u (local.get $keyEnd) (local.get $begin)) (then (local.set $keyEnd (local.get $begin))))))
        (i32.store (i32.add (local.get $begins) (i32.shl (local.get $i) (i32.const 2))) (local.get $begin))
        (i32.store (i32.add (local.get $ends) (i32.shl (local.get $i) (i32.const 2))) (local.get $keyEnd))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $more))))

  ;; Copies keys to $out through a table of 256 bytes and one of which count (1) or don't (0), and lets them lie there; where the
  ;; copies end.
  (func (export "translate") (param $begins i32) (param $ends i32) (param $i i32) (param $to i32) (param $table i32)
    (param $out i32) (result i32)
    (local $at i32) (local $end i32) (local $byte i32)
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $i) (local.get $to)))
        (local.set $at (i32.load (i32.add (local.get $begins) (i32.shl (local.get $i) (i32.const 2)))))
        (local.set $end (i32.load (i32.add (local.get $ends) (i32.shl (local.get $i) (i32.const 2)))))
        (i32.store (i32.add (local.get $begins) (i32.shl (local.get $i) (i32.const 2))) (local.get $out))
        (block $copied
          (loop $each
            (br_if $copied (i32.ge_u (local.get $at) (local.get $end)))
            (local.set $byte (i32.add (local.get $table) (i32.load8_u (local.get $at))))
            (i32.store8 (local.get $out) (i32.load8_u (local.get $byte)))
            (local.set $out (i32.add (local.get $out) (i32.load8_u offset=256 (local.get $byte))))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $each)))
        (i32.store (i32.add (local.get $ends) (i32.shl (local.get $i) (i32.const 2))) (local.get $out))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $more)))
    (local.get $out))

  ;; The numbers that keys begin with: blanks, a minus, digits, a fraction; 0 when there is none. NaN for one that takes a closer
  ;; look to be rounded right. 1 when one has more digits than a double tells apart; 3 when one is NaN.
  (func (export "numbers") (param $begins i32) (param $ends i32) (param $i i32) (param $to i32) (param $numbers i32)
    (result i32)
    (local $at i32) (local $end i32) (local $byte i32) (local $minus i32) (local $value i64) (local $size f64)
    ;; digits from the first that is no zero on, those behind the point, zeros of which it isn't known whether they end it
    (local $count i32) (local $places i32) (local $zeros i32) (local $point i32) (local $power f64) (local $long i32)
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $i) (local.get $to)))
        (local.set $end (i32.load (i32.add (local.get $ends) (i32.shl (local.get $i) (i32.const 2)))))
        (local.set $at
          (call $skip
            (i32.load (i32.add (local.get $begins) (i32.shl (local.get $i) (i32.const 2))))
            (local.get $end)))
        (local.set $minus (i32.const 0))
        (if (i32.lt_u (local.get $at) (local.get $end))
          (then
            (local.set $minus (i32.eq (i32.load8_u (local.get $at)) (i32.const 45)))
            (local.set $at (i32.add (local.get $at) (local.get $minus)))))
        (local.set $value (i64.const 0))
        (local.set $count (i32.const 0))
        (local.set $places (i32.const 0))
        (local.set $zeros (i32.const 0))
        (local.set $point (i32.const 0))
        (block $ended
          (loop $each
            (br_if $ended (i32.ge_u (local.get $at) (local.get $end)))
            (local.set $byte (i32.sub (i32.load8_u (local.get $at)) (i32.const 48)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (if (i32.gt_u (local.get $byte) (i32.const 9))
              (then
                (br_if $ended (i32.ne (local.get $byte) (i32.const -2)))
                (br_if $ended (local.get $point))
                (local.set $point (i32.const 1))
                (br $each)))
            (if (i32.and (local.get $point) (i32.eqz (local.get $byte)))
              (then
                (local.set $zeros (i32.add (local.get $zeros) (i32.const 1)))
                (br $each)))
            ;; those zeros, and this digit
            (loop $zero
              (if (local.get $zeros)
                (then
                  (local.set $zeros (i32.sub (local.get $zeros) (i32.const 1)))
                  (local.set $places (i32.add (local.get $places) (i32.const 1)))
                  (if (i32.lt_u (local.get $count) (i32.const 18))
                    (then (local.set $value (i64.mul (local.get $value) (i64.const 10)))))
                  (local.set $count (i32.add (local.get $count) (i64.ne (local.get $value) (i64.const 0))))
                  (br $zero))))
            (local.set $places (i32.add (local.get $places) (local.get $point)))
            (if (i32.lt_u (local.get $count) (i32.const 18))
              (then
                (local.set $value
                  (i64.add (i64.mul (local.get $value) (i64.const 10)) (i64.extend_i32_u (local.get $byte))))))
            (local.set $count (i32.add (local.get $count) (i64.ne (local.get $value) (i64.const 0))))
            (br $each)))
        (local.set $long (i32.or (local.get $long) (i32.gt_u (local.get $count) (i32.const 15))))
        (local.set $size (f64.convert_i64_u (local.get $value)))
        (if (i32.or (i32.gt_u (local.get $count) (i32.const 15)) (i32.ne (local.get $places) (i32.const 0)))
          (then
            (if
              (i32.or
                (i32.gt_u (local.get $count) (i32.const 18))
                (i32.and
                  (i32.ne (local.get $places) (i32.const 0))
                  (i32.or
                    (i32.gt_u (local.get $count) (i32.const 15))
                    (i32.gt_u (local.get $places) (i32.const 22)))))
              (then
                (local.set $size (f64.const nan))
                (local.set $long (i32.const 3)))
              (else
                ;; up to 10 ** 22 a double is exact, and so one division rounds right
                (local.set $power (f64.const 1))
                (loop $tenfold
                  (if (local.get $places)
                    (then
                      (local.set $power (f64.mul (local.get $power) (f64.const 10)))
                      (local.set $places (i32.sub (local.get $places) (i32.const 1)))
                      (br $tenfold))))
                (local.set $size (f64.div (local.get $size) (local.get $power)))))))
        ;; no minus zero, which is equal to zero but has other bits
        (if (i32.and (local.get $minus) (i64.ne (local.get $value) (i64.const 0)))
          (then (local.set $size (f64.neg (local.get $size)))))
        (f64.store (i32.add (local.get $numbers) (i32.shl (local.get $i) (i32.const 3))) (local.get $size))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $more)))
    (local.get $long))

  ;; ---- order

  ;; before making the digits of a group
  (func $begin (export "begin")
    (global.set $differing (i64.const 0))
    (global.set $ordered (i32.const -1)))

  ;; Makes the digits of the lines in the places from $from to $to: of texts seven bytes from $depth on, and how many there are, up to
  ;; 8, which says that there are more.
  (func $make (export "digits") (param $stage i32) (param $depth i32) (param $from i32) (param $to i32)
    (local $kind i32) (local $begins i32) (local $ends i32) (local $less i32) (local $flip i64)
    (local $line i32) (local $at i32) (local $left i32) (local $key i64) (local $lineAt i32) (local $keyAt i32)
    (local.set $kind (i32.load (local.get $stage)))
    (local.set $begins (i32.load offset=4 (local.get $stage)))
    (local.set $ends (i32.load offset=8 (local.get $stage)))
    (local.set $less (i32.load offset=12 (local.get $stage)))
    (if (i32.eq (local.get $kind) (i32.const 1)) (then (local.set $begins (i32.load offset=16 (local.get $stage)))))
    (local.set $flip (i64.sub (i64.const 0) (i64.extend_i32_u (i32.load offset=20 (local.get $stage)))))
    (local.set $lineAt (i32.add (global.get $lines) (i32.shl (local.get $from) (i32.const 2))))
    (local.set $keyAt (i32.add (global.get $digits) (i32.shl (local.get $from) (i32.const 3))))
    (local.set $to (i32.add (global.get $lines) (i32.shl (local.get $to) (i32.const 2))))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $lineAt) (local.get $to)))
        (local.set $line (i32.load (local.get $lineAt)))
        (if (local.get $kind)
          (then
            ;; a double's bits are in order but for the sign: negative ones the other way round
            (local.set $key (i64.load (i32.add (local.get $begins) (i32.shl (local.get $line) (i32.const 3)))))
            (local.set $key
              (i64.xor
                (local.get $key)
                (i64.or (i64.shr_s (local.get $key) (i64.const 63)) (i64.const 0x8000000000000000)))))
          (else
            (local.set $at
              (i32.add
                (i32.load (i32.add (local.get $begins) (i32.shl (local.get $line) (i32.const 2))))
                (local.get $depth)))
            (local.set $left
              (i32.sub
                (i32.sub
                  (i32.load (i32.add (local.get $ends) (i32.shl (local.get $line) (i32.const 2))))
                  (local.get $less))
                (local.get $at)))
            (if (i32.gt_u (local.get $left) (i32.const 8)) (then (local.set $left (i32.const 8))))
            (local.set $key (i64.load (local.get $at)))
            (local.set $key
              (i64.or
                (i64.and (i64.shr_u (local.get $key) (i64.const 8)) (i64.const 0x00ff00ff00ff00ff))
                (i64.shl (i64.and (local.get $key) (i64.const 0x00ff00ff00ff00ff)) (i64.const 8))))
            (local.set $key
              (i64.or
                (i64.and (i64.shr_u (local.get $key) (i64.const 16)) (i64.const 0x0000ffff0000ffff))
                (i64.shl (i64.and (local.get $key) (i64.const 0x0000ffff0000ffff)) (i64.const 16))))
            (local.set $key (i64.rotl (local.get $key) (i64.const 32)))
            ;; zeros for what is not there, and for the eighth
            (local.set $key
              (i64.or
                (i64.and
                  (local.get $key)
                  (i64.shl
                    (i64.shl
                      (i64.const -1)
                      (i64.extend_i32_u
                        (select
                          (i32.sub (i32.const 56) (i32.shl (local.get $left) (i32.const 3)))
                          (i32.const 0)
                          (i32.lt_u (local.get $left) (i32.const 8)))))
                    (i64.const 8)))
                (i64.extend_i32_u (local.get $left))))))
        (local.set $key (i64.xor (local.get $key) (local.get $flip)))
        (i64.store (local.get $keyAt) (local.get $key))
        (if (i32.lt_s (global.get $ordered) (i32.const 0))
          (then
            (global.set $first (local.get $key))
            (global.set $ordered (i32.const 1)))
          (else
            (global.set $differing
              (i64.or (global.get $differing) (i64.xor (local.get $key) (global.get $first))))
            (if (i64.lt_u (local.get $key) (global.get $last)) (then (global.set $ordered (i32.const 0))))))
        (global.set $last (local.get $key))
        (local.set $lineAt (i32.add (local.get $lineAt) (i32.const 4)))
        (local.set $keyAt (i32.add (local.get $keyAt) (i32.const 8)))
        (br $more))))

  ;; Whether lines must move; and the least of the 12 bits to go by, of those below $bit from the highest on that differs; -1 when
  ;; none does.
  (func (export "shift") (param $bit i32) (result i32)
    (local $differing i64)
    (local.set $differing
      (i64.and
        (global.get $differing)
        (select
          (i64.const -1)
          (i64.sub (i64.shl (i64.const 1) (i64.extend_i32_u (local.get $bit))) (i64.const 1))
          (i32.gt_u (local.get $bit) (i32.const 63)))))
    (if (i32.or (i64.eqz (local.get $differing)) (global.get $ordered)) (then (return (i32.const -1))))
    (local.set $bit (i32.sub (i32.const 52) (i32.wrap_i64 (i64.clz (local.get $differing)))))
    (select (local.get $bit) (i32.const 0) (i32.gt_s (local.get $bit) (i32.const 0))))

  ;; $odd: from and to the spare arrays the other way round
  (func $count (export "count") (param $odd i32) (param $from i32) (param $to i32) (param $shift i32) (param $mask i32)
    (local $at i32) (local $end i32) (local $counter i32) (local $counts i32) (local $bits i64)
    (local.set $counts (global.get $counts))
    (local.set $bits (i64.extend_i32_u (local.get $shift)))
    (local.set $at (select (global.get $spareDigits) (global.get $digits) (local.get $odd)))
    (local.set $end (i32.add (local.get $at) (i32.shl (local.get $to) (i32.const 3))))
    (local.set $at (i32.add (local.get $at) (i32.shl (local.get $from) (i32.const 3))))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $counter
          (i32.add
            (local.get $counts)
            (i32.shl
              (i32.and (i32.wrap_i64 (i64.shr_u (i64.load (local.get $at)) (local.get $bits))) (local.get $mask))
              (i32.const 2))))
        (i32.store (local.get $counter) (i32.add (i32.load (local.get $counter)) (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $more))))

  (func $clear (export "clear") (param $mask i32)
    (memory.fill (global.get $counts) (i32.const 0) (i32.add (i32.shl (local.get $mask) (i32.const 2)) (i32.const 4))))

  ;; of counters makes the places where each digit's lines go, the first at $place
  (func $places (export "places") (param $place i32) (param $mask i32)
    (local $at i32) (local $end i32) (local $count i32)
    (local.set $at (global.get $counts))
    (local.set $end (i32.add (local.get $at) (i32.shl (local.get $mask) (i32.const 2))))
    (loop $more
      (local.set $count (i32.load (local.get $at)))
      (i32.store (local.get $at) (local.get $place))
      (local.set $place (i32.add (local.get $place) (local.get $count)))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br_if $more (i32.le_u (local.get $at) (local.get $end)))))

  (func $distribute (export "distribute") (param $odd i32) (param $from i32) (param $to i32) (param $shift i32)
    (param $mask i32)
    (local $lines i32) (local $at i32) (local $toLines i32) (local $toDigits i32) (local $counter i32) (local $place i32)
    (local $counts i32) (local $bits i64) (local $key i64)
    (local.set $counts (global.get $counts))
    (local.set $bits (i64.extend_i32_u (local.get $shift)))
    (local.set $lines (select (global.get $spareLines) (global.get $lines) (local.get $odd)))
    (local.set $at (select (global.get $spareDigits) (global.get $digits) (local.get $odd)))
    (local.set $toLines (select (global.get $lines) (global.get $spareLines) (local.get $odd)))
    (local.set $toDigits (select (global.get $digits) (global.get $spareDigits) (local.get $odd)))
    (local.set $lines (i32.add (local.get $lines) (i32.shl (local.get $from) (i32.const 2))))
    (local.set $to (i32.add (local.get $at) (i32.shl (local.get $to) (i32.const 3))))
    (local.set $at (i32.add (local.get $at) (i32.shl (local.get $from) (i32.const 3))))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $to)))
        (local.set $key (i64.load (local.get $at)))
        (local.set $counter
          (i32.add
            (local.get $counts)
            (i32.shl
              (i32.and (i32.wrap_i64 (i64.shr_u (local.get $key) (local.get $bits))) (local.get $mask))
              (i32.const 2))))
        (local.set $place (i32.load (local.get $counter)))
        (i32.store (local.get $counter) (i32.add (local.get $place) (i32.const 1)))
        (i32.store
          (i32.add (local.get $toLines) (i32.shl (local.get $place) (i32.const 2)))
          (i32.load (local.get $lines)))
        (i64.store
          (i32.add (local.get $toDigits) (i32.shl (local.get $place) (i32.const 3)))
          (local.get $key))
        (local.set $lines (i32.add (local.get $lines) (i32.const 4)))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $more))))

  ;; from the spare arrays to where they belong
  (func $back (export "back") (param $from i32) (param $to i32)
    (memory.copy
      (i32.add (global.get $lines) (i32.shl (local.get $from) (i32.const 2)))
      (i32.add (global.get $spareLines) (i32.shl (local.get $from) (i32.const 2)))
      (i32.shl (i32.sub (local.get $to) (local.get $from)) (i32.const 2)))
    (memory.copy
      (i32.add (global.get $digits) (i32.shl (local.get $from) (i32.const 3)))
      (i32.add (global.get $spareDigits) (i32.shl (local.get $from) (i32.const 3)))
      (i32.shl (i32.sub (local.get $to) (local.get $from)) (i32.const 3))))

  ;; Below 0, 0 or above 0: line $a beside line $b, given that all is equal before $stage, and there the first $depth bytes.
  (func $compare (param $a i32) (param $b i32) (param $stage i32) (param $depth i32) (result i32)
    (local $left i32) (local $right i32) (local $aLength i32) (local $bLength i32) (local $common i32) (local $result i32)
    (local $differing i64) (local $x f64) (local $y f64)
    (block $equal
      (loop $more
        (br_if $equal (i32.ge_u (local.get $stage) (global.get $lastStage)))
        (block $compared
          (local.set $result (i32.const 0))
          (if (i32.load (local.get $stage))
            (then
              (br_if $compared (i32.ne (i32.load (local.get $stage)) (i32.const 1)))
              (local.set $left (i32.load offset=16 (local.get $stage)))
              (local.set $x (f64.load (i32.add (local.get $left) (i32.shl (local.get $a) (i32.const 3)))))
              (local.set $y (f64.load (i32.add (local.get $left) (i32.shl (local.get $b) (i32.const 3)))))
              (local.set $result
                (i32.sub (f64.gt (local.get $x) (local.get $y)) (f64.lt (local.get $x) (local.get $y))))
              (br $compared)))
          (local.set $left (i32.load offset=4 (local.get $stage)))
          (local.set $right (i32.load (i32.add (local.get $left) (i32.shl (local.get $b) (i32.const 2)))))
          (local.set $left (i32.load (i32.add (local.get $left) (i32.shl (local.get $a) (i32.const 2)))))
          (local.set $common (i32.load offset=8 (local.get $stage)))
          (local.set $aLength
            (i32.sub
              (i32.load (i32.add (local.get $common) (i32.shl (local.get $a) (i32.const 2))))
              (i32.add (local.get $left) (i32.load offset=12 (local.get $stage)))))
          (local.set $bLength
            (i32.sub
              (i32.load (i32.add (local.get $common) (i32.shl (local.get $b) (i32.const 2))))
              (i32.add (local.get $right) (i32.load offset=12 (local.get $stage)))))
          (local.set $common
            (select
              (local.get $aLength)
              (local.get $bLength)
              (i32.lt_u (local.get $aLength) (local.get $bLength))))
          (local.set $result (i32.sub (local.get $aLength) (local.get $bLength)))
          (loop $each
            (br_if $compared (i32.ge_u (local.get $depth) (local.get $common)))
            (local.set $differing
              (i64.xor
                (i64.load (i32.add (local.get $left) (local.get $depth)))
                (i64.load (i32.add (local.get $right) (local.get $depth)))))
            (if (i64.eqz (local.get $differing))
              (then
                (local.set $depth (i32.add (local.get $depth) (i32.const 8)))
                (br $each)))
            (local.set $depth
              (i32.add
                (local.get $depth)
                (i32.shr_u (i32.wrap_i64 (i64.ctz (local.get $differing))) (i32.const 3))))
            (br_if $compared (i32.ge_u (local.get $depth) (local.get $common)))
            (local.set $result
              (i32.sub
                (i32.load8_u (i32.add (local.get $left) (local.get $depth)))
                (i32.load8_u (i32.add (local.get $right) (local.get $depth)))))))
        (if (local.get $result)
          (then
            (return
              (select
                (i32.sub (i32.const 0) (local.get $result))
                (local.get $result)
                (i32.load offset=20 (local.get $stage))))))
        (local.set $depth (i32.const 0))
        (local.set $stage (i32.add (local.get $stage) (i32.const 32)))
        (br $more)))
    (i32.const 0))

  ;; puts a few lines in order by comparing them
  (func $few (param $from i32) (param $to i32) (param $stage i32) (param $depth i32)
    (local $at i32) (local $place i32) (local $line i32)
    (local.set $from (i32.add (global.get $lines) (i32.shl (local.get $from) (i32.const 2))))
    (local.set $to (i32.add (global.get $lines) (i32.shl (local.get $to) (i32.const 2))))
    (local.set $at (i32.add (local.get $from) (i32.const 4)))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $to)))
        (local.set $line (i32.load (local.get $at)))
        (local.set $place (local.get $at))
        (block $found
          (loop $each
            (br_if $found (i32.le_u (local.get $place) (local.get $from)))
            (br_if $found
              (i32.le_s
                (call $compare
                  (i32.load (i32.sub (local.get $place) (i32.const 4)))
                  (local.get $line) (local.get $stage) (local.get $depth))
                (i32.const 0)))
            (i32.store (local.get $place) (i32.load (i32.sub (local.get $place) (i32.const 4))))
            (local.set $place (i32.sub (local.get $place) (i32.const 4)))
            (br $each)))
        (i32.store (local.get $place) (local.get $line))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $more))))

  ;; the same by their digits, which move with them
  (func $fewByDigits (param $from i32) (param $to i32)
    (local $i i32) (local $place i32) (local $line i32) (local $key i64)
    (local.set $i (i32.add (local.get $from) (i32.const 1)))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $i) (local.get $to)))
        (local.set $line (i32.load (i32.add (global.get $lines) (i32.shl (local.get $i) (i32.const 2)))))
        (local.set $key (i64.load (i32.add (global.get $digits) (i32.shl (local.get $i) (i32.const 3)))))
        (local.set $place (local.get $i))
        (block $found
          (loop $each
            (br_if $found (i32.le_u (local.get $place) (local.get $from)))
            (local.set $place (i32.sub (local.get $place) (i32.const 1)))
            (if
              (i64.le_u
                (i64.load (i32.add (global.get $digits) (i32.shl (local.get $place) (i32.const 3))))
                (local.get $key))
              (then
                (local.set $place (i32.add (local.get $place) (i32.const 1)))
                (br $found)))
            (i64.store offset=8
              (i32.add (global.get $digits) (i32.shl (local.get $place) (i32.const 3)))
              (i64.load (i32.add (global.get $digits) (i32.shl (local.get $place) (i32.const 3)))))
            (i32.store offset=4
              (i32.add (global.get $lines) (i32.shl (local.get $place) (i32.const 2)))
              (i32.load (i32.add (global.get $lines) (i32.shl (local.get $place) (i32.const 2)))))
            (br $each)))
        (i32.store (i32.add (global.get $lines) (i32.shl (local.get $place) (i32.const 2))) (local.get $line))
        (i64.store (i32.add (global.get $digits) (i32.shl (local.get $place) (i32.const 3))) (local.get $key))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $more))))

  (func $byDigits (param $from i32) (param $to i32)
    (local $shift i32) (local $odd i32) (local $at i32) (local $end i32) (local $differing i64) (local $first i64)
    (if (i32.le_u (i32.sub (local.get $to) (local.get $from)) (i32.const 48))
      (then
        (call $fewByDigits (local.get $from) (local.get $to))
        (return)))
    (local.set $at (i32.add (global.get $digits) (i32.shl (local.get $from) (i32.const 3))))
    (local.set $end (i32.add (global.get $digits) (i32.shl (local.get $to) (i32.const 3))))
    (local.set $first (i64.load (local.get $at)))
    (loop $more
      (local.set $differing
        (i64.or (local.get $differing) (i64.xor (i64.load (local.get $at)) (local.get $first))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $more (i32.lt_u (local.get $at) (local.get $end))))
    ;; the least significant 8 bits first
    (loop $more
      (if (i32.and (i32.wrap_i64 (i64.shr_u (local.get $differing) (i64.extend_i32_u (local.get $shift)))) (i32.const 255))
        (then
          (call $clear (i32.const 255))
          (call $count (local.get $odd) (local.get $from) (local.get $to) (local.get $shift) (i32.const 255))
          (call $places (local.get $from) (i32.const 255))
          (call $distribute (local.get $odd) (local.get $from) (local.get $to) (local.get $shift) (i32.const 255))
          (local.set $odd (i32.eqz (local.get $odd)))))
      (local.set $shift (i32.add (local.get $shift) (i32.const 8)))
      (br_if $more (i32.lt_u (local.get $shift) (i32.const 64))))
    (if (local.get $odd) (then (call $back (local.get $from) (local.get $to)))))

  ;; Sorts each run of lines whose digits are the same from bit $shift on by the others, until enough has been done; many are left to
  ;; the caller. Where it stopped.
  (func (export "runs") (param $from i32) (param $to i32) (param $shift i32) (param $fuel i32) (result i32)
    (local $i i32) (local $bits i64) (local $key i64)
    (global.set $fuel (local.get $fuel))
    (global.set $left (i32.const 0))
    (local.set $bits (i64.extend_i32_u (local.get $shift)))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $from) (local.get $to)))
        (br_if $done (i32.le_s (global.get $fuel) (i32.const 0)))
        (local.set $key
          (i64.shr_u
            (i64.load (i32.add (global.get $digits) (i32.shl (local.get $from) (i32.const 3))))
            (local.get $bits)))
        (local.set $i (i32.add (local.get $from) (i32.const 1)))
        (block $differs
          (loop $each
            (br_if $differs (i32.ge_u (local.get $i) (local.get $to)))
            (br_if $differs
              (i64.ne
                (i64.shr_u
                  (i64.load (i32.add (global.get $digits) (i32.shl (local.get $i) (i32.const 3))))
                  (local.get $bits))
                (local.get $key)))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br $each)))
        (global.set $fuel (i32.sub (global.get $fuel) (i32.sub (local.get $i) (local.get $from))))
        (if (i32.gt_u (i32.sub (local.get $i) (local.get $from)) (i32.const 4096))
          (then (call $leave (local.get $from) (local.get $i) (i32.const 0) (local.get $shift)))
          (else
            (if (i32.gt_u (i32.sub (local.get $i) (local.get $from)) (i32.const 1))
              (then (call $byDigits (local.get $from) (local.get $i))))))
        (local.set $from (local.get $i))
        (br $more)))
    (local.get $from))

  (func $leave (param $from i32) (param $to i32) (param $stage i32) (param $depth i32)
    (local $at i32)
    (local.set $at (i32.add (global.get $out) (i32.shl (global.get $left) (i32.const 4))))
    (i32.store (local.get $at) (local.get $from))
    (i32.store offset=4 (local.get $at) (local.get $to))
    (i32.store offset=8 (local.get $at) (local.get $stage))
    (i32.store offset=12 (local.get $at) (local.get $depth))
    (global.set $fuel (i32.sub (global.get $fuel) (i32.const 16)))
    (global.set $left (i32.add (global.get $left) (i32.const 1))))

  ;; Sorts lines that are equal before $stage, and there in their first $depth bytes. Those that are many, or when enough has been
  ;; done, or where there is a stage that isn't known here, are left to the caller.
  (func $sort (param $from i32) (param $to i32) (param $stage i32) (param $depth i32)
    (local $kind i32) (local $count i32)
    (local.set $count (i32.sub (local.get $to) (local.get $from)))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $stage) (global.get $lastStage)))
        (local.set $kind (i32.load (local.get $stage)))
        (if (i32.eq (local.get $kind) (i32.const 3))
          (then
            (local.set $stage (i32.add (local.get $stage) (i32.const 32)))
            (br $more)))
        (if
          (i32.or
            (i32.eq (local.get $kind) (i32.const 2))
            (i32.or (i32.le_s (global.get $fuel) (i32.const 0)) (i32.gt_u (local.get $count) (i32.const 4096))))
          (then
            (call $leave (local.get $from) (local.get $to) (local.get $stage) (local.get $depth))
            (return)))
        (global.set $fuel (i32.sub (global.get $fuel) (local.get $count)))
        (if (i32.and (i32.le_u (local.get $count) (i32.const 12)) (i32.eqz (global.get $foreign)))
          (then
            (call $few (local.get $from) (local.get $to) (local.get $stage) (local.get $depth))
            (return)))
        (call $begin)
        (call $make (local.get $stage) (local.get $depth) (local.get $from) (local.get $to))
        (if (i64.eqz (global.get $differing))
          (then
            ;; without a call, so that long lines don't make a deep stack
            (local.set $depth (call $nextDepth (local.get $stage) (local.get $depth) (global.get $first)))
            (if (i32.eqz (local.get $depth)) (then (local.set $stage (i32.add (local.get $stage) (i32.const 32)))))
            (br $more)))
        (call $byDigits (local.get $from) (local.get $to))
        (drop (call $ties (local.get $stage) (local.get $depth) (local.get $from) (local.get $to) (i32.const 0))))))

  ;; the depth to go on with among lines of the same digits; 0 when there is no more in this stage
  (func $nextDepth (param $stage i32) (param $depth i32) (param $key i64) (result i32)
    (if (result i32)
      (i32.or
        (i32.load (local.get $stage))
        (i32.ne
          (i32.and
            (i32.xor
              (i32.wrap_i64 (local.get $key))
              (i32.sub (i32.const 0) (i32.load offset=20 (local.get $stage))))
            (i32.const 255))
          (i32.const 8)))
      (then (i32.const 0))
      (else (i32.add (local.get $depth) (i32.const 7)))))

  ;; Sorts what has the same digits further; with $stop only until enough has been done. Where it stopped.
  (func $ties (param $stage i32) (param $depth i32) (param $from i32) (param $to i32) (param $stop i32) (result i32)
    (local $i i32) (local $key i64) (local $next i32)
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $from) (local.get $to)))
        (br_if $done (i32.and (local.get $stop) (i32.le_s (global.get $fuel) (i32.const 0))))
        (local.set $key (i64.load (i32.add (global.get $digits) (i32.shl (local.get $from) (i32.const 3)))))
        (local.set $i (i32.add (local.get $from) (i32.const 1)))
        (block $differs
          (loop $each
            (br_if $differs (i32.ge_u (local.get $i) (local.get $to)))
            (br_if $differs
              (i64.ne
                (i64.load (i32.add (global.get $digits) (i32.shl (local.get $i) (i32.const 3))))
                (local.get $key)))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br $each)))
        (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))
        (if (i32.gt_u (i32.sub (local.get $i) (local.get $from)) (i32.const 1))
          (then
            (local.set $next (call $nextDepth (local.get $stage) (local.get $depth) (local.get $key)))
            (call $sort
              (local.get $from)
              (local.get $i)
              (select
                (local.get $stage)
                (i32.add (local.get $stage) (i32.const 32))
                (local.get $next))
              (local.get $next))))
        (local.set $from (local.get $i))
        (br $more)))
    (local.get $from))

  ;; The same for the caller, who gets the number of groups left to it.
  (func (export "sort") (param $from i32) (param $to i32) (param $stage i32) (param $depth i32) (param $fuel i32)
    (result i32)
    (global.set $fuel (local.get $fuel))
    (global.set $left (i32.const 0))
    (call $sort (local.get $from) (local.get $to) (local.get $stage) (local.get $depth))
    (global.get $left))

  ;; And for digits that the caller has put in order; where it stopped.
  (func (export "ties") (param $stage i32) (param $depth i32) (param $from i32) (param $to i32) (param $fuel i32)
    (result i32)
    (global.set $fuel (local.get $fuel))
    (global.set $left (i32.const 0))
    (call $ties (local.get $stage) (local.get $depth) (local.get $from) (local.get $to) (i32.const 1)))

  (func (export "left") (result i32) (global.get $left))

  ;; ---- output

  ;; Of the lines in the places from $from to $to keeps the first of each run of equal ones, from place $out on, behind the line
  ;; before it; the place behind the last that is kept.
  (func (export "unique") (param $from i32) (param $to i32) (param $out i32) (result i32)
    (local $line i32)
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $from) (local.get $to)))
        (local.set $line (i32.load (i32.add (global.get $lines) (i32.shl (local.get $from) (i32.const 2)))))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (if (local.get $out)
          (then
            (br_if $more
              (i32.eqz
                (call $compare
                  (i32.load (i32.add (global.get $lines) (i32.shl (i32.sub (local.get $out) (i32.const 1)) (i32.const 2))))
                  (local.get $line) (global.get $firstStage) (i32.const 0))))))
        (i32.store (i32.add (global.get $lines) (i32.shl (local.get $out) (i32.const 2))) (local.get $line))
        (local.set $out (i32.add (local.get $out) (i32.const 1)))
        (br $more)))
    (local.get $out))

  ;; Copies the lines in the places from $from to $to one behind the other to $out, as long as they end 8 bytes before $end; the place
  ;; of the first that was not copied. Where they end is told by `gathered`.
  (func (export "gather") (param $starts i32) (param $from i32) (param $to i32) (param $out i32) (param $end i32)
    (result i32)
    (local $at i32) (local $length i32) (local $copied i32)
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $from) (local.get $to)))
        (local.set $at
          (i32.add
            (local.get $starts)
            (i32.shl
              (i32.load (i32.add (global.get $lines) (i32.shl (local.get $from) (i32.const 2))))
              (i32.const 2))))
        (local.set $length (i32.load offset=4 (local.get $at)))
        (local.set $at (i32.load (local.get $at)))
        (local.set $length (i32.sub (local.get $length) (local.get $at)))
        (br_if $done
          (i32.gt_u (i32.add (local.get $length) (i32.const 8)) (i32.sub (local.get $end) (local.get $out))))
        (if (i32.gt_u (local.get $length) (i32.const 96))
          (then (memory.copy (local.get $out) (local.get $at) (local.get $length)))
          (else
            (local.set $copied (i32.const 0))
            (loop $each
              (i64.store
                (i32.add (local.get $out) (local.get $copied))
                (i64.load (i32.add (local.get $at) (local.get $copied))))
              (local.set $copied (i32.add (local.get $copied) (i32.const 8)))
              (br_if $each (i32.lt_u (local.get $copied) (local.get $length))))))
        (local.set $out (i32.add (local.get $out) (local.get $length)))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br $more)))
    (global.set $left (local.get $out))
    (local.get $from))

  (func (export "gathered") (result i32) (global.get $left)))
