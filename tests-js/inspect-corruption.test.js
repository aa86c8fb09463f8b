// Every word that the engine keeps is overwritten, one at a time, in a heap that has all kinds of words:
// verify names the rule that docs/inspect.md says, never traps, and always ends.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { runInNewContext } from "node:vm";
import { InspectedHeap } from "./support/inspected-heap.js";
import {
  bitsOf,
  moduleWithAnatomy,
  nextOf,
  overwrite,
  spanBytes,
  state,
  stateWords,
  unit,
  valueAt,
  valueOf,
  wordsOf,
} from "./support/inspected-words.js";
import { slotSizes } from "./support/inspected-shadow.js";
import { instantiate } from "./support/link.js";
import { setMaximumPages } from "../bench/memory-section.js";
import { pageSize } from "./support/products.js";
import { namesOf } from "./support/public-headers.js";
import { Random, seeds } from "./support/random.js";
import { addressBits, isWide, word, wordBytes } from "./support/width.js";

/** By number. */
const rules = namesOf("granary_rule");

/** For a kind of word, whether a wrong value could as well be true, and so is not seen. */
const couldBeTrue = {
  "waiting list": isShorterList,
  queue: isListedSpanOfClass,
  capacity: isOfLadder,
  "bytes of single blocks": () => true,
  "classes expected": (_, wrong) => wrong <= 8,
  growths: () => true,
  "bin bitmap": isMarkOfEveryBlock,
  "links of the end of all bins": () => true,
  top: isLastBlock,
  used: isUsedEnough,
  "unavailable size": isMissingToo,
  "unavailable alignment": isMissingToo,
  "tag of a block": isJoinedToNext,
  "previous of no span": () => true,
  "previous of a current span": () => true,
  "previous of a full span": () => true,
  "link of a waiting slot": isShorterList,
};

/** The table of docs/inspect.md: for each kind of word the rules that name it. */
const documented = new Map();
{
  const page = readFileSync("docs/inspect.md", "utf8");
  const [table] = page.split("### What an overwritten word is named")[1].split("\n## ");
  for (const [, what, names, unseen] of table.matchAll(/^\| (.*?) *\| (.*?) *\| (.*?) *\|$/gm)) {
    if (what === "word" || what.startsWith("--")) continue;
    documented.set(what, { names: names ? names.split(", ") : [], unseen: unseen !== "" });
  }
}

/** The class has no span yet. */
function isOfLadder({ value, index }, wrong) {
  return value === 0 && wrong === Math.floor((spanBytes - wordBytes) / slotSizes[index]);
}

/** No free block holds a block of that size and alignment either. */
function isMissingToo({ heap, what, unavailable }, wrong) {
  const sought = { ...unavailable, [what]: wrong };
  const size = sought["unavailable size"];
  const log2 = sought["unavailable alignment"];
  if (size === 0 || log2 >= addressBits) return true;
  const holds = (item) => {
    const address = Math.ceil(item.address / 2 ** log2) * 2 ** log2;
    return item.kind === "free" && address + size <= item.address + item.size;
  };
  return ![...heap.walk()].some(holds);
}

/** The slots that a class hands out next are fewer: the others would be in use. */
function isShorterList({ heap, value }, wrong) {
  let slot = value;
  while (slot !== 0 && slot !== wrong) slot = heap.wordAt(slot);
  return slot === wrong;
}

/** The queue is a ring, and any of its spans may be the first. */
function isListedSpanOfClass({ heap, value, origin }, wrong) {
  const next = (span) => nextOf(heap, origin + span);
  if (value === 0) return false;
  let span = next(value);
  while (span !== value && span !== wrong) span = next(span);
  return span === wrong;
}

/** Nothing beyond was written to, whether or not it was handed out once. */
function isUsedEnough({ heap, top, limit, end }, wrong) {
  if (wrong % unit !== 0 || wrong >= end) return false;
  const from = Math.max(wrong, top);
  return from >= limit || heap.firstOther(from, limit - from, 0) === -1;
}

/** Where the lists of all bins end. */
const endOfBins = stateWords.find(({ what }) => what === "links of the end of all bins").address;

/** The bits of all bins that hold a block are set. */
function isMarkOfEveryBlock({ heap, index }, wrong) {
  const bins = stateWords.filter(({ what }) => what === "bin").slice(32 * index, 32 * (index + 1));
  return bins.every((bin, bit) => valueAt(heap, bin) === endOfBins || ((wrong >>> bit) & 1) === 1);
}

/** Blocks in use that are next to one another may be one. */
function isJoinedToNext({ heap, address, value }, wrong) {
  if (wrong % unit !== value % unit || wrong < unit) return false;
  const block = address + wordBytes;
  const end = block + wrong - (wrong % unit);
  return isBoundary(heap, end) && areInUse(heap, block, end);
}

/**
 * The blocks above it may have been freed, if all from there on may have been used; or the block
 * that was freed last may not have been, if its tag is still there.
 */
function isLastBlock({ heap, top, limit, used }, wrong) {
  if (wrong > top) return top + heap.wordAt(top - wordBytes) === wrong;
  const before = [...heap.walk()].find(({ address, size }) => address + size === wrong);
  if (before === undefined || before.kind === "free") return false;
  const from = Math.max(wrong, used);
  return areInUse(heap, wrong, top) && heap.firstOther(from, limit - from, 0) === -1;
}

const isBoundary = (heap, end) => [...heap.walk()].some(({ address }) => address === end);

function areInUse(heap, begin, end) {
  const items = [...heap.walk()].filter(({ address }) => begin <= address && address < end);
  return items.every(({ kind }) => kind === "block");
}

/**
 * Regions with gaps, bins with several blocks, spans in each state, a top that was used, and the note
 * of a block that was looked for everywhere.
 */
function fillHeap(heap) {
  const alloc = (length) => {
    const address = heap.alloc(length);
    heap.fill(address, length, 0xee);
    return { address, length };
  };
  const free = ({ address, length }) => heap.free(address, length);
  const many = (count, length) => Array.from({ length: count }, () => alloc(length));
  // A heap of this size is large enough for spans of each class.
  alloc(600_000);
  const ofClasses = [512, 1024, 2048].map((length) => many(160, length));
  heap.growAsStranger(2);
  for (const length of [3000, 3000, 3000, 5000, 9000, 9000, 20000]) {
    const [block] = [alloc(length), alloc(2500)];
    free(block);
    alloc(2400);
  }
  heap.growAsStranger(1);
  alloc(100_000);
  // In one span out of three every second block, in the others a few.
  ofClasses.forEach((blocks, index) =>
    blocks.forEach((block, i) => {
      if ((i >> 4) % 3 === index ? i % 2 === 0 : i % 13 === 5) free(block);
    }),
  );
  for (const length of [512, 1024, 2048]) free(many(4, length)[2]);
  free(alloc(200_000));
  // Nothing is aligned to 2 GiB in a memory of so few pages.
  assert.equal(heap.alloc(3000, 31), 0);
}

const maximumPages = 64;

/** Fails instead of hanging when the call never returns. */
const bounded = (call) => runInNewContext("call()", { call }, { timeout: 10_000 });

/** Returns what verify says while the word has another value. */
function verifyWith(heap, place, wrong) {
  const right = valueAt(heap, place);
  overwrite(heap, place, wrong);
  const rule = heap.verify();
  overwrite(heap, place, right);
  return rule;
}

const heap = InspectedHeap.open({ maximumPages });
fillHeap(heap);

/** Small, full but for one block, and without room for what was asked for last. */
const full = InspectedHeap.open({ maximumPages: 3 });
{
  const blocks = [];
  for (let address; (address = full.alloc(3000)) !== 0;) blocks.push(address);
  full.free(blocks[10], 3000);
  assert.equal(full.alloc(5000), 0);
}

/** Kinds of words, each with its words. */
const kinds = new Map();
function addWords(of, isWanted) {
  const place = {
    heap: of,
    origin: valueOf(of, "table origin"),
    end: valueOf(of, "table begin") + valueOf(of, "table size"),
    top: valueOf(of, "top"),
    limit: valueOf(of, "limit"),
    used: valueOf(of, "used"),
    unavailable: {
      "unavailable size": valueOf(of, "unavailable size"),
      "unavailable alignment": valueOf(of, "unavailable alignment"),
    },
  };
  for (const word of wordsOf(of)) {
    if (!isWanted(word.what)) continue;
    if (!kinds.has(word.what)) kinds.set(word.what, []);
    const words = kinds.get(word.what);
    words.push({ ...place, ...word, index: words.length, value: valueAt(of, word) });
  }
}
addWords(heap, () => true);
addWords(full, (what) => what.startsWith("unavailable"));
const items = [...heap.walk()];

/** Wrong values for a word: crude ones, and what the word could be taken for. */
function wrongValuesOf(word) {
  const { what, value } = word;
  const values = [-1, value ^ 0x5a5a5a58, 0, value + unit, value - unit];
  values.push(value ^ 1, value ^ 2, value ^ 4, value ^ 8);
  // Bits that a part of a word of 64 bits would lose.
  for (const log2 of [32, 45]) if (log2 < bitsOf(word)) values.push(value + 2 ** log2);
  for (const other of kinds.get(what)) values.push(other.value);
  if (/^unavailable/.test(what)) values.push(4, 16, 32);
  if (/slot|free of|waiting/.test(what) && value !== 0) {
    const span = value & -spanBytes;
    for (const size of [512, 1024, 2048]) values.push(span, span + size, span + 3 * size);
  }
  // The count is above the six bits of the class.
  if (/^count and class/.test(what)) values.push(value + 64, value + 128);
  if (/top|limit|used|first block|bin$|table/.test(what)) {
    for (const { address } of items) values.push(address);
    for (const name of ["top", "limit", "used", "first block", "table begin"]) {
      values.push(kinds.get(name)[0].value);
    }
  }
  if (/^tag/.test(what)) {
    const item = items.findIndex(({ address }) => address === word.address + wordBytes);
    const joined = items[item].size + items[item + 1].size;
    values.push(joined, joined + (value % unit));
  }
  const wrongs = values.map((wrong) => BigInt.asUintN(bitsOf(word), BigInt(wrong)));
  return new Set(wrongs.filter((wrong) => wrong !== BigInt(value)));
}

test("the state of the heap is as long as its words, and lies where the linker says", () => {
  let end = state.address;
  for (const { what, address, size } of stateWords) {
    // What lies between two words only makes the address of the second one a multiple.
    assert.ok(address === end || (address > end && address - end < 8 && end % 8 !== 0), what);
    end = address + size;
  }
  assert.equal(end, state.address + state.bytes);
  const copy = InspectedHeap.of(instantiate(setMaximumPages(moduleWithAnatomy, maximumPages)));
  fillHeap(copy);
  assert.deepEqual(heap.bytes(state.address, state.bytes), copy.bytes(state.address, state.bytes));
});

test("the heap is whole before it is damaged, and has every kind of word", () => {
  assert.equal(heap.verify(), 0);
  assert.equal(full.verify(), 0);
  assert.deepEqual([...kinds.keys()].sort(), [...documented.keys()].sort());
  const unseen = [...documented].filter(([, of]) => of.unseen).map(([what]) => what);
  assert.deepEqual(unseen.sort(), Object.keys(couldBeTrue).sort());
  const value = (name) => kinds.get(name)[0].value;
  assert.ok(value("used") > value("top"));
  assert.notEqual(value("unavailable size"), 0);
  const holding = kinds.get("bin").filter(({ value }) => value !== endOfBins);
  assert.ok(holding.some(({ value }) => heap.wordAt(value) !== endOfBins));
});

describe("verify names the rule that an overwritten word breaks:", () => {
  for (const [what, { names }] of documented) {
    test(`${what}: ${names.join(", ") || "none, every value could be true"}`, () => {
      const named = new Set();
      bounded(() => {
        for (const word of kinds.get(what)) {
          for (const wrong of wrongValuesOf(word)) {
            const unseen = couldBeTrue[what]?.(word, Number(wrong)) ?? false;
            const rule = verifyWith(word.heap, word, wrong);
            if (rule !== 0) named.add(rules[rule]);
            const at = `${word.address}: ${wrong.toString(16)} for ${word.value.toString(16)}`;
            assert.equal(rule === 0, unseen, at);
          }
        }
      });
      assert.deepEqual([...named].sort(), [...names].sort());
      assert.equal(heap.verify(), 0);
    });
  }

  test("a bin that leads to what only looks like a free block: bin count", () => {
    const bin = kinds.get("bin").find((word) => word.value !== endOfBins);
    const { value } = bin;
    const live = items.find(({ kind, size }) => kind === "block" && size > 2400);
    const forged = live.address + 64;
    const bytes = heap.bytes(live.address, 128);
    const kept = bytes.slice();
    const next = heap.wordAt(value);
    const words = [heap.wordAt(value - wordBytes), next, bin.address];
    heap.wordsAt(forged - wordBytes, 3).set(words.map(word));
    heap.wordsAt(next, 2)[1] = word(forged);
    assert.equal(rules[bounded(() => verifyWith(heap, bin, forged))], "bin count");
    heap.wordsAt(next, 2)[1] = word(value);
    bytes.set(kept);
    assert.equal(heap.verify(), 0);
  });

  test("a word of a heap that was never used: extents", () => {
    const unused = InspectedHeap.open();
    bounded(() => {
      for (const place of stateWords) {
        const { what } = place;
        // A request that was refused leaves these as well; growths are counted by the memory.
        const free =
          /^(classes of lengths|classes expected|unavailable .*|bytes of single blocks|growths)$/;
        for (const wrong of [-1, 0x5a5a5a58, 0x20000, unit, 1]) {
          const rule = rules[verifyWith(unused, place, wrong)];
          assert.equal(rule, free.test(what) ? "none" : "extents", what);
        }
      }
    });
    assert.equal(unused.verify(), 0);
  });
});

/** As many as an address has. */
const anyBits = (random) =>
  isWide ? (BigInt(random.bits()) << 32n) | BigInt(random.bits()) : random.bits();

describe("verify ends with an answer, whatever the memory holds:", () => {
  for (const seed of seeds(1, 4)) {
    test(`with many words overwritten (SEED=${seed})`, () => {
      const random = new Random(seed);
      const memory = heap.bytes(0, heap.byteLength);
      const whole = memory.slice();
      const words = [...kinds.values()].flat();
      const values = words.map(({ value }) => value).filter((value) => value !== 0);
      const anyOf = (array) => array[random.below(array.length)];
      const answers = new Set();
      for (let round = 0; round < 400; round++) {
        for (let count = 1 + random.below(12); count > 0; count--) {
          const place = random.oneIn(3)
            ? { address: random.below(memory.length / wordBytes) * wordBytes, size: wordBytes }
            : anyOf(words);
          overwrite(heap, place, random.oneIn(4) ? anyBits(random) : anyOf(values));
        }
        const rule = bounded(() => heap.verify());
        assert.ok(rule < rules.length, `SEED=${seed}, round ${round}: ${rule}`);
        answers.add(rule);
        memory.set(whole);
      }
      assert.ok(answers.size > 5, "several rules were broken");
      assert.equal(heap.verify(), 0);
    });
  }

  test("with every byte of the memory the same", () => {
    for (const value of [0xff, 0x00, 0x10, 0xa5]) {
      const filled = InspectedHeap.open({ maximumPages });
      fillHeap(filled);
      filled.fill(state.address, filled.byteLength - state.address, value);
      const rule = bounded(() => filled.verify());
      assert.equal(rules[rule], value === 0 ? "none" : "extents");
      assert.equal(filled.byteLength % pageSize, 0);
    }
  });
});
