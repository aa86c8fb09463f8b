// One heap in one WebAssembly memory. The class adds to the four calls what JavaScript can know: which
// blocks are live, so that free needs no length and wrong use is an exception, and where the memory's
// buffer is now.
//
// Invariant: #blocks holds exactly the blocks that this object allocated or adopted and has neither freed
// nor released, each with its present length, its alignment as the exports take them, and its caller.

import { alignmentLog2, callerOf, checkLength, checkCallOptions } from "./checks.js";
import { GranaryError, shown, tagOf } from "./errors.js";
import { face, forgetBlocks, fourCalls } from "./face.js";
import { instantiate, instantiateSync } from "./instantiate.js";

const constructionKey = Symbol("granary");
const allocOptions = ["alignment", "caller"];
const adoptOptions = ["alignment"];
const freeOptions = ["caller"];
const encoder = new TextEncoder();
// Bytes are given back as they are: a byte order mark belongs to the text.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class Heap {
  // A bundler finds the addresses, which have to be written out like this, and takes the files along.
  static [face] = {
    className: "Heap",
    like: "granary.wasm",
    module: () => new URL("./granary.wasm", import.meta.url),
    importing: () => new URL("./granary-import.wasm", import.meta.url),
    exports: fourCalls,
    calls: ({ exports }) => exports,
  };

  #exports;
  #calls;
  #memory;
  #buffer;
  #blocks = new Map();

  /** A heap over the given or the shipped module; index.d.ts has the options. */
  static async create(options = {}) {
    return new this(constructionKey, await instantiate(this[face], options));
  }

  /** The same from bytes or a compiled module, at once. */
  static createSync(options) {
    return new this(constructionKey, instantiateSync(this[face], options));
  }

  constructor(key, running) {
    if (key !== constructionKey) {
      throw new GranaryError(
        "ERR_OPTION",
        "a heap is made by Heap.create or Heap.createSync, not new",
      );
    }
    this.#exports = running.exports;
    this.#memory = running.memory;
    this.#buffer = running.memory.buffer;
    this.#calls = new.target[face].calls(running);
  }

  get exports() {
    return this.#exports;
  }

  get memory() {
    return this.#memory;
  }

  alloc(length, options) {
    return this.#checkedAlloc("alloc", length, options) ?? noMemory("alloc", length);
  }

  tryAlloc(length, options) {
    return this.#checkedAlloc("tryAlloc", length, options);
  }

  allocBytes(data, options) {
    const source = sourceOf(data);
    const { byteOffset, byteLength } = source;
    const inside = source.buffer === this.#memory.buffer;
    const pointer =
      this.#checkedAlloc("allocBytes", byteLength, options) ?? noMemory("allocBytes", byteLength);
    // Bytes of this very memory may have moved to another buffer with it.
    const now = inside ? new Uint8Array(this.#currentBuffer, byteOffset, byteLength) : source;
    new Uint8Array(this.#currentBuffer, pointer, byteLength).set(now);
    return pointer;
  }

  allocString(text, options) {
    if (typeof text !== "string") {
      throw new GranaryError("ERR_TYPE", `allocString: a string is needed, not ${shown(text)}`);
    }
    return this.allocBytes(encoder.encode(text), options);
  }

  resize(pointer, newLength) {
    const block = this.#block("resize", pointer);
    checkLength("resize", newLength, 1);
    return this.#resize(pointer, block, newLength);
  }

  remap(pointer, newLength) {
    const block = this.#block("remap", pointer);
    checkLength("remap", newLength, 1);
    return this.#remap(pointer, block, newLength);
  }

  realloc(pointer, newLength) {
    const block = this.#block("realloc", pointer);
    checkLength("realloc", newLength, 1);
    if (this.#resize(pointer, block, newLength)) return pointer;
    return this.#remap(pointer, block, newLength) ?? this.#move(pointer, block, newLength);
  }

  free(pointer, options) {
    const { length, log2 } = this.#block("free", pointer);
    checkCallOptions("free", options, freeOptions);
    this.#calls.free(0, pointer, length, log2, callerOf("free", options));
    this.#blocks.delete(pointer);
  }

  release(pointer) {
    const { length, log2 } = this.#block("release", pointer);
    this.#blocks.delete(pointer);
    return { length, alignment: 2 ** log2 };
  }

  adopt(pointer, length, options) {
    checkLength("adopt", length, 0);
    checkCallOptions("adopt", options, adoptOptions);
    const log2 = alignmentLog2("adopt", options);
    checkAddress(pointer, length, log2, this.#currentBuffer.byteLength);
    if (this.#blocks.has(pointer)) {
      throw new GranaryError(
        "ERR_POINTER",
        `adopt: ${pointer} is a live block of this heap already`,
      );
    }
    this.#blocks.set(pointer, { length, log2, caller: 0 });
  }

  [forgetBlocks]() {
    this.#blocks.clear();
  }

  has(pointer) {
    return this.#blocks.has(pointer);
  }

  lengthOf(pointer) {
    return this.#block("lengthOf", pointer).length;
  }

  bytes(pointer, length) {
    const block = this.#block("bytes", pointer);
    if (length !== undefined) checkFits("bytes", block, length, 1);
    return new Uint8Array(this.#currentBuffer, pointer, length ?? block.length);
  }

  view(type, pointer, count) {
    // A DataView counts in bytes and knows no alignment.
    const size = type === DataView ? 1 : type?.BYTES_PER_ELEMENT;
    if (typeof type !== "function" || !Number.isInteger(size)) {
      throw new GranaryError(
        "ERR_TYPE",
        `view: the class of a typed array, or DataView, is needed, not ${shown(type)}`,
      );
    }
    const block = this.#block("view", pointer);
    if (pointer % size !== 0) {
      throw new GranaryError(
        "ERR_ALIGNMENT",
        `view: a ${type.name} starts at a multiple of ${size}, which ${pointer} is not; ` +
          `alloc the block with { alignment: ${size} }`,
      );
    }
    if (count !== undefined) checkFits("view", block, count, size);
    return new type(this.#currentBuffer, pointer, count ?? Math.floor(block.length / size));
  }

  readString(pointer, length) {
    const bytes = this.bytes(pointer, length);
    // Browsers decode no bytes of a resizable buffer.
    return decoder.decode(bytes.buffer.resizable ? bytes.slice() : bytes);
  }

  /** The buffer as it is now. Growth detaches the one before, whose length then reads 0. */
  get #currentBuffer() {
    if (this.#buffer.byteLength === 0) this.#buffer = this.#memory.buffer;
    return this.#buffer;
  }

  #block(call, pointer) {
    const block = this.#blocks.get(pointer);
    if (block !== undefined) return block;
    throw new GranaryError(
      "ERR_POINTER",
      `${call}: ${shown(pointer)} is not the pointer of a live block of this heap: ` +
        whyNot(pointer),
    );
  }

  #checkedAlloc(call, length, options) {
    checkLength(call, length, 0);
    checkCallOptions(call, options, allocOptions);
    return this.#alloc(length, alignmentLog2(call, options), callerOf(call, options));
  }

  #alloc(length, log2, caller) {
    const pointer = this.#calls.alloc(0, length, log2, caller) >>> 0;
    if (pointer === 0) return null;
    this.#blocks.set(pointer, { length, log2, caller });
    return pointer;
  }

  #resize(pointer, block, newLength) {
    const { length, log2 } = block;
    if (this.#calls.resize(0, pointer, length, log2, newLength, 0) === 0) return false;
    block.length = newLength;
    return true;
  }

  #remap(pointer, block, newLength) {
    const { length, log2 } = block;
    const moved = this.#calls.remap(0, pointer, length, log2, newLength, 0) >>> 0;
    if (moved === 0) return null;
    this.#blocks.delete(pointer);
    this.#blocks.set(moved, { ...block, length: newLength });
    return moved;
  }

  #move(pointer, { length, log2, caller }, newLength) {
    const target = this.#alloc(newLength, log2, caller) ?? noMemory("realloc", newLength);
    const kept = Math.min(length, newLength);
    new Uint8Array(this.#currentBuffer).copyWithin(target, pointer, pointer + kept);
    try {
      this.free(pointer);
    } catch (fault) {
      // Of a checked heap, and not about this block: it lives on, and the new one is not wanted.
      this.free(target);
      throw fault;
    }
    return target;
  }
}

/** The bytes of what was given, whatever its class. */
function sourceOf(data) {
  if (!ArrayBuffer.isView(data) && tagOf(data) !== "ArrayBuffer") {
    throw new GranaryError(
      "ERR_TYPE",
      `allocBytes: an ArrayBuffer or a view of one is needed, not ${shown(data)}`,
    );
  }
  try {
    if (!ArrayBuffer.isView(data)) return new Uint8Array(data);
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  } catch (cause) {
    throw new GranaryError(
      "ERR_TYPE",
      "allocBytes: the buffer of the data is detached: it was transferred, or its memory has grown",
      { cause },
    );
  }
}

function checkAddress(pointer, length, log2, end) {
  const isAddress = typeof pointer === "number" && pointer >>> 0 === pointer && pointer !== 0;
  if (isAddress && pointer % 2 ** log2 === 0 && pointer + length <= end) return;
  throw new GranaryError(
    "ERR_POINTER",
    `adopt: a block of ${length} bytes starts at a multiple of ${2 ** log2} and ends within the ` +
      `memory's ${end} bytes, which one at ${shown(pointer)} does not`,
  );
}

function checkFits(call, { length }, count, size) {
  if (typeof count === "number" && count >>> 0 === count && count * size <= length) return;
  const unit = size === 1 ? "bytes" : `elements of ${size} bytes`;
  throw new GranaryError(
    "ERR_RANGE",
    `${call}: the block has ${length} bytes: a whole number of ${unit} from 0 to ` +
      `${Math.floor(length / size)} fits, not ${shown(count)}`,
  );
}

function whyNot(pointer) {
  if (typeof pointer !== "number") return "a pointer is a number that alloc returned";
  if (pointer < 0) return "pointers are unsigned (pointer >>> 0)";
  return "it was freed, or moved by realloc or remap, or alloc never returned it";
}

function noMemory(call, length) {
  throw new GranaryError("ERR_NO_MEMORY", `${call}: there is no memory for ${length} bytes`);
}
