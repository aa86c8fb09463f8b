;; A list of numbers in a program that has no allocator: its nodes are blocks of a sidecar. The first
;; page is the program's own.
;;
;;   make && mkdir -p build/examples
;;   wat2wasm examples/sidecar/list.wat -o build/examples/list.wasm
;;   node examples/sidecar/run.js
(module
  (import "env" "memory" (memory 1))
  ;; alloc(ctx, length, log2 of the alignment, return address) -> address; 0: there is no memory
  (import "granary" "alloc" (func $alloc (param i32 i32 i32 i32) (result i32)))
  ;; free(ctx, address, length, log2 of the alignment, return address)
  (import "granary" "free" (func $free (param i32 i32 i32 i32 i32)))

  (data (i32.const 16) "data of the program")

  ;; A node is two words: the next node, 0 for none, and the number.
  (global $first (mut i32) (i32.const 0))

  (func (export "push") (param $number i32)
    (local $node i32)
    (local.set $node (call $alloc (i32.const 0) (i32.const 8) (i32.const 2) (i32.const 0)))
    (if (i32.eqz (local.get $node)) (then unreachable))
    (i32.store (local.get $node) (global.get $first))
    (i32.store offset=4 (local.get $node) (local.get $number))
    (global.set $first (local.get $node)))

  (func (export "pop") (result i32)
    (local $node i32) (local $number i32)
    (local.set $node (global.get $first))
    (if (i32.eqz (local.get $node)) (then unreachable))
    (local.set $number (i32.load offset=4 (local.get $node)))
    (global.set $first (i32.load (local.get $node)))
    (call $free (i32.const 0) (local.get $node) (i32.const 8) (i32.const 2) (i32.const 0))
    (local.get $number)))
