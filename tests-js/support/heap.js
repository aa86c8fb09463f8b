// A product as the tests call it: every test takes any of them as a `Heap`, which hides the one thing in
// which they differ, whether an address is an i32 or an i64. Nothing here is of Node alone, because the
// kits that open heaps run in browsers too (interop/memory64/).

import { setMaximumPages } from "../../bench/memory-section.js";

/** @typedef {import("./products.js").Product} Product */

export const pageSize = 65536;

/**
 * Returns the function that opens a product. Every call of it is a fresh instance with a memory of its own.
 *
 * @param {(path: string) => Uint8Array} read gives the bytes of a module
 */
export function opener(read) {
  const compiled = new Map();

  function instantiate(product, maximumPages) {
    const key = `${product.path} ${maximumPages}`;
    if (!compiled.has(key)) {
      const bytes = read(product.path);
      const ownLimit = !product.imported && maximumPages !== undefined;
      const limited = ownLimit ? setMaximumPages(bytes, maximumPages) : bytes;
      compiled.set(key, new WebAssembly.Module(limited));
    }
    const module = compiled.get(key);
    if (!product.imported) return new Heap(new WebAssembly.Instance(module).exports, product);
    const wide = product.addressBits === 64;
    const pages = (count) => (wide ? BigInt(count) : count);
    // A memory that threads share has to have a maximum.
    const mostPages = maximumPages ?? (product.threads ? 65536 - hostPages : undefined);
    const memory = new WebAssembly.Memory({
      initial: pages(hostPages),
      maximum: mostPages === undefined ? undefined : pages(mostPages + hostPages),
      address: wide ? "i64" : "i32",
      shared: product.threads,
    });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return new Heap({ ...exports, memory }, product);
  }

  /**
   * A fresh instance, whose calls take and return numbers and booleans.
   *
   * @param {Product} product
   * @param {object} [options]
   * @param {number} [options.maximumPages] the most pages its memory may have
   * @param {boolean} [options.reusesAtOnce] what is freed does not wait in a quarantine
   */
  return function openHeap(product, { maximumPages, reusesAtOnce = false } = {}) {
    const heap = instantiate(product, maximumPages);
    if (product.checked && reusesAtOnce) heap.exports.set_limits(heap.word(0), heap.word(64));
    return heap;
  };
}

/** The pages of an imported memory that are not the product's. */
export const hostPages = 3;

export class Heap {
  /**
   * @param {WebAssembly.Exports} exports
   * @param {Product} product
   */
  constructor(exports, product) {
    this.exports = exports;
    this.product = product;
    this.word = product.addressBits === 64 ? BigInt : (value) => value;
    this.number =
      product.addressBits === 64
        ? (value) => Number(BigInt.asUintN(64, value))
        : (value) => value >>> 0;
  }

  alloc(length, alignment = 4, context = 0, returnAddress = 0) {
    const { word } = this;
    return this.number(
      this.exports.alloc(word(context), word(length), alignment, word(returnAddress)),
    );
  }

  resize(address, length, alignment, newLength, returnAddress = 0) {
    const { word } = this;
    const answer = this.exports.resize(
      word(0),
      word(address),
      word(length),
      alignment,
      word(newLength),
      word(returnAddress),
    );
    if (answer !== 0 && answer !== 1) throw new Error(`resize answered ${answer}, not 0 or 1`);
    return answer === 1;
  }

  remap(address, length, alignment, newLength, returnAddress = 0) {
    const { word } = this;
    return this.number(
      this.exports.remap(
        word(0),
        word(address),
        word(length),
        alignment,
        word(newLength),
        word(returnAddress),
      ),
    );
  }

  free(address, length, alignment = 4, returnAddress = 0) {
    const { word } = this;
    this.exports.free(word(0), word(address), word(length), alignment, word(returnAddress));
  }

  get byteLength() {
    return this.exports.memory.buffer.byteLength;
  }

  /** Those that are not the host's own. */
  get pages() {
    return this.byteLength / pageSize - (this.product.imported ? hostPages : 0);
  }

  /** Grows the memory as a stranger would, and returns the address of the first new byte. */
  growAsStranger(pages) {
    return Number(this.exports.memory.grow(this.word(pages))) * pageSize;
  }

  /** A view that is good until the memory grows. */
  bytes(address, length) {
    return new Uint8Array(this.exports.memory.buffer, address, length);
  }

  fill(address, length, value) {
    this.bytes(address, length).fill(value);
  }

  /** The offset of the first byte that is not `value`, or -1. */
  firstOther(address, length, value) {
    return this.bytes(address, length).findIndex((byte) => byte !== value);
  }

  /** The largest length that a call can be given. */
  get largestLength() {
    return this.product.addressBits === 64 ? 2n ** 64n - 1n : 2 ** 32 - 1;
  }

  /** The four functions that `vtable` names, in its order. */
  get vtableFunctions() {
    return this.vtableFunctionsAt(this.exports.vtable.value);
  }

  /** The four functions that a table at this address names. */
  vtableFunctionsAt(address) {
    const { memory, __indirect_function_table: table } = this.exports;
    const wide = this.product.addressBits === 64;
    const Words = wide ? BigUint64Array : Uint32Array;
    const indices = new Words(memory.buffer, Number(address), 4);
    return Array.from(indices, (index) => table.get(index));
  }

  /** The same heap, called through a table at this address. */
  throughTable(address) {
    const [alloc, resize, remap, free] = this.vtableFunctionsAt(address);
    return new Heap({ memory: this.exports.memory, alloc, resize, remap, free }, this.product);
  }
}
