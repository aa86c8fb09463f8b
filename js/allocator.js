// What a heap and an arena have in common: the life of their blocks (block-calls.js), and here what lies in a
// block or elsewhere in the memory, as bytes, arrays, views and text.
//
// A view is of the memory's buffer as it is now. What a program keeps outside of blocks is only checked to lie
// in the memory.

import { allocOptions, BlockCalls } from "./block-calls.js";
import {
  alignmentLog2,
  checkedAddress,
  checkedCount,
  checkedElements,
  checkedOptions,
} from "./checks.js";
import { GranaryError, shown } from "./errors.js";
import { allocate, checkNotEnded, engineOf, liveBlock, widthOf } from "./face.js";
import { decoded, encoded } from "./text.js";
import { arrayOf, bytesOf, elementSizeOf, isKnown, nameOf, viewOf } from "./views.js";

const copyOptions = ["alignment", "caller"];

export class Allocator extends BlockCalls {
  allocBytes(data, options) {
    const { alignment, caller } = checkedOptions("allocBytes", options, copyOptions);
    return this.#copy("allocBytes", bytesOf("allocBytes", data), alignment, caller);
  }

  allocString(text, options) {
    return this.#copyText("allocString", text, "", options);
  }

  allocCString(text, options) {
    return this.#copyText("allocCString", text, "\0", options);
  }

  allocArray(first, second, options) {
    const call = "allocArray";
    const counts = typeof first === "function";
    const names = counts ? allocOptions : copyOptions;
    const { alignment, caller, zeroed } = checkedOptions(call, options, names);
    const type = counts ? first : second;
    const size = elementSizeOf(call, type);
    const values = counts ? undefined : arrayOf(call, first, type);
    if (2 ** alignmentLog2(call, alignment) % size !== 0) {
      throw new GranaryError(
        "ERR_ALIGNMENT",
        `${call}: a ${nameOf(type)} starts at a multiple of ${size}, which an alignment of ` +
          `${shown(alignment)} does not give`,
      );
    }
    if (values !== undefined) return this.#copy(call, bytesOf(call, values), alignment, caller);
    const length = size * checkedElements(this[widthOf], call, second, size);
    return this[allocate](call, length, { alignment, caller, zeroed });
  }

  bytes(pointer, length) {
    return this.#bytes(pointer, length);
  }

  view(type, given, count) {
    const pointer = this[widthOf].given(given);
    const size = elementSizeOf("view", type);
    const block = this[liveBlock]("view", pointer);
    checkAligned("view", type, pointer, size);
    const elements = this.#count("view", block, count, size);
    const view = viewOf("view", type, this[engineOf].buffer, pointer, elements, size);
    // A class of the user's own may have ended the block in its constructor, or shortened it.
    if (!isKnown(type)) this.#count("view", this[liveBlock]("view", pointer), elements, size);
    return view;
  }

  viewAt(type, given, givenCount) {
    const size = elementSizeOf("viewAt", type);
    this[checkNotEnded]("viewAt");
    const buffer = this[engineOf].wholeBuffer;
    const end = buffer.byteLength;
    const address = checkedAddress(this[widthOf], "viewAt", given, 0, end);
    checkAligned("viewAt", type, address, size);
    const where = `the memory from ${address} on`;
    const count = checkedCount(this[widthOf], "viewAt", where, end - address, givenCount, size);
    return viewOf("viewAt", type, buffer, address, count, size);
  }

  readString(pointer, length) {
    return decoded(this.#bytes(pointer, length));
  }

  readCString(given) {
    this[checkNotEnded]("readCString");
    const buffer = this[engineOf].wholeBuffer;
    // 0 is C's null pointer.
    const address = checkedAddress(this[widthOf], "readCString", given, 1, buffer.byteLength);
    const isBlock = this.has(address);
    const most = isBlock ? this.lengthOf(address) : buffer.byteLength - address;
    const bytes = viewOf("readCString", Uint8Array, buffer, address, most, 1);
    const length = bytes.indexOf(0);
    if (length >= 0) return decoded(bytes.subarray(0, length));
    throw new GranaryError(
      "ERR_RANGE",
      `readCString: no byte 0 ends the text at ${address} in ` +
        (isBlock ? `the ${most} bytes of its block` : "the rest of the memory"),
    );
  }

  #bytes(given, length) {
    const pointer = this[widthOf].given(given);
    const count = this.#count("bytes", this[liveBlock]("bytes", pointer), length, 1);
    return viewOf("bytes", Uint8Array, this[engineOf].buffer, pointer, count, 1);
  }

  /** Returns how many elements of a size a view of a block has: as many as were given, or as fit. */
  #count(call, { length }, given, size) {
    if (given === undefined) return Math.floor(length / size);
    return checkedCount(this[widthOf], call, "the block", length, given, size);
  }

  #copyText(call, text, ending, options) {
    const { alignment, caller } = checkedOptions(call, options, copyOptions);
    if (typeof text !== "string") {
      throw new GranaryError("ERR_TYPE", `${call}: a string is needed, not ${shown(text)}`);
    }
    if (ending !== "" && text.includes(ending)) {
      throw new GranaryError(
        "ERR_TYPE",
        `${call}: the text has a character 0 at ${text.indexOf(ending)}, where C would end it`,
      );
    }
    return this.#copy(call, encoded(text + ending), alignment, caller);
  }

  #copy(call, source, alignment, caller) {
    const { byteOffset, byteLength } = source;
    const pointer = this[allocate](call, byteLength, { alignment, caller });
    const { buffer } = this[engineOf];
    // Where the source lies in this memory, growth may have detached it.
    const detached = source.byteLength !== byteLength;
    const now = detached ? new Uint8Array(buffer, byteOffset, byteLength) : source;
    new Uint8Array(buffer, pointer, byteLength).set(now);
    return pointer;
  }
}

function checkAligned(call, type, address, size) {
  if (address % size === 0) return;
  const advice = call === "view" ? `; alloc the block with { alignment: ${size} }` : "";
  throw new GranaryError(
    "ERR_ALIGNMENT",
    `${call}: a ${nameOf(type)} starts at a multiple of ${size}, and ${address} is none${advice}`,
  );
}
