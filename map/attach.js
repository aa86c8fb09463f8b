// Attaches a heap map to an instance in the page, whatever program it serves.
//
//   import { attach } from "./attach.js";
//   const map = attach(instance.exports, instance.exports.memory, document.querySelector("canvas"));
//   map.update();     whenever it is to show what is there now
//
// Where the instance lives in a worker, a HeapReader there and a HeapView in the page do the same: the worker
// posts the items of a reading, packed, and the page shows them. The player of this folder works so.
//
// The heap is only read, by its exports `stats` and `walk`, so `update` must not be called in the middle of a
// call of that heap. Nothing here knows the page that this file lies in.

import { HeapReader } from "./heap-reader.js";
import { HeapView } from "./heap-view.js";
import { pageBytes } from "./layout.js";
import { sumsOf } from "./sentences.js";

export { HeapReader, HeapView };

/**
 * @typedef {object} AttachedMap
 * @property {() => object} update reads the heap, draws what changed, and returns the statistics
 * @property {() => object} figures what the drawn items add up to, by the names of the statistics
 * @property {(address: number | undefined) => Promise<void>} lookAt chooses what lies at an address
 * @property {() => void} detach stops listening to the canvas
 */

/**
 * @param {WebAssembly.Exports} exports with `stats` and `walk` (docs/inspect.md)
 * @param {WebAssembly.Memory} memory of the heap
 * @param {HTMLCanvasElement} canvas whose size is that of the picture
 * @param {object} [options] those of the HeapView, and one more
 * @param {number} [options.pages] that the picture has room for from the beginning
 * @returns {AttachedMap}
 * @throws {TypeError} in one line, when the exports or the memory are none of a heap that can be read
 */
export function attach(exports, memory, canvas, { pages = 1, ...options } = {}) {
  const reader = new HeapReader(exports, memory);
  const view = new HeapView(canvas, options);
  let reading;
  const update = () => {
    reading = reader.read();
    const { items, memoryBytes, stats } = reading;
    const room = Math.max(pages, Math.ceil(memoryBytes / pageBytes));
    view.show({ items, pages: room, classes: stats.classes });
    return stats;
  };
  update();
  return {
    update,
    figures: () => sumsOf(reading.items, reading.stats.classes),
    lookAt: (address) => view.lookAt(address),
    detach: () => view.detach(),
  };
}
