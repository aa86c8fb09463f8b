// The tour in a page that has the package's files as they are; `answer` is the promise of its facts.

import * as granary from "granary";
import { tour } from "./tour.js";

// How many modules were compiled while they arrived: the servers that say application/wasm.
let streamed = 0;
const { compileStreaming } = WebAssembly;
WebAssembly.compileStreaming = (response) => {
  streamed++;
  return compileStreaming.call(WebAssembly, response);
};

const files = new URL("./node_modules/granary/", document.baseURI);
globalThis.answer = (async () => {
  const response = await fetch(new URL("granary-import.wasm", files));
  const bytes = new Uint8Array(await response.arrayBuffer());
  const facts = await tour(granary, {
    classic: new URL("classic.wasm", files),
    missing: new URL("none.wasm", files),
    bytes,
  });
  const { Heap } = granary;
  const renamed = await Heap.create({ module: "./classic.bin" });
  return { ...facts, streamed, otherType: renamed.tryAlloc(1) !== null };
})();
