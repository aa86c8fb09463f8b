// Plays a trace through engines, to any operation and back. An engine with the inspect exports shows its own
// heap; of any other one the player shows what it knows itself: the live blocks, where it was given them.

import { Blocks, runOperations } from "../bench/replay.js";
import { handleMask, Kind as Operation, kindShift } from "../bench/trace-format.js";
import { HeapReader } from "./heap-reader.js";
import { pageBytes } from "./layout.js";
import { Shadow } from "./shadow.js";

/** @typedef {import("../bench/trace-format.js").Trace} Trace */

/** How many points the time line has. */
const samples = 400;

/** After this many operations at once a shadow is drawn anew, which is faster then. */
const fewOperations = 50_000;

/** The blocks of a replay, counted. */
class CountedBlocks extends Blocks {
  liveCount = 0;
  liveBytes = 0;
  /** @type {Shadow | undefined} follows the blocks where there is one */
  shadow;

  place(handle, address, size) {
    this.#forget(handle);
    this.liveCount++;
    this.liveBytes += size;
    this.shadow?.add(address, size);
    super.place(handle, address, size);
  }

  free(handle) {
    this.#forget(handle);
    super.free(handle);
  }

  makeShadow() {
    this.shadow = new Shadow();
    for (let handle = 0; handle < this.sizes.length; handle++) {
      if (this.sizes[handle] !== 0) this.shadow.add(this.addresses[handle], this.sizes[handle]);
    }
  }

  #forget(handle) {
    if (this.sizes[handle] === 0) return;
    this.liveCount--;
    this.liveBytes -= this.sizes[handle];
    this.shadow?.remove(this.addresses[handle], this.sizes[handle]);
  }
}

class PlayedEngine {
  #module;
  #trace;
  #blocks;
  #reader;

  /**
   * @param {WebAssembly.Module} module
   * @param {Trace} trace
   */
  constructor(module, trace) {
    [this.#module, this.#trace] = [module, trace];
    this.restart();
  }

  restart() {
    const { exports } = new WebAssembly.Instance(this.#module);
    this.#blocks = new CountedBlocks(exports, this.#trace.handleCount);
    const canBeRead = exports.stats !== undefined && exports.walk !== undefined;
    this.#reader = canBeRead ? new HeapReader(exports) : undefined;
  }

  run(from, to) {
    if (to - from > fewOperations) this.#blocks.shadow = undefined;
    runOperations(this.#trace, this.#blocks, from, to);
  }

  get pages() {
    return this.#blocks.exports.memory.buffer.byteLength / pageBytes;
  }

  get liveBytes() {
    return this.#blocks.liveBytes;
  }

  get heapBytes() {
    return this.#reader?.readStats().heapBytes;
  }

  /** Returns what the page shows of the engine as it is now, and the buffers to transfer with it. */
  snapshot() {
    const { liveCount, liveBytes } = this.#blocks;
    const { items, ...rest } = this.#reader?.read() ?? this.#readShadow();
    const { packed, buffers } = items.packed();
    const asked = { blocks: liveCount, bytes: liveBytes };
    return { snapshot: { ...rest, items: packed, pages: this.pages, asked }, buffers };
  }

  #readShadow() {
    if (this.#blocks.shadow === undefined) this.#blocks.makeShadow();
    const memoryBytes = this.pages * pageBytes;
    return { items: this.#blocks.shadow.read(memoryBytes), memoryBytes };
  }

  /** Returns the live block in which an address lies, and which operation allocated it. */
  blockAt(address, before) {
    const { addresses, sizes } = this.#blocks;
    const handle = sizes.findIndex(
      (size, index) => size > 0 && address >= addresses[index] && address < addresses[index] + size,
    );
    if (handle < 0) return undefined;
    const caller = `allocated by operation ${birthOf(this.#trace, handle, before).toLocaleString("en")}`;
    return { address: addresses[handle], length: sizes[handle], caller };
  }
}

/** Returns the number of the operation that allocated the live block of a handle, counted from 1. */
function birthOf({ words }, handle, before) {
  for (let operation = before - 1; operation >= 0; operation--) {
    const word = words[2 * operation];
    const kind = word >>> kindShift;
    const allocates = kind === Operation.alloc || kind === Operation.alignedAlloc;
    if (allocates && (word & handleMask) === handle) return operation + 1;
  }
  return 0;
}

export class Player {
  /** How many operations have run. */
  position = 0;
  #engines;
  #trace;

  /**
   * @param {Trace} trace
   * @param {WebAssembly.Module[]} modules with the four calls and a memory of their own
   */
  constructor(trace, modules) {
    this.#trace = trace;
    this.#engines = modules.map((module) => new PlayedEngine(module, trace));
  }

  /**
   * Plays the whole trace once for the time line, and stands at its beginning again.
   *
   * @throws {import("../bench/replay.js").ReplayError} when an engine cannot play it
   */
  survey() {
    const { operationCount } = this.#trace;
    const count = Math.min(samples, operationCount);
    const line = { operations: [0], live: [0], heap: [this.#engines[0].heapBytes ?? null] };
    line.pages = this.#engines.map((engine) => [engine.pages]);
    for (let sample = 1; sample <= count; sample++) {
      this.seek(Math.round((operationCount * sample) / count));
      line.operations.push(this.position);
      line.live.push(this.#engines[0].liveBytes);
      line.heap.push(this.#engines[0].heapBytes ?? null);
      this.#engines.forEach((engine, index) => line.pages[index].push(engine.pages));
    }
    this.seek(0);
    return line;
  }

  /** Goes to an operation, at most to the end; an earlier one is reached from the beginning. */
  seek(wanted) {
    const operation = Math.min(wanted, this.#trace.operationCount);
    if (operation < this.position) {
      for (const engine of this.#engines) engine.restart();
      this.position = 0;
    }
    for (const engine of this.#engines) engine.run(this.position, operation);
    this.position = operation;
  }

  snapshots() {
    return this.#engines.map((engine) => engine.snapshot());
  }

  blockAt(engine, address) {
    return this.#engines[engine].blockAt(address, this.position);
  }
}
