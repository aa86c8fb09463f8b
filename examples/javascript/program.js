// Uses blocks of a WebAssembly memory from JavaScript. README.md has the commands.

import { Heap } from "granary";

const heap = await Heap.create();

// A block is a number, its pointer. Its bytes are a view of the memory.
const pointer = heap.alloc(1025);
heap.bytes(pointer).fill(0x12);
console.log(`${heap.lengthOf(pointer)} bytes, the last one is ${heap.bytes(pointer)[1024]}`);
heap.free(pointer);

// A list that doubles when it is full, as in C: realloc keeps the numbers, wherever it puts them.
let capacity = 4;
let count = 0;
let numbers = heap.alloc(capacity * Float64Array.BYTES_PER_ELEMENT);
for (let i = 1; i <= 100_000; i++) {
  if (count === capacity) {
    capacity *= 2;
    numbers = heap.realloc(numbers, capacity * Float64Array.BYTES_PER_ELEMENT);
  }
  // Growth detaches views, so take one when it is needed and do not keep it.
  heap.view(Float64Array, numbers)[count++] = i;
}
const sum = heap.view(Float64Array, numbers, count).reduce((a, b) => a + b);
console.log(`${count} numbers, their sum is ${sum}`);
heap.free(numbers);

const text = heap.allocString("Grüße");
console.log(`"${heap.readString(text)}" takes ${heap.lengthOf(text)} bytes`);
heap.free(text);

// Wrong use is an exception, and the heap stays as it was.
try {
  heap.free(text);
} catch (error) {
  console.log(`${error.code}: ${error.message}`);
}

console.log(`the memory has ${heap.memory.buffer.byteLength / 65536} pages of 64 KiB`);
