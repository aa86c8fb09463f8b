// The micro rows: patterns of calls so plain that the source of an allocator explains their cost.
// Each is a sequence of operations like a trace's and goes through the same loop.

import { OperationBuilder } from "./operations.js";

const batchSize = 1000;
const callsAtLeast = 10_000;

function workload(name, { operationLimit, handleCount, alignment }, build) {
  const builder = new OperationBuilder(operationLimit, handleCount, alignment);
  const peakLiveBytes = build(builder);
  builder.freeAll();
  return { name, peakLiveBytes, operations: builder.finish() };
}

function oneSize(length, alignment) {
  const pairs = callsAtLeast / 2;
  const limits = { operationLimit: 2 * pairs, handleCount: 1, alignment };
  return workload(`alloc ${length}, free`, limits, (builder) => {
    for (let pair = 0; pair < pairs; pair += 1) {
      builder.alloc(0, length);
      builder.free(0);
    }
    return length;
  });
}

function batches(name, length, alignment, handleFreedAt) {
  const repeats = callsAtLeast / (2 * batchSize);
  const limits = { operationLimit: callsAtLeast, handleCount: batchSize, alignment };
  return workload(`${batchSize} of ${length}, ${name}`, limits, (builder) => {
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      for (let handle = 0; handle < batchSize; handle += 1) builder.alloc(handle, length);
      for (let at = 0; at < batchSize; at += 1) builder.free(handleFreedAt(at));
    }
    return batchSize * length;
  });
}

// Other blocks are allocated between the steps, as they are by a program that fills the buffer, so
// an allocator cannot simply extend the last block.
function doublingBuffer(alignment) {
  const first = 16;
  const last = 1 << 20;
  const others = 64;
  const limits = { operationLimit: 64, handleCount: 32, alignment };
  return workload("doubling 16 B to 1 MiB", limits, (builder) => {
    let handle = 1;
    builder.alloc(0, first);
    for (let length = 2 * first; length <= last; length *= 2) {
      builder.alloc(handle, others);
      builder.realloc(0, length);
      handle += 1;
    }
    return last + others * (handle - 1);
  });
}

// What a small program's heap costs: the pages that it grows in a fresh module.
function smallHeap(alignment) {
  const lengths = [8, 20, 40, 60, 100, 200, 400, 700, 900, 1500];
  const objects = 40;
  const limits = { operationLimit: objects, handleCount: objects, alignment };
  return workload("40 objects of 10 sizes", limits, (builder) => {
    let bytes = 0;
    for (let handle = 0; handle < objects; handle += 1) {
      const length = lengths[handle % lengths.length];
      builder.alloc(handle, length);
      bytes += length;
    }
    return bytes;
  });
}

export function microWorkloads(alignment) {
  return [
    oneSize(16, alignment),
    oneSize(64, alignment),
    oneSize(1000, alignment),
    oneSize(10_000, alignment),
    batches("LIFO", 48, alignment, (at) => batchSize - 1 - at),
    batches("FIFO", 48, alignment, (at) => at),
    batches("LIFO", 2000, alignment, (at) => batchSize - 1 - at),
    batches("FIFO", 2000, alignment, (at) => at),
    doublingBuffer(alignment),
    smallHeap(alignment),
  ];
}
