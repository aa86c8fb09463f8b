// The live blocks of a recording: each has a handle, the number by which a trace names it. A handle is used again
// after the end of its block. All is in typed arrays, because a recording may have two million live blocks: 24
// bytes each and no object.
//
// Invariants: a slot of the hash table holds 0 or a handle plus 1, and at least half of the slots hold 0; from the
// slot that the hash of an address names to the slot of its handle, no slot holds 0. The column `sizes` of a handle
// without a block holds the next such handle plus 1.

const firstCapacity = 1024;

/** 2^32 divided by the golden ratio: its products spread neighbours over the table (Knuth's multiplicative hashing). */
const multiplier = 0x9e3779b1;

export class HandleTable {
  /** By handle: the requested bytes of its block. */
  sizes = new Uint32Array(firstCapacity);
  /** The index of its call site, and the time when it began. */
  sites = new Uint32Array(firstCapacity);
  births = new Uint32Array(firstCapacity);
  #addresses = new Uint32Array(firstCapacity);
  #slots = new Uint32Array(2 * firstCapacity);
  #shift = 32 - Math.log2(2 * firstCapacity);
  #unused = 0;
  /** The number of handles that were ever given. */
  count = 0;
  /** The number of live blocks. */
  live = 0;

  /** Returns the handle of the block at an address; -1: none is known there. */
  find(address) {
    return this.#slots[this.#slotOf(address)] - 1;
  }

  /** Returns a handle for a block at an address where none is known. */
  add(address, size) {
    let handle = this.#unused - 1;
    if (handle >= 0) {
      this.#unused = this.sizes[handle];
    } else {
      handle = this.count++;
      if (handle === this.sizes.length) this.#grow();
    }
    this.sizes[handle] = size;
    this.live += 1;
    this.#place(handle, address);
    return handle;
  }

  /** Moves a block to an address where none is known. */
  move(handle, address) {
    this.#vacate(this.#slotOf(this.#addresses[handle]));
    this.#place(handle, address);
  }

  delete(handle) {
    this.#vacate(this.#slotOf(this.#addresses[handle]));
    this.sizes[handle] = this.#unused;
    this.#unused = handle + 1;
    this.live -= 1;
  }

  /** Returns the handles of all live blocks. */
  handles() {
    return this.#slots.filter((slot) => slot !== 0).map((slot) => slot - 1);
  }

  #place(handle, address) {
    // A heap of 32 bits has no larger address; numbers of 53 bits take twice the memory.
    if (address > 0xffff_ffff && this.#addresses instanceof Uint32Array) {
      this.#addresses = new Float64Array(this.#addresses);
    }
    this.#addresses[handle] = address;
    this.#slots[this.#slotOf(address)] = handle + 1;
  }

  /** Returns the slot of the block at an address, or the empty one where its handle belongs. */
  #slotOf(address) {
    let slot = this.#hash(address);
    while (this.#slots[slot] !== 0 && this.#addresses[this.#slots[slot] - 1] !== address) {
      slot = (slot + 1) & (this.#slots.length - 1);
    }
    return slot;
  }

  #hash(address) {
    return Math.imul(address ^ (address / 2 ** 32), multiplier) >>> this.#shift;
  }

  /** Empties a slot, and moves those behind it that a search would no longer reach. */
  #vacate(slot) {
    const mask = this.#slots.length - 1;
    let empty = slot;
    for (let at = (slot + 1) & mask; this.#slots[at] !== 0; at = (at + 1) & mask) {
      const home = this.#hash(this.#addresses[this.#slots[at] - 1]);
      if (((at - home) & mask) < ((at - empty) & mask)) continue;
      this.#slots[empty] = this.#slots[at];
      empty = at;
    }
    this.#slots[empty] = 0;
  }

  /** Makes room for as many handles again. Every one of them has a block now. */
  #grow() {
    const capacity = 2 * this.sizes.length;
    for (const column of ["sizes", "sites", "births"]) this[column] = grown(this[column], capacity);
    this.#addresses = grown(this.#addresses, capacity);
    this.#slots = new Uint32Array(2 * capacity);
    this.#shift -= 1;
    for (let handle = 0; handle < capacity / 2; handle++) {
      this.#slots[this.#slotOf(this.#addresses[handle])] = handle + 1;
    }
  }
}

function grown(column, capacity) {
  const larger = new column.constructor(capacity);
  larger.set(column);
  return larger;
}
