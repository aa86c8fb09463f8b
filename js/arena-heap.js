// Heaps that have arenas, over granary-arenas.wasm, or with every misuse caught, granary-arenas-checked.wasm.

import { Arena } from "./arena.js";
import { CheckedHeap } from "./checked-heap.js";
import { checkedNumber, checkedOptions } from "./checks.js";
import { GranaryError, shown } from "./errors.js";
import { end, engineCall, extentNow, face, forgetBlocks, widthOf } from "./face.js";
import { Heap } from "./heap.js";
import { arena as words, setField } from "./layouts.js";
import { unsigned } from "./width.js";

const arenaCalls = ["arena_new", "arena_over", "arena_reset", "arena_destroy"];
const arenaOptions = ["firstBytes", "keptBytes"];

/** Returns a class that adds arenas to a class of heaps. */
const withArenas = (Base) =>
  class extends Base {
    /** Those that have not ended. */
    #arenas = new Set();

    arena(options) {
      const { firstBytes = 0, keptBytes } = checkedOptions("arena", options, arenaOptions);
      const width = this[widthOf];
      const first = width.word(checkedNumber(width, "arena", "firstBytes", firstBytes));
      const kept =
        keptBytes === undefined ? undefined : checkedNumber(width, "arena", "keptBytes", keptBytes);
      const handle = this[engineCall]("arena", () => unsigned(this.exports.arena_new(first)));
      if (handle === 0) {
        throw new GranaryError(
          "ERR_NO_MEMORY",
          `arena: there is no memory for an arena: ${this[extentNow]()}`,
        );
      }
      if (kept !== undefined) {
        setField(words, width, this.memory.buffer, handle, "keptSize", kept);
      }
      return this.#begun(handle);
    }

    arenaOver(given, givenLength) {
      const width = this[widthOf];
      const address = checkedNumber(width, "arenaOver", "address", given);
      const length = checkedNumber(width, "arenaOver", "length", givenLength);
      const end = this.memory.buffer.byteLength;
      if (address === 0 || address + length > end) {
        throw new GranaryError(
          "ERR_RANGE",
          `arenaOver: a buffer lies within the memory's ${end} bytes and not at 0; ${length} bytes at ` +
            `${address} do not`,
        );
      }
      const handle = this[engineCall]("arenaOver", () =>
        unsigned(this.exports.arena_over(width.word(address), width.word(length))),
      );
      if (handle === 0) {
        throw new GranaryError(
          "ERR_LENGTH",
          `arenaOver: a buffer of ${length} bytes has no room for the arena and a block`,
        );
      }
      return this.#begun(handle, length);
    }

    scope(run, options) {
      if (typeof run !== "function") {
        throw new GranaryError("ERR_TYPE", `scope: a function is needed, not ${shown(run)}`);
      }
      const arena = this.arena(options);
      let waits = false;
      try {
        const answer = run(arena);
        waits = typeof answer?.then === "function";
        return waits ? Promise.resolve(answer).finally(() => arena.dispose()) : answer;
      } finally {
        if (!waits) arena.dispose();
      }
    }

    [forgetBlocks]() {
      super[forgetBlocks]();
      for (const arena of this.#arenas) arena[end]();
      this.#arenas.clear();
    }

    #begun(handle, bufferBytes) {
      const arena = new Arena(this, handle, bufferBytes, (ended) => this.#arenas.delete(ended));
      this.#arenas.add(arena);
      return arena;
    }
  };

export class ArenaHeap extends withArenas(Heap) {
  static [face] = {
    ...Heap[face],
    className: "ArenaHeap",
    module: "granary-arenas",
    files: {
      "granary-arenas.wasm": () => new URL("./granary-arenas.wasm", import.meta.url),
      "granary-arenas-import.wasm": () => new URL("./granary-arenas-import.wasm", import.meta.url),
    },
    exports: [...Heap[face].exports, ...arenaCalls],
    whenBroken: "a CheckedArenaHeap, which has the same calls, finds wrong writes",
    elsewhere: ", or it is a block of an arena",
  };
}

export class CheckedArenaHeap extends withArenas(CheckedHeap) {
  static [face] = {
    ...CheckedHeap[face],
    className: "CheckedArenaHeap",
    module: "granary-arenas-checked",
    files: {
      "granary-arenas-checked.wasm": () =>
        new URL("./granary-arenas-checked.wasm", import.meta.url),
    },
    exports: [...CheckedHeap[face].exports, ...arenaCalls],
    elsewhere: ", or it is a block of an arena",
  };
}
