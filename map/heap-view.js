// A canvas that shows items and can be looked into: with a pointer or a finger, and with the keyboard, for
// which it is a slider over the items. What is chosen is said in a sentence.

import { indexAt } from "./items.js";
import { Picture } from "./picture.js";
import { describeItem } from "./sentences.js";

const nothingChosen = "Point at the map, touch it, or go through it with the arrow keys.";
const byKey = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: 64,
  PageDown: -64,
};

export class HeapView {
  /** The address that the reader looks at, if any. */
  address;
  #canvas;
  #picture;
  #options;
  #shown;
  #clean = [];

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {object} [options]
   * @param {string} [options.label] the name of the picture for screen readers
   * @param {(address: number) => object | undefined | Promise<object | undefined>} [options.blockAt] the block
   *   in which an address lies, as {address, length, caller}, where that is known
   * @param {(sentence: string) => void} [options.onChoose] called with what is said of the address looked at
   * @param {() => void} [options.onLook] called when the reader begins to look
   * @param {"light" | "dark"} [options.theme] that of the reader's system where it is left out
   */
  constructor(canvas, options = {}) {
    this.#canvas = canvas;
    this.#options = { onChoose: () => {}, onLook: () => {}, ...options };
    this.#picture = new Picture(canvas);
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "slider");
    canvas.setAttribute(
      "aria-label",
      options.label ?? "The memory, from its first byte to its last",
    );
    canvas.setAttribute("aria-valuemin", "1");
    this.#say(nothingChosen, 1, 1);
    this.#listen();
  }

  /**
   * Shows the items as they are now.
   *
   * @param {object} shown
   * @param {import("./items.js").Items} shown.items
   * @param {number} shown.pages that there is room for
   * @param {{slotSize: number}[]} [shown.classes]
   */
  show(shown) {
    this.#shown = shown;
    return this.#draw();
  }

  /** Chooses the item that lies so many items above the chosen one. */
  choose(distance) {
    if (this.#shown === undefined) return undefined;
    this.#options.onLook();
    const { items } = this.#shown;
    const from = this.address === undefined ? -1 : indexAt(items, this.address);
    const index = from + distance;
    return this.lookAt(items.address[Math.min(Math.max(index, 0), items.count - 1)]);
  }

  /** Looks at an address, or at none. */
  lookAt(address) {
    this.address = address;
    this.#draw();
    return this.settle();
  }

  /** Says again what lies at the address looked at, which may have changed. */
  async settle() {
    const { items, classes } = this.#shown ?? {};
    const index = this.address === undefined || !items ? -1 : indexAt(items, this.address);
    if (index < 0) {
      this.#say(nothingChosen, 1, items?.count ?? 1);
      return;
    }
    const address = this.address;
    const block = await this.#options.blockAt?.(address);
    if (address !== this.address || items !== this.#shown.items || index >= items.count) return;
    this.#say(describeItem(items, index, address, classes, block), index + 1, items.count);
  }

  /** Stops listening; the canvas stays as it is. */
  detach() {
    for (const undo of this.#clean) undo();
  }

  #draw() {
    if (this.#shown === undefined) return 0;
    const { items, pages } = this.#shown;
    const index = this.address === undefined ? -1 : indexAt(items, this.address);
    const ring = index < 0 ? undefined : { address: items.address[index], size: items.size[index] };
    return this.#picture.draw(items, pages, ring);
  }

  #say(sentence, position, count) {
    this.#canvas.setAttribute("aria-valuemax", String(Math.max(count, 1)));
    this.#canvas.setAttribute("aria-valuenow", String(position));
    this.#canvas.setAttribute("aria-valuetext", sentence);
    this.#options.onChoose(sentence);
  }

  #listen() {
    const canvas = this.#canvas;
    const on = (target, type, listener) => {
      target.addEventListener(type, listener);
      this.#clean.push(() => target.removeEventListener(type, listener));
    };
    const look = ({ offsetX, offsetY }) => {
      const address = this.#picture.addressAt(offsetX, offsetY);
      if (address !== undefined && address !== this.address) this.lookAt(address);
    };
    on(canvas, "pointermove", look);
    on(canvas, "pointerdown", (event) => {
      this.#options.onLook();
      look(event);
    });
    on(canvas, "keydown", (event) => {
      const distance = { ...byKey, Home: -Infinity, End: Infinity }[event.key];
      if (distance === undefined) return;
      event.preventDefault();
      this.choose(distance);
    });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const chooseTheme = () => {
      this.#picture.setTheme(this.#options.theme ?? (dark.matches ? "dark" : "light"));
      this.#draw();
    };
    on(dark, "change", chooseTheme);
    chooseTheme();
    const observer = new ResizeObserver(() => this.#draw());
    observer.observe(canvas);
    this.#clean.push(() => observer.disconnect());
  }
}
