// Heaps of `granary/inline`, made at once and used; what comes of them is in `answer`. A bundler makes one file of it.

import { CheckedHeap, Heap } from "granary/inline";

const heap = Heap.createSync({ maximumPages: 40 });
const pointer = heap.allocArray([1, 2, 3], Float32Array);
heap.alloc(1_000_000);
const checked = CheckedHeap.createSync();
const overrun = checked.alloc(96);
checked.viewAt(Uint8Array, overrun + 96, 1)[0] ^= 1;
let kind = null;
try {
  checked.free(overrun);
} catch (fault) {
  kind = fault.kind;
}

globalThis.answer = {
  sum: heap.view(Float32Array, pointer).reduce((a, b) => a + b),
  text: heap.readCString(heap.allocCString("Grüße")),
  refused: heap.tryAlloc(3_000_000),
  kind,
};
