// A heap that can be inspected, with a method for each call that granary-inspect.wasm and
// granary-checked.wasm export beside the four. It takes any program that exports the same. Its records are
// those of include/.

import { Heap, openHeap, productNamed } from "./products.js";
import { namesOf, readRecord, recordOf } from "./public-headers.js";
import { addressBits, Words } from "./width.js";

/** The statistics of the classes lie above the others; there are so many of them. */
const { bytes: statsBytes, fields } = recordOf("granary_heap_stats");
const { bytes: classBytes } = recordOf("granary_size_class_stats");
const classesAt = fields.at(-1).offset;
const classCount = (statsBytes - classesAt) / classBytes;

/** By number. */
const kinds = namesOf("granary_item_kind");

/**
 * @typedef {object} Item
 * @property {string} kind one of `kinds`
 * @property {number} address
 * @property {number} size bytes
 */

export class InspectedHeap extends Heap {
  /** A fresh granary-inspect.wasm; options as for `openHeap`. */
  static open(options) {
    const product = productNamed("granary-inspect");
    return new InspectedHeap(openHeap(product, options).exports, product);
  }

  /** The exports of a program with the same names. */
  static of(exports) {
    return new InspectedHeap(exports, { addressBits });
  }

  /** Every field of granary_heap_stats; `classes` is an array of those of granary_size_class_stats. */
  stats() {
    const address = this.number(this.exports.stats());
    const classes = Array.from({ length: classCount }, (_, index) =>
      this.recordAt(address + classesAt + index * classBytes, "granary_size_class_stats"),
    );
    return { ...this.recordAt(address, "granary_heap_stats"), classes };
  }

  /**
   * The items of the heap in the order of addresses; a broken one is the last.
   *
   * @returns {Generator<Item>}
   */
  *walk() {
    for (let address = 0; ;) {
      const item = this.itemAt(address);
      if (item.kind === "end") return;
      yield item;
      // The records are the last item: after a memory of 4 GiB the next address would be 0 again.
      if (item.kind === "records" || item.kind === "broken") return;
      address = item.address + item.size;
    }
  }

  /** @returns {Item} */
  itemAt(address) {
    const item = this.recordAt(this.number(this.exports.walk(this.word(address))), "granary_item");
    return { ...item, kind: kinds[item.kind] };
  }

  /** The number of the first rule that is broken, 0 for none. */
  verify() {
    return this.exports.verify() >>> 0;
  }

  trim() {
    return this.number(this.exports.trim());
  }

  reset() {
    this.exports.reset();
  }

  /** What lies at an address as a struct of include/. */
  recordAt(address, name) {
    return readRecord(this.exports.memory.buffer, address, name);
  }

  /** Words as wide as an address. The view is good until the memory grows. */
  wordsAt(address, count) {
    return new Words(this.exports.memory.buffer, address, count);
  }

  wordAt(address) {
    return Number(this.wordsAt(address, 1)[0]);
  }
}
