// What a heap and an arena have in common. The class adds to the four calls what JavaScript can know: the
// live blocks, so that free needs no length and wrong use is an exception, and the memory's current buffer.
//
// Invariant: #blocks holds exactly the blocks that this object allocated or adopted and has neither freed
// nor released; none when it has ended. None of the user's code runs between looking a block up and making the call for it.

import {
  alignmentLog2,
  callerOf,
  checkAddress,
  checkedCount,
  checkedLength,
  checkedOptions,
} from "./checks.js";
import { GranaryError, shown } from "./errors.js";
import { end, engineCall, engineFor, forgetBlocks } from "./face.js";
import { LiveBlocks } from "./live-blocks.js";
import { decoded, encoded } from "./text.js";
import {
  bytesOf,
  elementSizeOf,
  elementSizes,
  nameOf,
  noView,
  viewOf,
  viewOfKnown,
} from "./views.js";

const allocOptions = ["alignment", "caller"];
const adoptOptions = ["alignment"];
const freeOptions = ["caller"];

export class Allocator {
  #width;
  #engine;
  #place;
  #elsewhere;
  #ended = false;
  #blocks = new LiveBlocks();

  /**
   * @param {import("./engine.js").Engine} engine
   * @param {import("./width.js").Width} width
   * @param {string} place what this object is, for sentences: "heap" or "arena"
   * @param {string} elsewhere where else a block may be live, for sentences
   */
  constructor(engine, width, place, elsewhere) {
    this.#engine = engine;
    this.#width = width;
    this.#place = place;
    this.#elsewhere = elsewhere;
  }

  alloc(length, options) {
    const block = newBlock(this.#width, "alloc", length, options);
    return this.#alloc("alloc", block) ?? noMemory("alloc", length);
  }

  tryAlloc(length, options) {
    return this.#alloc("tryAlloc", newBlock(this.#width, "tryAlloc", length, options));
  }

  allocBytes(data, options) {
    const { alignment, caller } = checkedOptions("allocBytes", options, allocOptions);
    return this.#copy("allocBytes", bytesOf("allocBytes", data), alignment, caller);
  }

  allocString(text, options) {
    const { alignment, caller } = checkedOptions("allocString", options, allocOptions);
    if (typeof text !== "string") {
      throw new GranaryError("ERR_TYPE", `allocString: a string is needed, not ${shown(text)}`);
    }
    return this.#copy("allocString", encoded(text), alignment, caller);
  }

  // Each call first makes numbers of a pointer, length or count that it is `given`; `width.js` says why.

  resize(given, givenLength) {
    const pointer = this.#width.given(given);
    const block = this.#block("resize", pointer);
    const newLength = checkedLength(this.#width, "resize", givenLength, 1);
    return this.#resize("resize", pointer, block, newLength);
  }

  remap(given, givenLength) {
    const pointer = this.#width.given(given);
    const block = this.#block("remap", pointer);
    const newLength = checkedLength(this.#width, "remap", givenLength, 1);
    return this.#remap("remap", pointer, block, newLength);
  }

  realloc(given, givenLength) {
    const pointer = this.#width.given(given);
    const block = this.#block("realloc", pointer);
    const newLength = checkedLength(this.#width, "realloc", givenLength, 1);
    if (this.#resize("realloc", pointer, block, newLength)) return pointer;
    return (
      this.#remap("realloc", pointer, block, newLength) ?? this.#move(pointer, block, newLength)
    );
  }

  free(given, options) {
    const pointer = this.#width.given(given);
    const { caller } = checkedOptions("free", options, freeOptions);
    const by = callerOf(this.#width, "free", caller);
    this.#free("free", pointer, this.#block("free", pointer), by);
  }

  release(given) {
    const pointer = this.#width.given(given);
    const { held, log2 } = this.#block("release", pointer);
    this.#blocks.delete(pointer);
    return { length: held, alignment: 2 ** log2 };
  }

  adopt(given, givenLength, options) {
    const pointer = this.#width.given(given);
    const { alignment } = checkedOptions("adopt", options, adoptOptions);
    const length = checkedLength(this.#width, "adopt", givenLength, 0);
    const log2 = alignmentLog2("adopt", alignment);
    this.#checkNotEnded("adopt");
    checkAddress(pointer, length, log2, this.#engine.wholeBuffer.byteLength);
    if (this.#blocks.has(pointer)) {
      throw new GranaryError(
        "ERR_POINTER",
        `adopt: ${pointer} is a live block of this ${this.#place} already`,
      );
    }
    this.#blocks.add(pointer, { length, held: length, log2, caller: 0 });
  }

  [forgetBlocks]() {
    this.#blocks.clear();
  }

  [end]() {
    this.#blocks.clear();
    this.#ended = true;
  }

  [engineFor](context) {
    return this.#engine.withContext(context);
  }

  [engineCall](name, run) {
    this.#checkNotEnded(name);
    return this.#engine.attempt(name, run);
  }

  has(given) {
    return this.#blocks.has(this.#width.given(given));
  }

  lengthOf(given) {
    return this.#block("lengthOf", this.#width.given(given)).length;
  }

  bytes(pointer, length) {
    return this.#bytes(pointer, length);
  }

  view(type, given, count) {
    const pointer = this.#width.given(given);
    const known = elementSizes.get(type);
    const size = known ?? elementSizeOf(type);
    const block = this.#block("view", pointer);
    if (pointer % size !== 0) {
      throw new GranaryError(
        "ERR_ALIGNMENT",
        `view: a ${nameOf(type)} starts at a multiple of ${size}, and ${pointer} is none; ` +
          `alloc the block with { alignment: ${size} }`,
      );
    }
    const elements = this.#count("view", block, count, size);
    if (known !== undefined) return viewOfKnown(type, this.#engine.buffer, pointer, elements);
    const view = viewOf(type, this.#engine.buffer, pointer, elements, size);
    // A class of the user's own may have ended the block in its constructor, or shortened it.
    this.#count("view", this.#block("view", pointer), elements, size);
    return view;
  }

  readString(pointer, length) {
    return decoded(this.#bytes(pointer, length));
  }

  #checkNotEnded(call) {
    if (!this.#ended) return;
    throw new GranaryError("ERR_ENDED", `${call}: this ${this.#place} was destroyed`);
  }

  #block(call, pointer) {
    const block = this.#blocks.get(pointer);
    if (block !== undefined) return block;
    this.#checkNotEnded(call);
    throw new GranaryError(
      "ERR_POINTER",
      `${call}: ${shown(pointer)} is not the pointer of a live block of this ${this.#place}: ` +
        whyNot(this.#width, pointer, this.#elsewhere),
    );
  }

  #bytes(given, length) {
    const pointer = this.#width.given(given);
    const count = this.#count("bytes", this.#block("bytes", pointer), length, 1);
    try {
      return new Uint8Array(this.#engine.buffer, pointer, count);
    } catch (cause) {
      throw noView("bytes", pointer, count, cause);
    }
  }

  /** Returns how many elements of a size a view of a block has: as many as were given, or as fit. */
  #count(call, { length }, given, size) {
    if (given === undefined) return Math.floor(length / size);
    return checkedCount(this.#width, call, length, given, size);
  }

  #copy(call, source, alignment, caller) {
    const { byteOffset, byteLength } = source;
    const block = blockOf(this.#width, call, byteLength, alignment, caller);
    const pointer = this.#alloc(call, block) ?? noMemory(call, byteLength);
    const { buffer } = this.#engine;
    // Where the source lies in this memory, growth may have detached it.
    const detached = source.byteLength !== byteLength;
    const now = detached ? new Uint8Array(buffer, byteOffset, byteLength) : source;
    new Uint8Array(buffer, pointer, byteLength).set(now);
    return pointer;
  }

  #alloc(call, block) {
    this.#checkNotEnded(call);
    const pointer = this.#engine.alloc(call, block);
    if (pointer === 0) return null;
    this.#add(call, pointer, block);
    return pointer;
  }

  #add(call, pointer, block) {
    if (this.#blocks.has(pointer)) {
      throw this.#engine.broken(call, `answered with ${pointer}, where a live block is`);
    }
    this.#blocks.add(pointer, block);
  }

  #resize(call, pointer, block, newLength) {
    if (!this.#engine.resize(call, pointer, block, newLength)) return false;
    block.length = block.held = newLength;
    return true;
  }

  #remap(call, pointer, block, newLength) {
    const moved = this.#engine.remap(call, pointer, block, newLength);
    if (moved === 0) return null;
    if (moved !== pointer) {
      this.#add(call, moved, block);
      this.#blocks.delete(pointer);
    }
    block.length = block.held = newLength;
    return moved;
  }

  #free(call, pointer, block, caller) {
    this.#engine.free(call, pointer, block, caller);
    this.#blocks.delete(pointer);
  }

  /** Moves a block to a new one. Where there is no memory for that, a block that shrinks stays. */
  #move(pointer, block, newLength) {
    const { length, held, log2, caller } = block;
    const moved = { length: newLength, held: newLength, log2, caller };
    const target = this.#alloc("realloc", moved);
    if (target === null) {
      if (newLength > held) noMemory("realloc", newLength);
      block.length = newLength;
      return pointer;
    }
    const kept = Math.min(length, newLength);
    const { buffer } = this.#engine;
    new Uint8Array(buffer, target, kept).set(new Uint8Array(buffer, pointer, kept));
    try {
      this.#free("realloc", pointer, block, 0);
    } catch (fault) {
      // A checked heap found a fault elsewhere. The block stays live, and the new one is not wanted.
      this.#free("realloc", target, moved, 0);
      throw fault;
    }
    return target;
  }
}

function newBlock(width, call, length, options) {
  const { alignment, caller } = checkedOptions(call, options, allocOptions);
  return blockOf(width, call, length, alignment, caller);
}

/** @returns {import("./live-blocks.js").LiveBlock} */
function blockOf(width, call, given, alignment, caller) {
  const length = checkedLength(width, call, given, 0);
  const log2 = alignmentLog2(call, alignment);
  return { length, held: length, log2, caller: callerOf(width, call, caller) };
}

function whyNot({ unsignedForm }, pointer, elsewhere) {
  if (typeof pointer !== "number") return "a pointer is a number that alloc returned";
  if (pointer < 0) return `pointers are unsigned (${unsignedForm})`;
  return `it was freed, or moved by realloc or remap, or alloc never returned it${elsewhere}`;
}

function noMemory(call, length) {
  throw new GranaryError("ERR_NO_MEMORY", `${call}: there is no memory for ${length} bytes`);
}
