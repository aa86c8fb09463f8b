// The picture of the memory: a line is a page, a stripe a block, and the classes of lengths differ in colour
// and in height. It is as sharp as the screen, whatever its size and pixel ratio are, because every drawing
// begins with the canvas as it is then.

import { maximumPages, pageSize, partsOf } from "./blocks.js";

/** Classes of lengths, each with its longest block; style.css has the colour and height of each. */
export const lengths = [
  { upTo: 64, name: "to 64 bytes" },
  { upTo: 512, name: "to 512 bytes" },
  { upTo: 2048, name: "to 2 KiB" },
  { upTo: 8192, name: "to 8 KiB" },
  { upTo: Infinity, name: "longer" },
];

export class Picture {
  #canvas;
  #swatches;
  #styles;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLElement[]} swatches one for each class of lengths, with its background and --height
   */
  constructor(canvas, swatches) {
    this.#canvas = canvas;
    this.#swatches = swatches;
    this.readColours();
  }

  /** Reads the colours of the theme, which a canvas knows only as values. */
  readColours() {
    const colourOf = (name) => {
      this.#canvas.style.color = `var(${name})`;
      return getComputedStyle(this.#canvas).color;
    };
    this.#styles = {
      free: colourOf("--free"),
      frame: colourOf("--faint"),
      ink: colourOf("--ink"),
      ground: colourOf("--ground"),
      lengths: this.#swatches.map((swatch) => {
        const style = getComputedStyle(swatch);
        const height = Number(style.getPropertyValue("--height"));
        return { colour: style.backgroundColor, height };
      }),
    };
  }

  /**
   * @param {import("./blocks.js").Blocks} blocks
   * @param {import("./blocks.js").Block} [chosen]
   */
  draw(blocks, chosen) {
    const ratio = window.devicePixelRatio;
    const [width, height] = [this.#canvas.clientWidth, this.#canvas.clientHeight];
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    const context = this.#canvas.getContext("2d");
    context.scale(ratio, ratio);

    const { free, frame, ink, ground, lengths: ofLengths } = this.#styles;
    const line = height / maximumPages;
    const [above, inner] = [4, line - 8];
    const pixel = (offset) => 1 + (offset / pageSize) * (width - 2);
    for (let page = 0; page < blocks.pages; page++) {
      context.fillStyle = frame;
      context.fillRect(0, page * line + above - 1, width, inner + 2);
      context.fillStyle = free;
      context.fillRect(1, page * line + above, width - 2, inner);
    }
    for (const block of blocks.live) {
      const { colour, height: share } =
        ofLengths[lengths.findIndex(({ upTo }) => block.length <= upTo)];
      context.fillStyle = colour;
      for (const { page, from, to } of partsOf(block)) {
        const [left, right] = [pixel(from), pixel(to)];
        // The stripe is a little shorter than the block, so that blocks side by side can be told apart.
        const wide = Math.max(right - left - 0.5, 0.5);
        context.fillRect(left, page * line + above + inner * (1 - share), wide, inner * share);
      }
    }
    if (chosen === undefined) return;
    for (const { page, from, to } of partsOf(chosen)) {
      const [left, right] = [pixel(from), pixel(to)];
      // A ring around the stripe, in both colours, so that it stands out from any other.
      for (const [colour, distance, thickness] of [
        [ground, 2, 4],
        [ink, 2.5, 2],
      ]) {
        context.strokeStyle = colour;
        context.lineWidth = thickness;
        const top = page * line + above - distance;
        context.strokeRect(left - distance, top, right - left + 2 * distance, inner + 2 * distance);
      }
    }
  }

  /**
   * Returns the block at a place of the canvas, or the nearest one of the same page within a finger's width.
   *
   * @param {import("./blocks.js").Blocks} blocks
   * @param {{offsetX: number, offsetY: number}} place
   */
  blockAt(blocks, { offsetX, offsetY }) {
    const [width, height] = [this.#canvas.clientWidth, this.#canvas.clientHeight];
    const page = Math.floor((offsetY / height) * maximumPages);
    const offset = ((offsetX - 1) / (width - 2)) * pageSize;
    let nearest;
    let least = (12 / width) * pageSize;
    for (const block of blocks.live) {
      for (const part of partsOf(block)) {
        const distance = Math.max(part.from - offset, offset - part.to, 0);
        if (part.page === page && distance < least) [nearest, least] = [block, distance];
      }
    }
    return nearest;
  }
}
