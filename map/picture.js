// Draws items on a canvas, as sharp as the screen is. Only cells that changed are drawn again: a picture of a
// heap of 256 MiB has about as many cells as one of a single page, and from one step to the next few differ.
//
// The pixels are kept as 32-bit words beside the canvas. The ring around the chosen item is drawn on the canvas
// alone, so its lines of pages are put there again before the next one is drawn.

import { Cells, hasEdge, heightIn, styleIn } from "./cells.js";
import { absent, stylesOf } from "./colours.js";
import { addressAt, layoutOf, pageBytes, partsOf } from "./layout.js";

// Words are little-endian, as every machine with WebAssembly in use is.
const opaque = 0xff00_0000;
const wordOf = ([red, green, blue]) => (opaque | (blue << 16) | (green << 8) | red) >>> 0;

export class Picture {
  #canvas;
  #context;
  #cells = new Cells();
  #drawn = new Uint32Array(0);
  #image;
  #pixels;
  #layout;
  #ringed = [];
  #theme;
  #words;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
    this.setTheme("light");
  }

  /** @param {import("./colours.js").Theme} theme */
  setTheme(theme) {
    this.#theme = theme;
    const styles = stylesOf(theme);
    const ground = wordOf(styles[absent].full);
    this.#words = styles.map(({ full, empty, edge, hatched }) => ({
      full: wordOf(full),
      empty: wordOf(empty),
      edge: wordOf(edge),
      hatch: hatched ? ground : undefined,
    }));
    this.#forget();
  }

  /**
   * Draws the items, or what of them changed.
   *
   * @param {import("./items.js").Items} items
   * @param {number} pages that the picture has room for
   * @param {{address: number, size: number}} [chosen] what a ring is drawn around
   * @returns {number} how many cells were drawn
   */
  draw(items, pages, chosen) {
    this.#fit(pages);
    const codes = this.#cells.of(items, this.#layout);
    if (this.#drawn.length !== codes.length) {
      this.#drawn = new Uint32Array(codes.length).fill(0xffff);
      this.#ringed = [];
    }
    let changed = 0;
    for (let row = 0; row < this.#layout.rows; row++) {
      changed += this.#drawRow(row, codes, this.#ringed.includes(row));
    }
    this.#drawRing(chosen);
    return changed;
  }

  /** Returns the address at a place of the canvas, in the page's own measures, or undefined. */
  addressAt(offsetX, offsetY) {
    if (this.#layout === undefined) return undefined;
    const ratio = this.#canvas.width / this.#canvas.clientWidth;
    return addressAt(this.#layout, offsetX * ratio, offsetY * ratio);
  }

  /** Makes the canvas as large as it is shown. */
  #fit(pages) {
    const ratio = window.devicePixelRatio;
    const width = Math.max(1, Math.round(this.#canvas.clientWidth * ratio));
    const height = Math.max(1, Math.round(this.#canvas.clientHeight * ratio));
    if (
      this.#canvas.width !== width ||
      this.#canvas.height !== height ||
      this.#image === undefined
    ) {
      [this.#canvas.width, this.#canvas.height] = [width, height];
      this.#image = this.#context.createImageData(width, height);
      this.#pixels = new Uint32Array(this.#image.data.buffer);
      this.#forget();
    }
    const layout = layoutOf(pages, width, height, ratio);
    if (JSON.stringify(layout) === JSON.stringify(this.#layout)) return;
    this.#layout = layout;
    this.#pixels.fill(0);
    this.#context.clearRect(0, 0, width, height);
    this.#forget();
  }

  #forget() {
    this.#drawn = new Uint32Array(0);
  }

  /** Draws the cells of a line that changed, or puts the whole line on the canvas again. */
  #drawRow(row, codes, whole) {
    const { columns, cells, tileWidth, tileHeight, height } = this.#layout;
    const perRow = columns * cells;
    const [drawn, base] = [this.#drawn, row * perRow];
    let [left, right, changed] = [Infinity, -1, 0];
    for (let cell = 0; cell < perRow; cell++) {
      const code = codes[base + cell];
      if (code === drawn[base + cell]) continue;
      drawn[base + cell] = code;
      changed++;
      const x = Math.floor(cell / cells) * tileWidth + (cell % cells);
      this.#drawCell(x, row * tileHeight, code);
      if (left === Infinity) left = x;
      right = x;
    }
    if (whole) [left, right] = [0, this.#image.width - 1];
    if (right >= 0) {
      const width = right + 1 - left;
      this.#context.putImageData(this.#image, 0, 0, left, row * tileHeight, width, height);
      if (whole) this.#clearGapsOf(row);
    }
    return changed;
  }

  #drawCell(x, top, code) {
    const { full, empty, edge, hatch } = this.#words[styleIn(code)];
    const { height } = this.#layout;
    const width = this.#image.width;
    const live = hasEdge(code) ? edge : full;
    const liveFrom = height - heightIn(code);
    let at = top * width + x;
    for (let y = 0; y < height; y++, at += width) {
      this.#pixels[at] =
        y >= liveFrom ? live : hatch !== undefined && (x + y) % 6 < 2 ? hatch : empty;
    }
  }

  /** A ring reaches into the gaps around its line, which no cell covers. */
  #clearGapsOf(row) {
    const { tileHeight, height, gap } = this.#layout;
    const width = this.#image.width;
    this.#context.clearRect(0, row * tileHeight + height, width, gap);
    if (row > 0) this.#context.clearRect(0, row * tileHeight - gap, width, gap);
  }

  #drawRing(chosen) {
    this.#ringed = [];
    if (chosen === undefined) return;
    const styles = { dark: ["#000000", "#ffffff"], light: ["#ffffff", "#101418"] }[this.#theme];
    const rows = new Set();
    const end = this.#layout.columns * this.#layout.rows * pageBytes;
    const size = Math.min(chosen.size, end - chosen.address);
    for (const { x, y, width, height } of partsOf(this.#layout, chosen.address, size)) {
      rows.add(y / this.#layout.tileHeight);
      for (const [index, colour] of styles.entries()) {
        const inset = 1 - index;
        this.#context.strokeStyle = colour;
        this.#context.lineWidth = 2 - index * 0.5;
        this.#context.strokeRect(x - inset, y + 0.75, Math.max(width + 2 * inset, 3), height - 1.5);
      }
    }
    this.#ringed = [...rows];
  }
}
