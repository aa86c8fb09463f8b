// An arena of a heap: an allocator (allocator.js) whose blocks are given back all at once.

import { Allocator } from "./allocator.js";
import {
  dispose,
  end,
  engineCall,
  engineFor,
  extentNow,
  forgetBlocks,
  hasEnded,
  widthOf,
} from "./face.js";
import { arena as words, arenaChunk, recordsAt } from "./layouts.js";

const elsewhere = ", or it is a block of the heap or of another arena";

export class Arena extends Allocator {
  #heap;
  #handle;
  #bufferBytes;
  #forget;

  /**
   * @param {import("./heap.js").Heap} heap
   * @param {number} handle the address of the arena
   * @param {number | undefined} bufferBytes the bytes of the buffer that it is over, if it is over one
   * @param {(arena: Arena) => void} forget called when it ends
   */
  constructor(heap, handle, bufferBytes, forget) {
    super(heap[engineFor](handle), heap[widthOf], "Arena", "arena", elsewhere);
    this.#heap = heap;
    this.#handle = handle;
    this.#bufferBytes = bufferBytes;
    this.#forget = forget;
  }

  get handle() {
    return this.#handle;
  }

  reset() {
    this.#call("reset", (exports, handle) => exports.arena_reset(handle));
    this[forgetBlocks]();
  }

  destroy() {
    this.#call("destroy", (exports, handle) => exports.arena_destroy(handle));
    this[end]();
    this.#forget(this);
  }

  dispose() {
    if (!this[hasEnded]) this.destroy();
  }

  [dispose]() {
    this.dispose();
  }

  chunks() {
    const width = this[widthOf];
    return this.#call("chunks", (_exports, _handle, reach) => {
      const chunks = [];
      const [{ chunks: first }] = recordsAt(reach, width, words, this.#handle, 1);
      for (let address = first; address !== 0;) {
        const [{ below, size }] = recordsAt(reach, width, arenaChunk, address, 1);
        chunks.push({ address, size });
        address = below;
      }
      return chunks;
    });
  }

  [extentNow]() {
    if (this.#bufferBytes === undefined) return this.#heap[extentNow]();
    return `the arena is over a buffer of ${this.#bufferBytes} bytes`;
  }

  #call(name, run) {
    const heap = this.#heap;
    const handle = this[widthOf].word(this.#handle);
    // The first of the two finds that the arena has ended; the other one says what a trap means.
    return this[engineCall](name, () =>
      heap[engineCall](name, (reach) => run(heap.exports, handle, reach)),
    );
  }
}
