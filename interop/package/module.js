// The module imported as a module of the language, in runtimes that can.

import { alloc, free, memory } from "granary/granary.wasm";

const pointer = alloc(0, 100, 4, 0) >>> 0;
new Uint8Array(memory.buffer, pointer, 100).fill(1);
free(0, pointer, 100, 4, 0);
console.log(pointer % 16);
