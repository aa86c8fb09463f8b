// The npm package `granary`, an allocator for WebAssembly memories. index.d.ts documents every call.

export { ArenaHeap, CheckedArenaHeap } from "./arena-heap.js";
export { CheckedHeap } from "./checked-heap.js";
export { GranaryError } from "./errors.js";
export { GranaryFault, guard } from "./faults.js";
export { Heap } from "./heap.js";
export { InspectedHeap } from "./inspected-heap.js";
export { SharedHeap } from "./shared-heap.js";
