// Sorts numbers in several threads. The main thread allocates the numbers and hands each worker a part, by
// its pointer; a worker allocates the sorted part, frees the other one, and hands the new one back. README.md
// has the commands.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { SharedHeap } from "granary";

const workerCount = 4;
const numbersOfPart = 50_000;

const heap = await SharedHeap.create({ maximumPages: 1024 });
const shared = heap.share();

/** The numbers of a part in no order: every one from 0 on once. */
const scattered = (part) =>
  Float64Array.from({ length: numbersOfPart }, (_, i) => (i * 7919 + part) % numbersOfPart);

async function sortedPart(_, part) {
  const pointer = heap.allocBytes(scattered(part));
  // From here on the block is the worker's: a block is in the books of one thread at a time.
  const block = { pointer, ...heap.disown(pointer) };
  const worker = new Worker(new URL("./worker.js", import.meta.url), {
    workerData: { shared, block },
  });
  const [answer] = await once(worker, "message");
  heap.adopt(answer.pointer, answer.length, { alignment: answer.alignment });
  return answer.pointer;
}

const parts = await Promise.all(Array.from({ length: workerCount }, sortedPart));
for (const pointer of parts) {
  const numbers = heap.view(Float64Array, pointer);
  const sorted = numbers.every((number, i) => i === 0 || numbers[i - 1] <= number);
  console.log(`${numbers.length} numbers, ${sorted ? "sorted" : "not sorted"}`);
  heap.free(pointer);
}

// Wrong use is an exception, and the heap stays as it was.
const [freed] = parts;
try {
  heap.free(freed);
} catch (error) {
  console.log(`${error.code}: ${error.message}`);
}
