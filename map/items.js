// Items: what lies where in a memory, in the order of addresses and without overlap. They are columns of
// typed arrays, because a heap has a hundred thousand of them, which are read, drawn and passed from a worker
// to the page sixty times a second.

import { itemKinds } from "../js/layouts.js";

/** The kinds of a walk by their numbers, and two more that no walk has. */
export const kinds = [...itemKinds, "data", "unknown"];

export const Kind = Object.freeze(Object.fromEntries(kinds.map((name, number) => [name, number])));

/** The class of an item that has no size class, or whose class is not known. */
export const noClass = 255;

const columns = {
  kind: Uint8Array,
  address: Float64Array,
  size: Float64Array,
  /** The index of the size class. */
  sizeClass: Uint8Array,
  /** The bytes in it that live blocks have. */
  live: Float64Array,
};

export class Items {
  count = 0;
  #room = 0;

  /** @param {number} [room] for how many items there is room at first */
  constructor(room = 1024) {
    this.#makeRoom(room);
  }

  push(kind, address, size, live = 0, sizeClass = noClass) {
    if (this.count === this.#room) this.#makeRoom(2 * this.#room);
    const index = this.count++;
    this.kind[index] = kind;
    this.address[index] = address;
    this.size[index] = size;
    this.live[index] = live;
    this.sizeClass[index] = sizeClass;
  }

  /** Makes two items of one without live blocks in which an address lies, if it does not begin there. */
  split(address) {
    const index = indexAt(this, address);
    if (index < 0 || this.address[index] === address) return;
    this.push(0, 0, 0);
    for (const name of Object.keys(columns)) {
      this[name].copyWithin(index + 1, index, this.count - 1);
    }
    const below = address - this.address[index];
    this.size[index] = below;
    this.address[index + 1] = address;
    this.size[index + 1] -= below;
  }

  clear() {
    this.count = 0;
  }

  /** Returns a copy that can be posted, and the buffers to transfer with it. */
  packed() {
    const packed = { count: this.count };
    for (const name of Object.keys(columns)) packed[name] = this[name].slice(0, this.count);
    return { packed, buffers: Object.keys(columns).map((name) => packed[name].buffer) };
  }

  #makeRoom(room) {
    for (const [name, type] of Object.entries(columns)) {
      const column = new type(room);
      if (this[name] !== undefined) column.set(this[name]);
      this[name] = column;
    }
    this.#room = room;
  }
}

/**
 * Returns the index of the item in which an address lies, or -1.
 *
 * @param {Items} items
 * @param {number} address
 */
export function indexAt(items, address) {
  let [low, high] = [0, items.count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (items.address[middle] <= address) low = middle + 1;
    else high = middle;
  }
  const index = low - 1;
  return index >= 0 && address < items.address[index] + items.size[index] ? index : -1;
}
