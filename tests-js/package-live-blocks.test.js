// The table of live blocks, which takes further Maps when one is full.

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { folder } from "./support/package-staged.js";
import { Random, seeds } from "./support/random.js";

const { LiveBlocks } = await import(pathToFileURL(join(folder, "live-blocks.js")));

describe("the table of live blocks", () => {
  test("holds more blocks than one Map may have", () => {
    const blocks = new LiveBlocks(10);
    for (let pointer = 1; pointer <= 95; pointer++) blocks.add(pointer, { length: pointer });
    for (let pointer = 1; pointer <= 95; pointer++) {
      assert.equal(blocks.get(pointer).length, pointer);
      assert.equal(blocks.has(pointer), true);
    }
    assert.equal(blocks.size, 95);
    assert.deepEqual(
      blocks.all().map(({ pointer }) => pointer),
      Array.from({ length: 95 }, (_, i) => i + 1),
    );
    assert.equal(blocks.get(96), undefined);
    assert.equal(blocks.has(96), false);
    blocks.clear();
    for (let pointer = 1; pointer <= 95; pointer++) assert.equal(blocks.has(pointer), false);
  });

  test("gives each Map fewer blocks than V8's can hold", () => {
    const map = new Map();
    const { set } = Map.prototype;
    const sizes = [];
    Map.prototype.set = function (key, value) {
      sizes.push(this.size);
      // Stands for millions of entries.
      Object.defineProperty(this, "size", { value: 2 ** 23, configurable: true });
      return set.call(this, key, value);
    };
    try {
      const blocks = new LiveBlocks();
      for (let pointer = 1; pointer < 5; pointer++) blocks.add(pointer, { length: pointer });
      assert.deepEqual(sizes, [0, 0, 0, 0], "each in a Map of its own");
      for (let pointer = 1; pointer < 5; pointer++) assert.ok(blocks.has(pointer));
    } finally {
      Map.prototype.set = set;
    }
    assert.equal(map.size, 0);
  });

  for (const seed of seeds(1, 4)) {
    test(`agrees with one Map, whatever comes and goes (SEED=${seed})`, () => {
      const random = new Random(seed);
      const blocks = new LiveBlocks(8);
      const expected = new Map();
      for (let i = 0; i < 5000; i++) {
        const pointer = random.below(60);
        if (expected.has(pointer)) {
          blocks.delete(pointer);
          expected.delete(pointer);
        } else {
          const block = { length: i };
          blocks.add(pointer, block);
          expected.set(pointer, block);
        }
        const other = random.below(60);
        assert.equal(blocks.get(other), expected.get(other));
        assert.equal(blocks.has(other), expected.has(other));
        assert.equal(blocks.size, expected.size);
      }
    });
  }
});
