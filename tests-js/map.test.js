// What the heap map reads and adds up, without a page (map/): the items of a heap that can be inspected, with
// the class and live slots of each span, and the shadow of one that cannot. interop/map.test.js has the page.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { styleOf, stylesOf } from "../map/colours.js";
import { HeapReader } from "../map/heap-reader.js";
import { indexAt, Kind, noClass } from "../map/items.js";
import { addressAt, layoutOf, pageBytes, partsOf } from "../map/layout.js";
import { sumsOf } from "../map/sentences.js";
import { classOfLength, Shadow } from "../map/shadow.js";
import { openHeap, products } from "./support/products.js";
import { Random, seeds } from "./support/random.js";

const inspected = products.filter(({ faces }) => faces.includes("inspect"));
const spanBytes = 16384;

/** Opens a heap with the four calls, and its reader. */
function open(product) {
  const heap = openHeap(product, { reusesAtOnce: true });
  return { heap, reader: new HeapReader(heap.exports, heap.exports.memory) };
}

/** Every sum that is also one of the statistics is the same there. */
function checkSums({ items, memoryBytes, stats, knowsSpans }, message) {
  assert.equal(knowsSpans, true, message);
  const sums = sumsOf(items, stats.classes);
  for (const name of Object.keys(sums).filter((key) => key in stats)) {
    assert.equal(sums[name], stats[name], `${message}: ${name}`);
  }
  const liveSlots = new Array(stats.classes.length).fill(0);
  let end = 0;
  for (let index = 0; index < items.count; index++) {
    assert.equal(items.address[index], end, `${message}: items lie end to end`);
    end += items.size[index];
    const sizeClass = items.sizeClass[index];
    if (sizeClass === noClass) continue;
    assert.ok(items.live[index] <= spanBytes, message);
    liveSlots[sizeClass] += items.live[index] / stats.classes[sizeClass].slotSize;
  }
  assert.equal(end, memoryBytes, message);
  assert.deepEqual(
    liveSlots,
    stats.classes.map((of) => of.liveSlots),
    message,
  );
}

describe("the heap map", () => {
  for (const product of inspected) {
    test(`reads items of ${product.name} that add up to its statistics, at random moments`, () => {
      for (const seed of seeds(1, 3)) {
        const random = new Random(seed);
        const { heap, reader } = open(product);
        const blocks = [];
        for (let operation = 0; operation < 4000; operation++) {
          if (random.oneIn(500)) heap.growAsStranger(1);
          if (blocks.length > 0 && random.below(5) < 2) {
            const [{ address, length }] = blocks.splice(random.below(blocks.length), 1);
            heap.free(address, length);
          } else {
            const length = random.length(random.oneIn(10) ? 16 : 11);
            const address = heap.alloc(length);
            if (address !== 0) blocks.push({ address, length });
          }
          if (operation % 97 === 0) {
            checkSums(reader.read(), `SEED=${seed}, operation ${operation}`);
          }
        }
      }
    });
  }

  const [product] = inspected;

  test("reads a heap that was never used as memory without a known item", () => {
    const { reader } = open(product);
    const { items, memoryBytes } = reader.read();
    assert.deepEqual([items.count, items.kind[0], items.size[0]], [1, Kind.unknown, memoryBytes]);
  });

  test("finds the span table of a large heap, which lies in pages of its own", () => {
    const { heap, reader } = open(product);
    assert.notEqual(heap.alloc(100), 0);
    heap.growAsStranger(3);
    assert.notEqual(heap.alloc(300 * 2 ** 20), 0);
    const addresses = Array.from({ length: 1000 }, () => heap.alloc(100));
    for (const address of addresses.slice(0, 500)) heap.free(address, 100);
    const reading = reader.read();
    assert.ok(reading.stats.recordBytes >= 4 * 2 ** 20, "the table has pages of its own");
    assert.ok(reading.stats.regionCount > 1);
    checkSums(reading, "a large heap");
  });

  test("says that it does not know the spans when their records disagree with the statistics", () => {
    const { heap, reader } = open(product);
    for (let count = 0; count < 3000; count++) heap.alloc(100);
    const { items } = reader.read();
    const span = items.kind.indexOf(Kind.span);
    const table = items.kind.lastIndexOf(Kind.records);
    assert.notEqual(items.sizeClass[span], noClass);
    const firstSpan = Math.floor(items.address[1] / spanBytes);
    const record = (items.address[span] / spanBytes - firstSpan) * 16;
    const words = new Uint32Array(heap.exports.memory.buffer);
    // A full span with a free slot looks as the current one does, of which a class has one.
    words[items.address[table] / 4 + record / 4] ^= 8;
    const after = reader.read();
    assert.equal(after.knowsSpans, false);
    assert.equal(after.items.sizeClass[span], noClass);
    assert.equal(sumsOf(after.items, after.stats.classes).heapBytes, after.stats.heapBytes);
  });

  test("refuses exports and memories that it cannot read, in one line", () => {
    const { heap } = open(product);
    const { memory, stats, walk } = heap.exports;
    const refused = [
      [{ memory }, memory, /^exports: stats and walk missing; [^\n]+$/],
      [{ memory, stats }, memory, /^exports: walk missing; [^\n]+$/],
      [{ stats, walk }, undefined, /^memory: a WebAssembly.Memory is needed, [^\n]+$/],
    ];
    for (const [exports, given, message] of refused) {
      assert.throws(() => new HeapReader(exports, given), { name: "TypeError", message });
    }
  });

  test("gives a length the class that the engine gives it", () => {
    const { heap, reader } = open(product);
    heap.alloc(1);
    const { classes } = reader.read().stats;
    for (let length = 1; length <= 2048; length++) {
      const expected = classes.findIndex(({ slotSize }) => slotSize >= length);
      assert.equal(classOfLength(length), expected, String(length));
    }
    assert.equal(classOfLength(2049), noClass);
  });

  test("draws the shadow of blocks with their bytes, wherever they come and go", () => {
    for (const seed of seeds(1, 3)) {
      const random = new Random(seed);
      const shadow = new Shadow();
      const blocks = [];
      let [end, bytes] = [0, 0];
      for (let operation = 0; operation < 2000; operation++) {
        if (blocks.length > 0 && random.oneIn(3)) {
          const [{ address, length }] = blocks.splice(random.below(blocks.length), 1);
          shadow.remove(address, length);
          bytes -= length;
        } else {
          const length = random.length(14);
          shadow.add(end, length);
          blocks.push({ address: end, length });
          bytes += length;
          end += length + random.below(100);
        }
      }
      const memoryBytes = Math.ceil(end / pageBytes) * pageBytes;
      const items = shadow.read(memoryBytes);
      const live = items.live.slice(0, items.count).reduce((sum, each) => sum + each, 0);
      assert.equal(live, bytes, `SEED=${seed}`);
      for (const { address } of blocks) {
        const index = indexAt(items, address);
        assert.ok(items.live[index] > 0, `SEED=${seed}: ${address}`);
      }
    }
  });

  for (const theme of ["light", "dark"]) {
    test(`sets live memory off from free memory by 3 to 1 in the ${theme} theme`, () => {
      const styles = stylesOf(theme);
      const free = styles[styleOf(Kind.free, noClass)].full;
      const alive = [
        styleOf(Kind.block, noClass),
        ...Array.from({ length: 48 }, (_, sizeClass) => styleOf(Kind.span, sizeClass)),
      ];
      for (const style of alive) {
        const contrast = contrastOf(styles[style].full, free);
        assert.ok(contrast >= 3, `style ${style}: ${contrast}`);
      }
    });
  }

  test("finds at each place of the picture the address that is drawn there", () => {
    for (const pages of [1, 7, 93, 1000, 4096, 65536]) {
      const layout = layoutOf(pages, 540, 380, 1);
      assert.ok(layout.columns * layout.rows >= pages, `${pages} pages have room`);
      assert.ok(layout.columns * layout.tileWidth <= 540, `${pages} pages fit the width`);
      assert.ok(layout.rows * layout.tileHeight <= 380, `${pages} pages fit the height`);
      for (let page = 0; page < pages; page += Math.ceil(pages / 50)) {
        const address = page * pageBytes;
        const [{ x, y }] = partsOf(layout, address, 1);
        assert.equal(addressAt(layout, x, y), address, `page ${page} of ${pages}`);
      }
      assert.equal(addressAt(layout, -1, 0), undefined);
      assert.equal(addressAt(layout, 0, layout.rows * layout.tileHeight), undefined);
    }
  });
});

/** The contrast of two colours, as WCAG 2 has it. */
function contrastOf(one, other) {
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((channel) => {
      const share = channel / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}
