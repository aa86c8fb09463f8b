// A processor of sound whose heap is made in its own scope, where nothing can be fetched. It fills a block with ones,
// plays it, and posts what came of it.

import { Heap } from "./node_modules/granary/inline.js";

class Filler extends AudioWorkletProcessor {
  #heap = Heap.createSync();
  #pointer = this.#heap.allocArray(Float32Array, 128, { zeroed: true });

  constructor() {
    super();
    const text = this.#heap.allocCString("Grüße");
    const scope = [typeof fetch, typeof URL, typeof atob, typeof TextEncoder];
    this.port.postMessage({ text: this.#heap.readCString(text), scope, shown: String(this.#heap) });
  }

  process(_inputs, [[channel]]) {
    const samples = this.#heap.view(Float32Array, this.#pointer);
    samples.fill(1);
    channel.set(samples.subarray(0, channel.length));
    return false;
  }
}

registerProcessor("filler", Filler);
