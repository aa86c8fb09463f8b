// Runs the program of shapes.cc, which says how to build it.

import { readFileSync } from "node:fs";

const { instance } = await WebAssembly.instantiate(readFileSync("build/examples/shapes.wasm"));
const { memory, totalArea } = instance.exports;
for (const count of [10, 1000, 100_000, 1000]) {
  const total = totalArea(count).toFixed(1);
  const pages = memory.buffer.byteLength / 65_536;
  console.log(`${count} shapes have an area of ${total}; memory: ${pages} pages`);
}
