// A heap that can be inspected, with a method for each call that granary-inspect.wasm and
// granary-checked.wasm export beside the four. It takes any program that exports the same. Its records are
// those of include/, 32-bit little-endian words.

import { Heap, openHeap, products } from "./products.js";
import { namesOf, propertiesOf, recordOf } from "./public-headers.js";

const wordBytes = 4;

/** The words of the statistics before those of the classes. */
const fields = propertiesOf("granary_heap_stats").slice(0, -1);
const classFields = propertiesOf("granary_size_class_stats");
const classCount =
  (recordOf("granary_heap_stats").bytes / wordBytes - fields.length) / classFields.length;

const itemFields = propertiesOf("granary_item");
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
    const product = products.find(({ name }) => name === "granary-inspect");
    return new InspectedHeap(openHeap(product, options).exports, product);
  }

  /** The exports of a program with the same names. */
  static of(exports) {
    return new InspectedHeap(exports, { addressBits: 32 });
  }

  /** Every field of granary_heap_stats; `classes` is an array of those of granary_size_class_stats. */
  stats() {
    const address = this.exports.stats();
    const count = fields.length + classCount * classFields.length;
    const words = this.wordsAt(address, count);
    const result = named(fields, words);
    result.classes = Array.from({ length: classCount }, (_, index) => {
      const first = fields.length + index * classFields.length;
      return named(classFields, words.subarray(first, first + classFields.length));
    });
    return result;
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
    const item = this.recordAt(this.exports.walk(address), itemFields);
    return { ...item, kind: kinds[item.kind] };
  }

  /** The number of the first rule that is broken, 0 for none. */
  verify() {
    return this.exports.verify() >>> 0;
  }

  trim() {
    return this.exports.trim() >>> 0;
  }

  reset() {
    this.exports.reset();
  }

  /** What lies at an address, each word by the name of its field. */
  recordAt(address, properties) {
    return named(properties, this.wordsAt(address, properties.length));
  }

  /** A view that is good until the memory grows. */
  wordsAt(address, count) {
    return new Uint32Array(this.exports.memory.buffer, address >>> 0, count);
  }

  wordAt(address) {
    return this.wordsAt(address, 1)[0];
  }
}

function named(names, words) {
  return Object.fromEntries(names.map((name, index) => [name, words[index]]));
}
