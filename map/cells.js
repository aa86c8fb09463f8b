// What each cell of the picture shows: the style of the item that has most of the cell's bytes, and the share
// of these bytes that is live. A cell is a number of 32 bits; equal numbers look alike, so comparing two
// pictures is comparing two arrays.
//
//   | edge: 1 | live height in pixels: 15 | style: 16 |

import { absent, styleOf } from "./colours.js";
import { pageBytes } from "./layout.js";

const heightShift = 16;
const edgeBit = 0x8000_0000;
/** An item shows where it begins when it is at least this many cells wide. */
const cellsWithEdge = 4;

export const styleIn = (cell) => cell & 0xffff;
export const heightIn = (cell) => (cell >>> heightShift) & 0x7fff;
export const hasEdge = (cell) => cell >= edgeBit;

export class Cells {
  #live = new Float32Array(0);
  #most = new Float32Array(0);
  #codes = new Uint32Array(0);

  /**
   * Returns the cells of the picture; the array is used again by the next call.
   *
   * @param {import("./items.js").Items} items
   * @param {import("./layout.js").Layout} layout
   * @returns {Uint32Array}
   */
  of(items, layout) {
    const count = layout.columns * layout.rows * layout.cells;
    if (this.#codes.length !== count) {
      this.#live = new Float32Array(count);
      this.#most = new Float32Array(count);
      this.#codes = new Uint32Array(count);
    }
    this.#live.fill(0);
    this.#most.fill(0);
    this.#codes.fill(absent);
    this.#cover(items, layout.cells / pageBytes);
    const codes = this.#codes;
    for (let cell = 0; cell < count; cell++) {
      const live = this.#live[cell];
      if (live === 0) continue;
      // However little is live, it is seen.
      const height = Math.max(1, Math.round(Math.min(live, 1) * layout.height));
      codes[cell] = (codes[cell] | (height << heightShift)) >>> 0;
    }
    return codes;
  }

  #cover(items, cellsPerByte) {
    const [codes, lives, mosts] = [this.#codes, this.#live, this.#most];
    const add = (cell, covered, density, style) => {
      if (covered <= 0 || cell >= codes.length) return;
      lives[cell] += covered * density;
      // Where live and free memory share a cell, the colour is that of the live memory.
      const weight = density > 0 ? covered + 1 : covered;
      if (weight <= mosts[cell]) return;
      mosts[cell] = weight;
      codes[cell] = style;
    };
    for (let index = 0; index < items.count; index++) {
      const from = items.address[index] * cellsPerByte;
      const to = from + items.size[index] * cellsPerByte;
      const density = items.live[index] / items.size[index];
      const style = styleOf(items.kind[index], items.sizeClass[index]);
      const [first, last] = [Math.floor(from), Math.ceil(to) - 1];
      if (first >= last) {
        add(first, to - from, density, style);
        continue;
      }
      add(first, first + 1 - from, density, style);
      const end = Math.min(last, codes.length);
      for (let cell = first + 1; cell < end; cell++) {
        codes[cell] = style;
        lives[cell] = density;
      }
      add(last, to - last, density, style);
      if (last - first >= cellsWithEdge && first < codes.length) codes[first] |= edgeBit;
    }
  }
}
