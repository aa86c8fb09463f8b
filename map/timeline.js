// The time line: live bytes, the heap and the pages over the operations of the whole trace, and a mark where
// the player is. A press or a drag goes to the operation there.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { pageBytes } from "./layout.js";
import { bytes, number } from "./sentences.js";

const height = 170;

export class Timeline {
  #parent;
  #onSeek;
  #plot;
  #mark;
  #data;
  #series;
  #position = 0;

  /**
   * @param {HTMLElement} parent
   * @param {(operation: number) => void} onSeek
   */
  constructor(parent, onSeek) {
    [this.#parent, this.#onSeek] = [parent, onSeek];
    new ResizeObserver(() => {
      if (this.#plot?.width !== this.#width) this.#plot?.setSize({ width: this.#width, height });
      this.move(this.#position);
    }).observe(parent);
  }

  get #width() {
    return Math.max(100, Math.floor(this.#parent.clientWidth));
  }

  /**
   * @param {number[][]} data as uPlot takes it: operations, and a column for each line
   * @param {{label: string, colour: string, dash?: number[]}[]} series
   */
  show(data, series) {
    [this.#data, this.#series] = [data, series];
    this.redraw();
  }

  /** Draws all anew, in the colours of the theme as it is now. */
  redraw() {
    if (this.#data === undefined) return;
    const style = getComputedStyle(this.#parent);
    const colour = (name) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--faint"),
      grid: { stroke: colour("--rule"), width: 1 },
      ticks: { stroke: colour("--rule"), width: 1 },
      font: "12px system-ui, sans-serif",
    };
    const narrow = this.#width < 600;
    this.#plot?.destroy();
    this.#plot = new uPlot(
      {
        ...{ width: this.#width, height, padding: [8, narrow ? 8 : 0, 0, 0] },
        legend: { show: false },
        cursor: { y: false, points: { show: false }, drag: { setScale: false, x: false } },
        scales: { x: { time: false }, y: { range: (_, least, most) => [0, most * 1.05 || 1] } },
        axes: [
          { ...axis, size: 30, space: 80, values: (_, values) => values.map(number) },
          { ...axis, size: 70, values: (_, values) => values.map(bytes), incrs: byteSteps },
          {
            ...axis,
            ...{ side: 1, size: 92, show: !narrow, grid: { show: false }, incrs: byteSteps },
            values: (_, values) => values.map((value) => `${number(value / pageBytes)} pages`),
          },
        ],
        series: [
          {},
          ...this.#series.map(({ label, colour: name, dash }) => {
            const common = {
              label,
              stroke: colour(name),
              width: 1.5,
              dash,
              points: { show: false },
            };
            return dash === undefined && name === "--live"
              ? { ...common, fill: colour("--live-fill") }
              : common;
          }),
        ],
      },
      this.#data,
      this.#parent,
    );
    this.#mark = document.createElement("div");
    this.#mark.className = "mark";
    this.#plot.over.append(this.#mark);
    const seek = ({ offsetX, buttons, type, target }) => {
      if (target !== this.#plot.over || (type === "pointermove" && buttons === 0)) return;
      this.#onSeek(this.#plot.posToVal(offsetX, "x"));
    };
    this.#plot.over.addEventListener("pointerdown", seek);
    this.#plot.over.addEventListener("pointermove", seek);
    this.move(this.#position);
  }

  /** Marks an operation as the one where the player is. */
  move(operation) {
    this.#position = operation;
    if (this.#plot === undefined) return;
    this.#mark.style.transform = `translateX(${this.#plot.valToPos(operation, "x")}px)`;
  }
}

/** Steps of an axis of bytes are powers of two, at least a page. */
const byteSteps = Array.from({ length: 18 }, (_, log2) => pageBytes * 2 ** log2);
