// A trace whose heap is large: blocks of all sizes until so many bytes live, and then as many frees as
// allocations. The page makes it itself, because it is too long to be passed to it.

const magic = 0x4352544d;
const [alloc, free] = [0, 1];
const headerWords = 8;

/**
 * @param {number} liveBytes
 * @param {number} churn how many pairs of a free and an allocation follow
 * @returns {Uint8Array} the trace, not packed
 */
export function bigTrace(liveBytes, churn) {
  // The generator is xorshift32 (Marsaglia, 2003) from one seed: every trace is the same.
  let state = 0x9e3779b9;
  const below = (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  /** 8 bytes to 64 KiB, each doubling half as often as the one before. */
  const length = () => {
    let log2 = 3;
    while (log2 < 15 && below(5) < 3) log2++;
    return 2 ** log2 + below(2 ** log2);
  };
  const sizes = [];
  const operations = [];
  let [live, peak] = [0, 0];
  const allocate = (handle) => {
    sizes[handle] = length();
    live += sizes[handle];
    peak = Math.max(peak, live);
    operations.push(((alloc << 30) | handle) >>> 0, sizes[handle]);
  };
  while (live < liveBytes) allocate(sizes.length);
  for (let pair = 0; pair < churn; pair++) {
    const handle = below(sizes.length);
    live -= sizes[handle];
    operations.push(((free << 30) | handle) >>> 0, 0);
    allocate(handle);
  }
  const words = new Uint32Array(headerWords + operations.length);
  words.set([magic, 1, operations.length / 2, sizes.length, peak]);
  words.set(operations, headerWords);
  return new Uint8Array(words.buffer);
}
