// The calls of a module that allocate and free, each with a report of what it did: the four calls, or the malloc
// family. They take and answer with what the module's own do, also in a module with 64-bit addresses.

import { GranaryError, shown } from "./errors.js";
import { fourCalls } from "./face.js";
import { unsigned, widthOfWord } from "./width.js";

/**
 * What the calls report to. Each call of these is made after the module's own has returned.
 *
 * @typedef {object} Events
 * @property {(address: number, length: number, log2: number, caller: number, call: Function) => void} begun a
 *   block has begun; the address 0 says that it was refused. `call` is the function that was called
 * @property {(address: number, newAddress: number, newLength: number) => void} changed
 * @property {(address: number) => void} ended
 */

/** The alignment of malloc, which is the least of the family. */
const usualLog2 = 4;

/**
 * @param {object} exports
 * @param {WebAssembly.Memory | undefined} memory where posix_memalign leaves its answer; without it, its blocks are
 *   not seen
 * @param {Events} events
 * @returns {object} those of the calls that the module has
 */
export function recordedCalls(exports, memory, events) {
  const isFunction = (name) => typeof exports?.[name] === "function";
  if (fourCalls.every(isFunction)) return ofEngine(exports, events);
  if (!["malloc", "free"].every(isFunction)) {
    throw new GranaryError(
      "ERR_TYPE",
      "recordExports: exports with alloc, resize, remap and free, or with malloc and free, are " +
        `needed, not ${shown(exports)}`,
    );
  }
  const calls = Object.entries(ofFamily(exports, memory, events));
  return Object.fromEntries(calls.filter(([name]) => isFunction(name)));
}

/** @param {Events} events */
export function ofEngine(exports, events) {
  const isYes = (answer) => answer !== 0;
  return {
    alloc: function alloc(context, length, log2, caller) {
      const answer = exports.alloc(context, length, log2, caller);
      events.begun(unsigned(answer), unsigned(length), log2, unsigned(caller), alloc);
      return answer;
    },
    resize(context, address, length, log2, newLength, caller) {
      const answer = exports.resize(context, address, length, log2, newLength, caller);
      const at = unsigned(address);
      if (isYes(answer)) events.changed(at, at, unsigned(newLength));
      return answer;
    },
    remap(context, address, length, log2, newLength, caller) {
      const answer = exports.remap(context, address, length, log2, newLength, caller);
      const moved = unsigned(answer);
      if (isYes(moved)) events.changed(unsigned(address), moved, unsigned(newLength));
      return answer;
    },
    free(context, address, length, log2, caller) {
      exports.free(context, address, length, log2, caller);
      events.ended(unsigned(address));
    },
  };
}

/** @param {Events} events */
function ofFamily(exports, memory, events) {
  /** Returns a call that allocates: `request` makes a length and an alignment of its operands. */
  const allocating = (name, request) =>
    function call(...operands) {
      const answer = exports[name](...operands);
      const { length, log2 = usualLog2 } = request(...operands.map(unsigned));
      events.begun(unsigned(answer), length, Math.max(log2, usualLog2), 0, call);
      return answer;
    };
  const reallocating = (name, lengthOf) =>
    function call(pointer, ...operands) {
      const answer = exports[name](pointer, ...operands);
      const [address, moved] = [unsigned(pointer), unsigned(answer)];
      const length = lengthOf(...operands.map(unsigned));
      if (address === 0) events.begun(moved, length, usualLog2, 0, call);
      else if (moved !== 0) events.changed(address, moved, length);
      return answer;
    };
  const aligned = (alignment, length) => ({ length, log2: Math.log2(alignment) });
  return {
    malloc: allocating("malloc", (length) => ({ length })),
    calloc: allocating("calloc", (count, size) => ({ length: count * size })),
    aligned_alloc: allocating("aligned_alloc", aligned),
    memalign: allocating("memalign", aligned),
    realloc: reallocating("realloc", (length) => length),
    reallocarray: reallocating("reallocarray", (count, size) => count * size),
    posix_memalign: function posix_memalign(result, alignment, length) {
      const status = exports.posix_memalign(result, alignment, length);
      if (status === 0 && memory !== undefined) {
        const view = new DataView(memory.buffer);
        const address = widthOfWord(result).read(view, unsigned(result));
        const log2 = Math.max(Math.log2(unsigned(alignment)), usualLog2);
        events.begun(address, unsigned(length), log2, 0, posix_memalign);
      }
      return status;
    },
    free(pointer) {
      exports.free(pointer);
      const address = unsigned(pointer);
      if (address !== 0) events.ended(address);
    },
  };
}
