// The host's side of a replay module: each allocator is one compiled module, and each heap one
// instance of it.
//
// Operations and tables lie in a part of the module's own data, as a program's data would. Those of a
// long workload do not fit there: the host grows pages of its own for them before the first
// allocation, as any stranger may. Neither place disturbs a heap:
//
//   0              __heap_base    host.begin                                       host.end
//   | stack, data  | slack        | operations | address of each handle | table | finding | heap ...
//
// The table holds the addresses of a recorded replay, which the floor hands out again.

import { readFileSync } from "node:fs";

import { surfaceOfModule } from "../tools/module-surface.js";
import { operationWords } from "./operations.js";

const pageBytes = 65536;
const findingWords = 5;
const problems = [
  "none",
  "no memory",
  "a misaligned block",
  "a block outside the heap",
  "a wrong byte",
];

// A replay trapped: an allocation failed, or the allocator itself gave up.
export class TrapError extends Error {}

/** How a module takes and holds an address. */
const widths = {
  i32: { bytes: 4, Words: Uint32Array, toWord: (value) => value },
  i64: { bytes: 8, Words: BigUint64Array, toWord: BigInt },
};

export function compileModule(name, path) {
  const bytes = readFileSync(path);
  const [, type] = /^export memory .*: (i32|i64)$/m.exec(surfaceOfModule(bytes));
  return { name, path, module: new WebAssembly.Module(bytes), width: widths[type] };
}

export class ReplayInstance {
  #exports;
  #memory;
  #operations;
  #host;
  #pagesBefore;
  #width;

  // The host's pages begin at `startPage` or above; the floor has to leave room below them for the
  // addresses of another module.
  constructor({ name, module, width }, operations, startPage = 0) {
    this.name = name;
    this.#operations = operations;
    this.#width = width;
    this.#exports = new WebAssembly.Instance(module, {}).exports;
    this.#memory = this.#exports.memory;
    // wasi-libc's allocator takes all of the memory that exists at its first call, so it has to make
    // that call before the host's pages exist.
    if (this.#exports.malloc) this.#exports.free(this.#exports.malloc(1));
    if (this.#pages < startPage) this.#grow(startPage - this.#pages);
    this.#takeHostRegion();
  }

  get #pages() {
    return this.#memory.buffer.byteLength / pageBytes;
  }

  get exports() {
    return this.#exports;
  }

  get startPage() {
    return Math.floor(this.#host.begin / pageBytes);
  }

  get endPage() {
    return this.#pages;
  }

  get pagesGrown() {
    return this.#pages - this.#pagesBefore;
  }

  #grow(pages) {
    this.#memory.grow(this.#width.toWord(pages));
  }

  /** A view of so many addresses. */
  #words(begin, count) {
    return new this.#width.Words(this.#memory.buffer, begin, count);
  }

  #setWords(begin, values) {
    this.#words(begin, values.length).set(Array.from(values, this.#width.toWord));
  }

  #takeHostRegion() {
    const { words, handleCount, addressCount } = this.#operations;
    const { bytes: wordBytes } = this.#width;
    const operationsBytes = Math.ceil((4 * words.length) / wordBytes) * wordBytes;
    const bytes = operationsBytes + wordBytes * (handleCount + addressCount + findingWords);
    const regionBegin = Number(this.#exports.host_region_begin());
    const fits = bytes <= Number(this.#exports.host_region_end()) - regionBegin;
    const begin = fits ? regionBegin : this.#pages * pageBytes;
    const handles = begin + operationsBytes;
    const table = handles + wordBytes * handleCount;
    const finding = table + wordBytes * addressCount;
    if (!fits) this.#grow(Math.ceil(bytes / pageBytes));
    this.#host = { begin, handles, table, finding, end: begin + bytes };
    this.#pagesBefore = this.#pages;
    new Uint32Array(this.#memory.buffer, begin, words.length).set(words);
  }

  #call(what, from, to, last) {
    const { begin, handles } = this.#host;
    const operationBytes = 4 * operationWords;
    const { toWord } = this.#width;
    try {
      return this.#exports[`${what}${this.#operations.alignment}`](
        toWord(begin + operationBytes * from),
        toWord(begin + operationBytes * to),
        toWord(handles),
        toWord(last),
      );
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      throw new TrapError(`${this.name} ran out of memory or trapped: ${error.message}`);
    }
  }

  // A position within the operations is {operation, address}: how many of each came before it.
  run({ from, to } = {}) {
    const first = from?.operation ?? 0;
    const last = to?.operation ?? this.#operations.count;
    this.#call("replay", first, last, this.#host.table + this.#width.bytes * (from?.address ?? 0));
  }

  // Replays once more and returns the address of every block, for a floor to hand out.
  record() {
    this.#call("record", 0, this.#operations.count, this.#host.table);
    return Array.from(this.#words(this.#host.table, this.#operations.addressCount), Number);
  }

  // Gives a floor its addresses, and memory up to where they reach.
  useAddresses(addresses, endPage) {
    const lowest = addresses.reduce((least, address) => Math.min(least, address), Infinity);
    if (lowest < this.#exports.__heap_base.value) {
      throw new Error(`${this.name}: a recorded address lies in the floor's own data`);
    }
    if (this.#pages < endPage) this.#grow(endPage - this.#pages);
    this.#setWords(this.#host.table, addresses);
  }

  // Returns null when every byte was right, else a sentence.
  verify() {
    const { finding, begin, end } = this.#host;
    this.#setWords(finding, [begin, end, 0, 0, 0]);
    if (this.#call("verify", 0, this.#operations.count, finding)) return null;
    const [, , problem, operation, address] = Array.from(
      this.#words(finding, findingWords),
      Number,
    );
    return `${problems[problem]} at operation ${operation}, block 0x${address.toString(16)}`;
  }
}
