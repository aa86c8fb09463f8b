// The host's side of a replay module: one compiled module an allocator, one instance a heap.
//
// Operations and tables lie in a region of the module's own data, as a program's data would; those of
// a long workload are too many for it, and the host takes pages of its own for them before the first
// allocation, as any other owner of the memory may. Neither disturbs a heap:
//
//   0              __heap_base    host.begin                                       host.end
//   | stack, data  | slack        | operations | address of each slot | table | finding | heap ...
//
// The table is the addresses of a recorded replay, which the floor hands out again.

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

// A replay that trapped: an allocation failed, or the allocator itself gave up.
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

  // `startPage`: where the host's region begins at the earliest; the floor has to leave room below
  // it for the addresses of another module.
  constructor({ name, module }, operations, startPage = 0) {
    this.name = name;
    this.#operations = operations;
    this.#exports = new WebAssembly.Instance(module, {}).exports;
    this.#memory = this.#exports.memory;
    // wasi-libc's allocator takes all of the memory that there is at its first call: it has to
    // make that call before the host's pages are there.
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
    const { words, slotCount, addressCount } = this.#operations;
    const bytes = 4 * (words.length + slotCount + addressCount + findingWords);
    const regionBegin = this.#exports.host_region_begin();
    const fits = bytes <= this.#exports.host_region_end() - regionBegin;
    const begin = fits ? regionBegin : this.#pages * pageBytes;
    const slots = begin + 4 * words.length;
    const table = slots + 4 * slotCount;
    const finding = table + 4 * addressCount;
    if (!fits) this.#memory.grow(Math.ceil(bytes / pageBytes));
    this.#host = { begin, slots, table, finding, end: begin + bytes };
    this.#pagesBefore = this.#pages;
    new Uint32Array(this.#memory.buffer, begin, words.length).set(words);
  }

  #call(what, from, to, last) {
    const { begin, slots } = this.#host;
    const operationBytes = 4 * operationWords;
    try {
      return this.#exports[`${what}${this.#operations.alignment}`](
        begin + operationBytes * from,
        begin + operationBytes * to,
        slots,
        last,
      );
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      throw new TrapError(`${this.name} ran out of memory or trapped: ${error.message}`);
    }
  }

  // Positions within the operations are {operation, address}: how many of each came before.
  run({ from, to } = {}) {
    const first = from?.operation ?? 0;
    const last = to?.operation ?? this.#operations.count;
    this.#call("replay", first, last, this.#host.table + 4 * (from?.address ?? 0));
  }

  // Returns the address of every block of one more replay, for a floor to hand out.
  record() {
    this.#call("record", 0, this.#operations.count, this.#host.table);
    return new Uint32Array(
      this.#memory.buffer,
      this.#host.table,
      this.#operations.addressCount,
    ).slice();
  }

  // The floor's part: the addresses, and memory up to where they reach.
  useAddresses(addresses, endPage) {
    const lowest = addresses.reduce((least, address) => Math.min(least, address), 0xffffffff);
    if (lowest < this.#exports.__heap_base.value) {
      throw new Error(`${this.name}: a recorded address lies in the floor's own data`);
    }
    if (this.#pages < endPage) this.#memory.grow(endPage - this.#pages);
    new Uint32Array(this.#memory.buffer, this.#host.table, addresses.length).set(addresses);
  }

  // Null when every byte was right, else a sentence.
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
