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

export function compileModule(name, path) {
  return { name, path, module: new WebAssembly.Module(readFileSync(path)) };
}

export class ReplayInstance {
  #exports;
  #memory;
  #operations;
  #host;
  #pagesBefore;

  // The host's pages begin at `startPage` or above; the floor has to leave room below them for the
  // addresses of another module.
  constructor({ name, module }, operations, startPage = 0) {
    this.name = name;
    this.#operations = operations;
    this.#exports = new WebAssembly.Instance(module, {}).exports;
    this.#memory = this.#exports.memory;
    // wasi-libc's allocator takes all of the memory that exists at its first call, so it has to make
    // that call before the host's pages exist.
    if (this.#exports.malloc) this.#exports.free(this.#exports.malloc(1));
    if (this.#pages < startPage) this.#memory.grow(startPage - this.#pages);
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

  #takeHostRegion() {
    const { words, handleCount, addressCount } = this.#operations;
    const bytes = 4 * (words.length + handleCount + addressCount + findingWords);
    const regionBegin = this.#exports.host_region_begin();
    const fits = bytes <= this.#exports.host_region_end() - regionBegin;
    const begin = fits ? regionBegin : this.#pages * pageBytes;
    const handles = begin + 4 * words.length;
    const table = handles + 4 * handleCount;
    const finding = table + 4 * addressCount;
    if (!fits) this.#memory.grow(Math.ceil(bytes / pageBytes));
    this.#host = { begin, handles, table, finding, end: begin + bytes };
    this.#pagesBefore = this.#pages;
    new Uint32Array(this.#memory.buffer, begin, words.length).set(words);
  }

  #call(what, from, to, last) {
    const { begin, handles } = this.#host;
    const operationBytes = 4 * operationWords;
    try {
      return this.#exports[`${what}${this.#operations.alignment}`](
        begin + operationBytes * from,
        begin + operationBytes * to,
        handles,
        last,
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
    this.#call("replay", first, last, this.#host.table + 4 * (from?.address ?? 0));
  }

  // Replays once more and returns the address of every block, for a floor to hand out.
  record() {
    this.#call("record", 0, this.#operations.count, this.#host.table);
    return new Uint32Array(
      this.#memory.buffer,
      this.#host.table,
      this.#operations.addressCount,
    ).slice();
  }

  // Gives a floor its addresses, and memory up to where they reach.
  useAddresses(addresses, endPage) {
    const lowest = addresses.reduce((least, address) => Math.min(least, address), 0xffffffff);
    if (lowest < this.#exports.__heap_base.value) {
      throw new Error(`${this.name}: a recorded address lies in the floor's own data`);
    }
    if (this.#pages < endPage) this.#memory.grow(endPage - this.#pages);
    new Uint32Array(this.#memory.buffer, this.#host.table, addresses.length).set(addresses);
  }

  // Returns null when every byte was right, else a sentence.
  verify() {
    const { finding, begin, end } = this.#host;
    new Uint32Array(this.#memory.buffer, finding, findingWords).set([begin, end, 0, 0, 0]);
    if (this.#call("verify", 0, this.#operations.count, finding)) return null;
    const [, , problem, operation, address] = new Uint32Array(
      this.#memory.buffer,
      finding,
      findingWords,
    );
    return `${problems[problem]} at operation ${operation}, block 0x${address.toString(16)}`;
  }
}
