// The scale rows: one mix of sizes under random replacement, at more and more live bytes. The heap
// is filled, and then every block is replaced once, so that the blocks lie as scattered as they ever
// get. Only the replacements after that are timed.
//
// The random numbers are the same in every run.

import { OperationBuilder } from "./operations.js";
import { randomNumbers } from "./random.js";

const timedReplacements = 100_000;

// Shares of the blocks, with the bounds (from, below) between which their lengths are drawn evenly. The
// average length is about 400 bytes.
const sizeMix = [
  { share: 0.5, from: 8, below: 64 },
  { share: 0.3, from: 64, below: 256 },
  { share: 0.15, from: 256, below: 1024 },
  { share: 0.05, from: 1024, below: 8192 },
];

function randomLength(random) {
  let left = random();
  for (const { share, from, below } of sizeMix) {
    if (left < share) return from + Math.floor((left / share) * (below - from));
    left -= share;
  }
  return sizeMix.at(-1).from;
}

function lengthsUpTo(liveBytes, random) {
  const lengths = [];
  for (let bytes = 0; bytes < liveBytes; bytes += lengths.at(-1)) {
    lengths.push(randomLength(random));
  }
  return lengths;
}

// `agedAt` is the position from which on time is measured.
export function scaleWorkload(liveMebibytes, alignment) {
  const random = randomNumbers(liveMebibytes);
  const lengths = lengthsUpTo(liveMebibytes * 2 ** 20, random);
  const handleCount = lengths.length;
  const replacements = handleCount + timedReplacements;
  const builder = new OperationBuilder(handleCount + 2 * replacements, handleCount, alignment);
  lengths.forEach((length, handle) => builder.alloc(handle, length));
  let agedAt;
  for (let replaced = 0; replaced < replacements; replaced += 1) {
    if (replaced === handleCount) agedAt = builder.position;
    const handle = Math.floor(random() * handleCount);
    builder.free(handle);
    builder.alloc(handle, randomLength(random));
  }
  return {
    name: `${liveMebibytes} MiB live`,
    peakLiveBytes: liveMebibytes * 2 ** 20,
    operations: builder.finish(),
    agedAt,
  };
}
