// The misuses of arenas that a checked heap catches, beside those of any block (checked.test.js): each is
// named, has changed nothing, and leaves a heap that is as good as before.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { arenaPrograms } from "./support/arena-programs.js";
import { CheckedHeap } from "./support/checked-heap.js";
import { namesOf } from "./support/public-headers.js";

const culprit = 77;

/** A heap with two arenas that have a block each, and a block of its own. */
function setUp(open) {
  const exports = open();
  const heap = CheckedHeap.of(exports);
  const arena = exports.arena_new(0);
  const other = exports.arena_new(0);
  return {
    heap,
    exports,
    arena,
    other,
    ofHeap: exports.alloc(0, 100, 4, 0),
    ofArena: exports.alloc(arena, 100, 4, 0),
    ofOther: exports.alloc(other, 100, 4, 0),
    flip: (address) => (heap.bytes(address, 1)[0] ^= 0xff),
  };
}

/** The calls with a block, each with what it says of itself. */
const uses = {
  free: (context, address) => ({
    call: "free",
    run: ({ exports }) => exports.free(context, address, 100, 4, culprit),
  }),
  resize: (context, address) => ({
    call: "resize",
    run: ({ exports }) => exports.resize(context, address, 100, 4, 50, culprit),
  }),
  remap: (context, address) => ({
    call: "remap",
    run: ({ exports }) => exports.remap(context, address, 100, 4, 50, culprit),
  }),
};

/** By name: `given` are the heap and the block that a call is made with, `fault` what it has to say. */
const wrongBlocks = {
  "a block of an arena, given to the heap": ({ arena, ofArena }) => ({
    given: [0, ofArena],
    fault: { kind: "other heap", heap: 0, block: ofArena, blockHeap: arena },
  }),
  "a block of the heap, given to an arena": ({ arena, ofHeap }) => ({
    given: [arena, ofHeap],
    fault: { kind: "other heap", heap: arena, block: ofHeap, blockHeap: 0 },
  }),
  "a block of one arena, given to another": ({ arena, other, ofArena }) => ({
    given: [other, ofArena],
    fault: { kind: "other heap", heap: other, block: ofArena, blockHeap: arena },
  }),
  "an arena, given to the heap as if it were a block": ({ arena }) => ({
    given: [0, arena],
    fault: { kind: "other heap", heap: 0, block: arena, blockHeap: arena },
  }),
  "a block from before a reset": ({ exports, arena, ofArena }) => {
    exports.arena_reset(arena);
    return {
      given: [arena, ofArena],
      fault: { kind: "freed block", heap: arena, block: ofArena, blockHeap: arena },
    };
  },
  "a block of an arena that was destroyed, given to the heap": ({ exports, arena, ofArena }) => {
    exports.arena_destroy(arena);
    return {
      given: [0, ofArena],
      fault: { kind: "freed block", heap: 0, block: ofArena, blockHeap: arena },
    };
  },
  "an arena that was destroyed": ({ exports, arena, ofArena }) => {
    exports.arena_destroy(arena);
    return {
      given: [arena, ofArena],
      fault: { kind: "destroyed arena", heap: arena, block: arena, blockHeap: arena },
    };
  },
  "a block, given as if it were an arena": ({ ofHeap, ofArena }) => ({
    given: [ofHeap, ofArena],
    fault: { kind: "not an arena", heap: ofHeap, block: 0, blockHeap: 0 },
  }),
  "an address above the memory, given as an arena": ({ ofArena }) => ({
    given: [0xffff_fff0, ofArena],
    fault: { kind: "not an arena", heap: 0xffff_fff0, block: 0, blockHeap: 0 },
  }),
  "a number that is no address, given as an arena": ({ ofArena }) => ({
    given: [3, ofArena],
    fault: { kind: "not an arena", heap: 3, block: 0, blockHeap: 0 },
  }),
};

/** The calls that take an arena alone. */
const wrongArenas = {
  "alloc in an arena that was destroyed": ({ exports, arena }) => {
    exports.arena_destroy(arena);
    const run = () => exports.alloc(arena, 10, 4, culprit);
    return { run, fault: { kind: "destroyed arena", call: "alloc", heap: arena, block: arena } };
  },
  "reset of an arena that was destroyed": ({ exports, arena }) => {
    exports.arena_destroy(arena);
    const run = () => exports.arena_reset(arena);
    return { run, fault: { kind: "destroyed arena", call: "reset", heap: arena, block: arena } };
  },
  "a second destroy": ({ exports, arena }) => {
    exports.arena_destroy(arena);
    const run = () => exports.arena_destroy(arena);
    return { run, fault: { kind: "destroyed arena", call: "destroy", heap: arena, block: arena } };
  },
  "reset of a block": ({ exports, ofHeap }) => {
    const run = () => exports.arena_reset(ofHeap);
    return { run, fault: { kind: "not an arena", call: "reset", heap: ofHeap, block: 0 } };
  },
  "destroy of a block of an arena": ({ exports, ofArena }) => {
    const run = () => exports.arena_destroy(ofArena);
    return { run, fault: { kind: "not an arena", call: "destroy", heap: ofArena, block: 0 } };
  },
  "a write past the end of a block, by reset": ({ exports, arena, ofArena, flip }) => {
    flip(ofArena + 100);
    const run = () => exports.arena_reset(arena);
    return { run, fault: { kind: "written past end", call: "reset", heap: arena, block: ofArena } };
  },
  "a write before the start of a block, by destroy": ({ exports, arena, ofArena, flip }) => {
    flip(ofArena - 1);
    const run = () => exports.arena_destroy(arena);
    const known = { call: "destroy", heap: arena, block: ofArena };
    return { run, fault: { kind: "written before start", ...known } };
  },
  "a write past the end of the arena's own words": ({ exports, arena, flip }) => {
    // A struct of five words and two of the checks.
    flip(arena + 28);
    const run = () => exports.alloc(arena, 10, 4, culprit);
    return { run, fault: { kind: "written past end", call: "alloc", heap: arena, block: arena } };
  },
  "a write to a block after a reset, by check": ({ heap, exports, arena, ofArena, flip }) => {
    exports.arena_reset(arena);
    flip(ofArena + 5);
    if (exports.check === undefined) return undefined;
    const run = () => heap.check();
    const mend = () => flip(ofArena + 5);
    return {
      run,
      mend,
      fault: { kind: "written after free", call: "check", heap: 0, block: ofArena },
    };
  },
};

const subjects = arenaPrograms.filter(({ checked }) => checked);

/** Nothing of the heap that a fault has been met in is lost. */
function expectWhole({ heap, exports }) {
  const arena = exports.arena_new(0);
  for (const length of [10, 1000, 50_000]) assert.notEqual(exports.alloc(arena, length, 4, 0), 0);
  exports.arena_reset(arena);
  exports.arena_destroy(arena);
  exports.free(0, exports.alloc(0, 30_000, 4, 0), 30_000, 4, 0);
  if (exports.verify !== undefined) assert.equal(heap.verify(), 0);
}

for (const { name, open } of subjects) {
  describe(`${name} catches`, () => {
    for (const [misuse, of] of Object.entries(wrongBlocks)) {
      for (const [use, make] of Object.entries(uses)) {
        test(`${use} of ${misuse}`, () => {
          const made = setUp(open);
          const { given, fault } = of(made);
          const { call, run } = make(...given);
          const caught = made.heap.caught(() => run(made));
          const { kind, heap, block, blockHeap, address, length, caller } = caught;
          assert.deepEqual({ kind, heap, block, blockHeap }, fault);
          assert.deepEqual(
            { call: caught.call, address, length, caller },
            {
              call,
              address: given[1],
              length: 100,
              caller: culprit,
            },
          );
          expectWhole(made);
        });
      }
    }

    for (const [misuse, of] of Object.entries(wrongArenas)) {
      test(misuse, (t) => {
        const made = setUp(open);
        const wrong = of(made);
        if (wrong === undefined) return t.skip("the program does not export `check`");
        const { kind, call, heap, block } = made.heap.caught(wrong.run);
        assert.deepEqual({ kind, call, heap, block }, wrong.fault);
        wrong.mend?.();
        expectWhole(made);
      });
    }
  });

  describe(`${name}:`, () => {
    test("a reset that meets a fault has ended no block", () => {
      const made = setUp(open);
      const { exports, arena, ofArena, flip, heap } = made;
      const later = exports.alloc(arena, 100, 4, 0);
      flip(later + 100);
      heap.caught(() => exports.arena_reset(arena));
      exports.free(arena, ofArena, 100, 4, 0);
      flip(later + 100);
      exports.arena_reset(arena);
      assert.equal(heap.caught(() => exports.free(arena, later, 100, 4, 0)).kind, "freed block");
    });

    test("reset and destroy leave the blocks of other heaps as they are", () => {
      const { exports, arena, other, ofHeap, ofOther } = setUp(open);
      exports.arena_reset(arena);
      exports.arena_destroy(arena);
      exports.free(0, ofHeap, 100, 4, 0);
      exports.free(other, ofOther, 100, 4, 0);
    });
  });
}

test("each kind of fault of an arena has its misuse", () => {
  const made = Object.values({ ...wrongBlocks, ...wrongArenas }).map((of) =>
    of(setUp(subjects[0].open)),
  );
  const kinds = new Set(made.map(({ fault }) => fault.kind));
  const ofArenas = namesOf("granary_fault_kind").filter((kind) => /arena|heap/.test(kind));
  assert.equal(ofArenas.length, 3);
  for (const kind of ofArenas) assert.ok(kinds.has(kind), kind);
});
