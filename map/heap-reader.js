// Reads a heap through its exports `stats` and `walk` (docs/inspect.md): the items of its whole memory, from
// address 0 to the end, and its statistics. What lies below the heap is the data of its module or program; what
// lies in gaps and above the heap belongs to others.

import { item as itemFields, recordBytes, statisticsAt } from "../js/layouts.js";
import { unsigned, widthOfWord } from "../js/width.js";
import { indexAt, Items, Kind } from "./items.js";
import { readSpans } from "./span-table.js";

const needed = ["stats", "walk"];

/**
 * @typedef {object} HeapReading
 * @property {Items} items the same object at every reading
 * @property {number} memoryBytes
 * @property {Record<string, number> & {classes: Record<string, number>[]}} stats
 * @property {boolean} knowsSpans whether the class and the live slots of each span are known
 */

export class HeapReader {
  #exports;
  #memory;
  #items = new Items();
  #width;

  /**
   * @param {WebAssembly.Exports} exports of an instance with the inspect exports
   * @param {WebAssembly.Memory} [memory] of the heap, where the instance does not export it
   */
  constructor(exports, memory = exports.memory) {
    const missing = needed.filter((name) => typeof exports?.[name] !== "function");
    if (missing.length > 0) {
      throw new TypeError(
        `exports: ${missing.join(" and ")} missing; the modules with the exports of docs/inspect.md have them`,
      );
    }
    if (!(memory instanceof WebAssembly.Memory)) {
      throw new TypeError("memory: a WebAssembly.Memory is needed, because the exports have none");
    }
    [this.#exports, this.#memory] = [exports, memory];
    this.#width = widthOfWord(exports.stats());
  }

  /** @returns {HeapReading} */
  read() {
    const stats = this.readStats();
    const memoryBytes = this.#memory.buffer.byteLength;
    const words = new Uint32Array(this.#memory.buffer);
    const items = this.#items;
    const begin = this.#walk(words);
    const last = items.count - 1;
    const end = last < 0 ? 0 : items.address[last] + items.size[last];
    if (end < memoryBytes) items.push(end === 0 ? Kind.unknown : Kind.gap, end, memoryBytes - end);
    const wide = this.#width.bits === 64;
    const table = readSpans(items, { words, begin, wide, stats });
    if (table !== undefined) this.#markTable(table, stats.recordBytes);
    return { items, memoryBytes, stats, knowsSpans: table !== undefined || stats.spanCount === 0 };
  }

  /** Makes the span table an item of its own, also where it is a part of a gap. */
  #markTable(address, size) {
    const items = this.#items;
    items.split(address);
    items.split(address + size);
    items.kind[indexAt(items, address)] = Kind.records;
  }

  /** Returns the statistics alone, which takes the time of no walk. */
  readStats() {
    const reach = () => this.#memory.buffer;
    return statisticsAt(reach, this.#width, unsigned(this.#exports.stats()));
  }

  /** Reads the items of the heap, and returns where the first one begins. */
  #walk(words) {
    const { walk } = this.#exports;
    const { wordBytes, word } = this.#width;
    const step = recordBytes(itemFields, this.#width) / itemFields.length / 4;
    const number = (index) => words[index] + (wordBytes === 8 ? words[index + 1] * 2 ** 32 : 0);
    const items = this.#items;
    items.clear();
    let heapBegin = 0;
    for (let address = 0; ;) {
      const found = unsigned(walk(word(address))) / 4;
      const kind = words[found];
      if (kind === Kind.end) break;
      const [begin, size] = [number(found + step), number(found + 2 * step)];
      if (items.count === 0) {
        heapBegin = begin;
        items.push(Kind.data, 0, begin);
      }
      const isLive = kind === Kind.block;
      items.push(kind, begin, size, isLive ? size - wordBytes : 0);
      address = begin + size;
      // A broken item leads nowhere, and behind the last byte of all the next address is no address.
      if (kind === Kind.broken || size === 0 || address >= words.length * 4) break;
    }
    return heapBegin;
  }
}
