// The life of the blocks of a heap or an arena. The class adds to the four calls what JavaScript can know: the
// live blocks, so that free needs no length and wrong use is an exception.
//
// Invariant: #blocks holds exactly the blocks that this object allocated or adopted and has neither freed
// nor disowned; none when it has ended. None of the user's code runs between looking a block up and making the call
// for it.

import { Block } from "./block.js";
import {
  alignmentLog2,
  callerOptions,
  checkAddress,
  checkedFlag,
  checkedLength,
  checkedOptions,
} from "./checks.js";
import { GranaryError, shown } from "./errors.js";
import {
  allocate,
  checkNotEnded,
  end,
  engineCall,
  engineFor,
  engineOf,
  extentNow,
  forgetBlocks,
  hasEnded,
  isLive,
  liveBlock,
  widthOf,
} from "./face.js";
import { Figures } from "./figures.js";
import { LiveBlocks } from "./live-blocks.js";
import { noView } from "./views.js";

export const allocOptions = ["alignment", "caller", "zeroed"];
const adoptOptions = ["alignment"];

export class BlockCalls extends Figures {
  #width;
  #engine;
  #place;
  #elsewhere;
  #ended = false;
  #blocks = new LiveBlocks();

  /**
   * @param {import("./engine.js").Engine} engine
   * @param {import("./width.js").Width} width
   * @param {string} name of the class
   * @param {string} place what this object is, for sentences: "heap" or "arena"
   * @param {string} elsewhere where else a block may be live, for sentences
   */
  constructor(engine, width, name, place, elsewhere) {
    super(name);
    this.#engine = engine;
    this.#width = width;
    this.#place = place;
    this.#elsewhere = elsewhere;
  }

  alloc(length, options) {
    return this[allocate]("alloc", length, checkedOptions("alloc", options, allocOptions));
  }

  tryAlloc(length, options) {
    return this.#alloc("tryAlloc", length, checkedOptions("tryAlloc", options, allocOptions));
  }

  // Each call first makes numbers of a pointer, length or count that it is `given`; `width.js` says why.

  resize(given, givenLength, options) {
    return this.#resize("resize", ...this.#change("resize", given, givenLength, options));
  }

  remap(given, givenLength, options) {
    return this.#remap("remap", ...this.#change("remap", given, givenLength, options));
  }

  realloc(given, givenLength, options) {
    const change = this.#change("realloc", given, givenLength, options);
    if (this.#resize("realloc", ...change)) return change[0].pointer;
    return this.#remap("realloc", ...change) ?? this.#move(...change);
  }

  free(given, options) {
    const pointer = this.#width.given(given);
    const caller = this.#caller("free", options);
    this.#free("free", this[liveBlock]("free", pointer), caller);
  }

  freeAll(options) {
    const caller = this.#caller("freeAll", options);
    this[checkNotEnded]("freeAll");
    for (const block of this.#blocks.all()) this.#free("freeAll", block, caller);
  }

  disown(given) {
    const { pointer, held, log2 } = this[liveBlock]("disown", this.#width.given(given));
    this.#blocks.delete(pointer);
    return { length: held, alignment: 2 ** log2 };
  }

  adopt(given, givenLength, options) {
    const pointer = this.#width.given(given);
    const { alignment } = checkedOptions("adopt", options, adoptOptions);
    const length = checkedLength(this.#width, "adopt", givenLength, 0);
    const log2 = alignmentLog2("adopt", alignment);
    this[checkNotEnded]("adopt");
    checkAddress(pointer, length, log2, this.#engine.wholeBuffer.byteLength);
    if (this.#blocks.has(pointer)) {
      throw new GranaryError(
        "ERR_POINTER",
        `adopt: ${pointer} is a live block of this ${this.#place} already`,
      );
    }
    this.#blocks.add(pointer, { pointer, length, held: length, log2, caller: 0 });
  }

  has(given) {
    return this.#blocks.has(this.#width.given(given));
  }

  lengthOf(given) {
    return this[liveBlock]("lengthOf", this.#width.given(given)).length;
  }

  block(given) {
    return new Block(this, this[liveBlock]("block", this.#width.given(given)));
  }

  get liveBlocks() {
    return this.#blocks.size;
  }

  get liveBytes() {
    return this.#blocks.all().reduce((sum, { length }) => sum + length, 0);
  }

  /** A block that ends meanwhile is left out; one that begins is not among them. */
  *[Symbol.iterator]() {
    for (const block of this.#blocks.all()) if (this[isLive](block)) yield new Block(this, block);
  }

  toJSON() {
    const pageCount = this.#engine.wholeBuffer.byteLength / 65536;
    return { liveBlocks: this.liveBlocks, liveBytes: this.liveBytes, pageCount };
  }

  get [engineOf]() {
    return this.#engine;
  }

  get [widthOf]() {
    return this.#width;
  }

  [engineFor](context) {
    return this.#engine.withContext(context);
  }

  [engineCall](name, run) {
    this[checkNotEnded](name);
    return this.#engine.attempt(name, run);
  }

  [forgetBlocks]() {
    this.#blocks.clear();
  }

  [end]() {
    this.#blocks.clear();
    this.#ended = true;
  }

  get [hasEnded]() {
    return this.#ended;
  }

  [checkNotEnded](call) {
    if (!this.#ended) return;
    throw new GranaryError("ERR_ENDED", `${call}: this ${this.#place} was destroyed`);
  }

  [isLive](block) {
    return this.#blocks.get(block.pointer) === block;
  }

  [liveBlock](call, pointer) {
    const block = this.#blocks.get(pointer);
    if (block !== undefined) return block;
    this[checkNotEnded](call);
    throw new GranaryError(
      "ERR_POINTER",
      `${call}: ${shown(pointer)} is not the pointer of a live block of this ${this.#place}: ` +
        whyNot(this.#width, pointer, this.#elsewhere),
    );
  }

  [allocate](call, length, options) {
    return this.#alloc(call, length, options) ?? this.#noMemory(call, length);
  }

  /** Returns a live block, its new length, and the number of the caller. */
  #change(call, given, givenLength, options) {
    const pointer = this.#width.given(given);
    const caller = this.#caller(call, options);
    const block = this[liveBlock](call, pointer);
    return [block, checkedLength(this.#width, call, givenLength, 1), caller];
  }

  #caller(call, options) {
    const { caller } = checkedOptions(call, options, callerOptions);
    return this.#numberOf(call, caller);
  }

  #numberOf(call, caller, length) {
    return this.#engine.callers.numberFor(this.#width, call, caller, this[call], length);
  }

  #alloc(call, given, { alignment, caller, zeroed }) {
    const length = checkedLength(this.#width, call, given, 0);
    const log2 = alignmentLog2(call, alignment);
    const by = this.#numberOf(call, caller, length);
    const clears = checkedFlag(call, "zeroed", zeroed);
    const block = { pointer: 0, length, held: length, log2, caller: by };
    const pointer = this.#begin(call, block);
    if (pointer === 0) return null;
    this.#blocks.add(pointer, block);
    if (clears) this.#clear(call, block);
    return pointer;
  }

  #clear(call, block) {
    const { pointer, length } = block;
    try {
      new Uint8Array(this.#engine.buffer, pointer, length).fill(0);
    } catch (cause) {
      this.#free(call, block, 0);
      throw noView(call, pointer, length, cause);
    }
  }

  /** Returns where the engine has begun a block; 0: there is no memory. */
  #begin(call, block) {
    this[checkNotEnded](call);
    const pointer = this.#engine.alloc(call, block);
    if (pointer !== 0) this.#checkNew(call, pointer);
    return pointer;
  }

  #checkNew(call, pointer) {
    if (!this.#blocks.has(pointer)) return;
    throw this.#engine.broken(call, `answered with ${pointer}, where a live block is`);
  }

  #resize(call, block, newLength, caller) {
    if (!this.#engine.resize(call, block, newLength, caller)) return false;
    block.length = block.held = newLength;
    return true;
  }

  #remap(call, block, newLength, caller) {
    const moved = this.#engine.remap(call, block, newLength, caller);
    if (moved === 0) return null;
    if (moved !== block.pointer) {
      this.#checkNew(call, moved);
      this.#blocks.delete(block.pointer);
      this.#blocks.add(moved, block);
    }
    block.length = block.held = newLength;
    return moved;
  }

  #free(call, block, caller) {
    this.#engine.free(call, block, caller);
    this.#blocks.delete(block.pointer);
  }

  /** Moves a block to a new place. Where there is no memory for that, a block that shrinks stays. */
  #move(block, newLength, caller) {
    const { pointer, length } = block;
    const moved = { ...block, length: newLength, held: newLength };
    moved.pointer = this.#begin("realloc", moved);
    if (moved.pointer === 0) {
      if (newLength > block.held) this.#noMemory("realloc", newLength);
      block.length = newLength;
      return pointer;
    }
    const kept = Math.min(length, newLength);
    const { buffer } = this.#engine;
    new Uint8Array(buffer, moved.pointer, kept).set(new Uint8Array(buffer, pointer, kept));
    try {
      this.#free("realloc", block, caller);
    } catch (fault) {
      // A checked heap found a fault elsewhere. The block stays live, and its new place is not wanted.
      this.#engine.free("realloc", moved, 0);
      throw fault;
    }
    this.#blocks.add(moved.pointer, Object.assign(block, moved));
    return block.pointer;
  }

  #noMemory(call, length) {
    throw new GranaryError(
      "ERR_NO_MEMORY",
      `${call}: there is no memory for ${length} bytes: ${this[extentNow]()}`,
    );
  }
}

function whyNot({ unsignedForm }, pointer, elsewhere) {
  if (typeof pointer !== "number") return "a pointer is a number that alloc returned";
  if (pointer < 0) return `pointers are unsigned (${unsignedForm})`;
  return `it was freed, or moved by realloc or remap, or alloc never returned it${elsewhere}`;
}
