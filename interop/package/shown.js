// What console.log shows of a heap.

import { Heap } from "granary";

const heap = await Heap.create();
heap.alloc(1000);
console.log(heap);
