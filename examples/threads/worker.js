// A worker of program.js: copies its part, sorts the copy, and hands it over.

import { parentPort, workerData } from "node:worker_threads";
import { SharedHeap } from "granary";

const heap = await SharedHeap.open(workerData.shared);
const { pointer, length, alignment } = workerData.block;
heap.adopt(pointer, length, { alignment });

const sorted = heap.allocBytes(heap.bytes(pointer));
heap.view(Float64Array, sorted).sort();
heap.free(pointer);

parentPort.postMessage({ pointer: sorted, ...heap.disown(sorted) });
// The thread ends now: what it holds for its next blocks would be lost.
heap.flush();
