// Drives `classic` and Zig's own allocator with the same random calls and compares every answer and
// the size of the memory after every call. Both start from memories of the same size, so equal
// behaviour means equal addresses.

import assert from "node:assert/strict";
import { openHeap } from "./products.js";
import { Random } from "./random.js";

const largestLengthLog2 = 22; // 4 MiB
const mostLiveBytes = 48 * 2 ** 20;
const mostLiveBlocks = 3000;

/**
 * @param {import("./products.js").Product} ours
 * @param {import("./products.js").Product} zigs
 * @param {{seed: number, calls: number, maximumPages?: number}} run
 */
export function compareWithOracle(ours, zigs, { seed, calls, maximumPages }) {
  const random = new Random(seed);
  const heap = openHeap(ours, { maximumPages });
  const oracle = openHeap(zigs, { maximumPages });
  assert.equal(heap.pages, oracle.pages, "both start with as many pages");

  const live = [];
  let liveBytes = 0;
  const counts = { refused: 0, resized: 0, calls: 0 };

  const both = (name, ...parameters) => {
    const mine = heap[name](...parameters);
    const theirs = oracle[name](...parameters);
    counts.calls++;
    if (mine !== theirs || heap.byteLength !== oracle.byteLength) {
      assert.fail(
        `SEED=${seed}, call ${counts.calls}: ${name}(${parameters.join(", ")}) answered ${mine} ` +
          `with ${heap.byteLength} bytes of memory, Zig's ${theirs} with ${oracle.byteLength}`,
      );
    }
    return mine;
  };

  while (counts.calls < calls) {
    const full = liveBytes > mostLiveBytes || live.length >= mostLiveBlocks;
    const choice = random.below(10);
    if (live.length === 0 || (choice < 5 && !full)) {
      const length = random.oneIn(3) ? random.length(largestLengthLog2) : random.length(11);
      const alignment = random.oneIn(3) ? random.below(17) : random.below(5);
      const address = both("alloc", length, alignment);
      if (address === 0) {
        counts.refused++;
      } else {
        live.push({ address, length, alignment });
        liveBytes += length;
      }
      continue;
    }
    const index = random.below(live.length);
    const block = live[index];
    const { address, length, alignment } = block;
    if (choice < 7) {
      const newLength = nextLength(random, length);
      const name = random.oneIn(2) ? "resize" : "remap";
      if (both(name, address, length, alignment, newLength)) {
        counts.resized++;
        liveBytes += newLength - length;
        block.length = newLength;
      }
    } else {
      both("free", address, length, alignment);
      liveBytes -= length;
      live[index] = live.at(-1);
      live.pop();
    }
  }
  return counts;
}

/** Mostly near the old length, where a class begins or ends; sometimes anywhere. */
function nextLength(random, length) {
  if (random.oneIn(3)) return random.length(largestLengthLog2);
  if (random.oneIn(2)) return Math.max(1, length - 8 + random.below(17));
  return Math.max(
    1,
    random.oneIn(2) ? length * 2 - random.below(9) : (length >> 1) + random.below(9),
  );
}
