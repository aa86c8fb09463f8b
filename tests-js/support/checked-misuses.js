// The ways to misuse a checked heap, each as a function that sets it up in a heap and returns the
// call that has to trap, and the fault that it has to leave.

import assert from "node:assert/strict";
import { defaults, zoneBytes } from "./checked-heap.js";
import { addressBits, isWide, wordBytes } from "./width.js";

/** The last one that a number of JavaScript tells from its neighbours. */
const lastAddress = (isWide ? Number.MAX_SAFE_INTEGER + 1 : 2 ** 32) - 16;
export const moreThanAnyMemory = isWide ? Number.MAX_SAFE_INTEGER : 2 ** 32 - 1;

/** Who calls: what Zig would pass as ret_addr. */
export const by = { allocator: 0xa110c, owner: 0xf1ee, culprit: 0xbad };

/** A block of the allocator's, filled by its owner. */
export function take(heap, length = 100, alignment = 4) {
  const address = heap.alloc(length, alignment, by.allocator);
  assert.equal(address % 2 ** alignment, 0);
  heap.fill(address, length, 0x11);
  return { address, length, alignment };
}

export function free(heap, { address, length, alignment }) {
  heap.free(address, length, alignment, by.owner);
}

/** The length of a block that takes the whole quarantine. */
const wholeQuarantine = defaults.quarantine - 2 * zoneBytes;

/** Frees so much that nothing freed before is in the quarantine any more. */
export function flushQuarantine(heap) {
  heap.free(heap.alloc(wholeQuarantine), wholeQuarantine);
}

/** What a fault says of a block that is known. */
const of = ({ address, length, alignment }, freedBy = 0) => ({
  block: address,
  blockLength: length,
  blockAlignment: alignment,
  allocatedBy: by.allocator,
  freedBy,
  heap: 0,
  blockHeap: 0,
});
const ofNone = {
  block: 0,
  blockLength: 0,
  blockAlignment: 0,
  allocatedBy: 0,
  freedBy: 0,
  heap: 0,
  blockHeap: 0,
};

/** The three calls that are given a block; each returns what it is and what it was given. */
const uses = {
  free: (heap, { address, length, alignment }) => ({
    call: () => heap.free(address, length, alignment, by.culprit),
    given: { call: "free", address, length, alignment, newLength: 0, caller: by.culprit },
  }),
  resize: (heap, { address, length, alignment }, newLength = 50) => ({
    call: () => heap.resize(address, length, alignment, newLength, by.culprit),
    given: { call: "resize", address, length, alignment, newLength, caller: by.culprit },
  }),
  remap: (heap, { address, length, alignment }, newLength = 50) => ({
    call: () => heap.remap(address, length, alignment, newLength, by.culprit),
    given: { call: "remap", address, length, alignment, newLength, caller: by.culprit },
  }),
};

/** A call of `check`, which is given nothing and names the block itself. */
const checking = (heap, { address, length, alignment }) => ({
  call: () => heap.check(),
  given: { call: "check", address, length, alignment, newLength: 0, caller: 0 },
});

/**
 * @typedef {object} Misuse
 * @property {() => void} call what has to trap
 * @property {object} fault what it has to say
 * @property {boolean} [takesOut] whether the damaged block leaves the quarantine
 * @property {boolean} [endsAll] whether no block is live any more
 */

/** The misuses by name: each is a function that sets it up in a heap. */
export const misuses = {};

/** Adds a misuse for each of the three calls: it is given an address where no such block is live. */
function eachUse(name, setUp) {
  for (const [use, make] of Object.entries(uses)) {
    misuses[`${use} of ${name}`] = (heap) => {
      const { given: block, kind, known, endsAll } = setUp(heap);
      const { call, given } = make(heap, block);
      return { call, fault: { kind, ...given, ...(known ?? ofNone) }, endsAll };
    };
  }
}

const unknown = (kind, address, length = 100, alignment = 4) => ({
  given: { address, length, alignment },
  kind,
});

eachUse("the address 0", () => unknown("null pointer", 0));
eachUse("an address on the stack", (heap) => unknown("not a block", heap.stack.end - 64));
eachUse("a constant of the program", (heap) => {
  const { vtable } = heap.exports;
  return unknown("not a block", vtable ? heap.number(vtable.value) : heap.stack.end, 16, 2);
});
eachUse("the fault record", (heap) => unknown("not a block", heap.faultAddress, 48, 2));
eachUse("an address above the memory", (heap) => unknown("outside memory", heap.byteLength));
eachUse("the last address of all", () => unknown("outside memory", lastAddress));
eachUse("an address that was never handed out", (heap) => {
  take(heap);
  return unknown("not a block", heap.byteLength - 4096);
});
eachUse("an address that no such block can have", (heap) => {
  take(heap);
  return unknown("misaligned", heap.byteLength - 4096 + 8);
});
for (const [size, length] of [
  ["small", 100],
  ["large", 50_000],
]) {
  const inside = (offset) => (heap) => {
    const block = take(heap, length);
    const given = { ...block, address: block.address + offset, alignment: 0 };
    return { given, kind: "inside block", known: of(block) };
  };
  eachUse(`the second byte of a ${size} block`, inside(1));
  eachUse(`the middle of a ${size} block`, inside(length / 2));
  eachUse(`the end of a ${size} block`, inside(length));
  eachUse(`the zone below a ${size} block`, inside(-8));
}
eachUse("a block that was freed", (heap) => {
  const block = take(heap);
  free(heap, block);
  return { given: block, kind: "freed block", known: of(block, by.owner) };
});
eachUse("a block that was freed before fifty others", (heap) => {
  const block = take(heap);
  const others = Array.from({ length: 50 }, () => take(heap));
  free(heap, block);
  for (const other of others) free(heap, other);
  return { given: block, kind: "freed block", known: of(block, by.owner) };
});
eachUse("the middle of a freed block", (heap) => {
  const block = take(heap);
  free(heap, block);
  const given = { ...block, address: block.address + 48 };
  return { given, kind: "inside freed block", known: of(block, by.owner) };
});
eachUse("a block that was freed so long ago that nothing is known of it", (heap) => {
  const block = take(heap);
  free(heap, block);
  flushQuarantine(heap);
  return unknown("not a block", block.address);
});
eachUse("a block that a reset ended", (heap) => {
  const block = take(heap);
  heap.reset();
  return { ...unknown("not a block", block.address), endsAll: true };
});
for (const [name, change] of Object.entries({
  "with a length one too large": (block) => ({ ...block, length: block.length + 1 }),
  "with a length one too small": (block) => ({ ...block, length: block.length - 1 }),
  "with the length 0": (block) => ({ ...block, length: 0 }),
})) {
  eachUse(`a block ${name}`, (heap) => {
    const block = take(heap);
    return { given: change(block), kind: "wrong length", known: of(block) };
  });
}
eachUse("a block with the length that it had before a resize", (heap) => {
  const block = take(heap, 100);
  assert.ok(heap.resize(block.address, 100, 4, 90));
  return { given: block, kind: "wrong length", known: of({ ...block, length: 90 }) };
});
eachUse("a block with the length that it had before a remap", (heap) => {
  const block = take(heap, 30_000);
  assert.equal(heap.remap(block.address, 30_000, 4, 40_000), block.address);
  return { given: block, kind: "wrong length", known: of({ ...block, length: 40_000 }) };
});
eachUse("a block where it was before a remap moved it", (heap) => {
  const before = take(heap, 20_000);
  const block = take(heap, 20_000);
  take(heap, 20_000);
  free(heap, before);
  heap.setLimits({ quarantine: 0 });
  const address = heap.remap(block.address, 20_000, 4, 30_000);
  assert.equal(address, before.address);
  const known = of({ address, length: 30_000, alignment: 4 });
  return { given: block, kind: "inside block", known };
});
for (const alignment of [3, 5, 0, 31, 32, 40, 2 ** 31]) {
  eachUse(`a block with the alignment 2^${alignment} instead of 2^4`, (heap) => {
    const block = take(heap);
    return { given: { ...block, alignment }, kind: "wrong alignment", known: of(block) };
  });
}
for (const use of ["resize", "remap"]) {
  misuses[`${use} to the length 0`] = (heap) => {
    const block = take(heap);
    const { call, given } = uses[use](heap, block, 0);
    return { call, fault: { kind: "new length zero", ...given, ...of(block) } };
  };
}
for (const alignment of [addressBits, addressBits + 1, addressBits + 8, 2 ** 31, 2 ** 32 - 1]) {
  misuses[`alloc with the alignment 2^${alignment}`] = (heap) => ({
    call: () => heap.alloc(100, alignment, by.culprit),
    fault: {
      kind: "alignment out of range",
      call: "alloc",
      address: 0,
      length: 100,
      alignment,
      newLength: 0,
      caller: by.culprit,
      ...ofNone,
    },
  });
}

/** Adds misuses that write around a live block: each use of the block finds the write, and so does `check`. */
function eachFinder(name, kind, setUp) {
  for (const [finder, make] of Object.entries({ ...uses, check: checking })) {
    misuses[`a write to ${name}, by ${finder}`] = (heap) => {
      const block = setUp(heap);
      const { call, given } = make(heap, block);
      return { call, fault: { kind, ...given, ...of(block) } };
    };
  }
}

export const flip = (heap, address) => {
  heap.bytes(address, 1)[0] ^= 0x80;
};
for (const [length, alignment] of [
  [0, 0],
  [1, 0],
  [7, 2],
  [64, 4],
  [65, 4],
  [2000, 4],
  [70_000, 12],
]) {
  eachFinder(`the byte above a block of ${length} bytes`, "written past end", (heap) => {
    const block = take(heap, length, alignment);
    flip(heap, block.address + length);
    return block;
  });
  eachFinder(`the byte below a block of ${length} bytes`, "written before start", (heap) => {
    const block = take(heap, length, alignment);
    flip(heap, block.address - 1);
    return block;
  });
}
for (const offset of [7, 8, zoneBytes - 1]) {
  eachFinder(`byte ${offset} above a block`, "written past end", (heap) => {
    const block = take(heap);
    flip(heap, block.address + block.length + offset);
    return block;
  });
}
for (const [what, offset, count] of [
  ["the 8 bytes", -8, 8],
  ["the 12 bytes", -12, 12],
  ["all 16 bytes", -16, 16],
  ["only the record's number", -16, 4],
]) {
  eachFinder(`${what} below a block`, "written before start", (heap) => {
    const block = take(heap);
    heap.fill(block.address + offset, count, 0);
    return block;
  });
}
eachFinder(
  "the number below a block, which becomes that of another block",
  "written before start",
  (heap) => {
    const [block, other] = [take(heap), take(heap)];
    const number = (of) => heap.bytes(of.address - zoneBytes, 4);
    number(block).set(number(other));
    return block;
  },
);
eachFinder("the zone below a block, from the block under it", "written before start", (heap) => {
  // Two single blocks side by side.
  const [before, block] = [take(heap, 20_000), take(heap, 20_000)];
  heap.fill(before.address + 20_000, block.address - before.address - 20_000, 0x22);
  const tag = (of) => heap.bytes(of.address - zoneBytes - wordBytes, wordBytes);
  tag(block).set(tag(before));
  free(heap, { ...take(heap), length: 100 });
  heap.bytes(before.address + 20_000, zoneBytes).fill(0xb7);
  return block;
});

/** The calls that look at the quarantine, which find a write to a freed block. */
const quarantineFinders = {
  check: checking,
  "a free that needs its room": (heap) => {
    return uses.free(heap, take(heap, wholeQuarantine));
  },
  "an alloc that needs its memory": (heap) => ({
    call: () => heap.alloc(moreThanAnyMemory, 4, by.culprit),
    given: {
      call: "alloc",
      address: 0,
      length: moreThanAnyMemory,
      alignment: 4,
      newLength: 0,
      caller: by.culprit,
    },
  }),
  "a change of limits": (heap) => ({
    ...checking(heap, { address: 0, length: 0, alignment: 0 }),
    call: () => heap.setLimits({}),
  }),
};
for (const [name, offset] of Object.entries({
  "the first byte of a freed block": 0,
  "byte 63 of a freed block, the last that is filled": 63,
  "the byte above a freed block": 100,
  "the byte below a freed block": -1,
  "the number of a freed block's record": -16,
})) {
  for (const [finder, make] of Object.entries(quarantineFinders)) {
    misuses[`a write to ${name}, by ${finder}`] = (heap) => {
      const block = take(heap);
      free(heap, block);
      flip(heap, block.address + offset);
      const { call, given } = make(heap, block);
      const fault = { kind: "written after free", ...given, ...of(block, by.owner) };
      return { call, fault, takesOut: finder !== "check" };
    };
  }
}
