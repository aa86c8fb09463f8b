// What the tour answers wherever it runs.

import assert from "node:assert/strict";

/** @param {object} facts what `tour` answered */
export function assertTour(facts) {
  const { keptViews, resizable, blocksIn3Pages, atOnce, ...rest } = facts;
  assert.equal(keptViews, resizable);
  assert.notEqual(atOnce, false);
  // 3 pages hold 19 blocks of 10,000 bytes; some room is the heap's own.
  assert.ok(blocksIn3Pages >= 15 && blocksIn3Pages <= 19, `${blocksIn3Pages} blocks`);
  assert.deepEqual(rest, {
    aligned: 0,
    detached: 0,
    contents: true,
    sum: 5,
    pages: 3,
    programsBytes: true,
    aboveTheProgram: true,
    text: "Grüße \u{1f33e}",
    liveBlocks: 1,
    fault: { kind: "written-past-end", allocatedBy: 7 },
    rawFault: { kind: "null-pointer", allocatedBy: null },
    faultBeside: { kind: "written-after-free", allocatedBy: 8 },
    array: [1, -1],
    stringOfC: "Grüße",
    words: "0,0,0",
    handle: [10, 1, 10, 1, false],
    full: "alloc: there is no memory for 200000 bytes: the memory has 3 of at most 3 pages",
    shown: "Heap { liveBlocks: 0, liveBytes: 0, pageCount: 1 }",
    clone: "DataCloneError",
    classicRefuses: null,
    codes: [
      "ERR_POINTER",
      "ERR_LENGTH",
      "ERR_ALIGNMENT",
      "ERR_NO_MEMORY",
      "ERR_MEMORY",
      "ERR_MODULE",
      "ERR_MODULE",
      "ERR_MEMORY",
    ],
  });
}
