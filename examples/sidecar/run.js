// Puts a sidecar and the program of list.wat into one memory. list.wat says how to build it.

import { readFileSync } from "node:fs";

const load = (path) => new WebAssembly.Module(readFileSync(path));
const pages = () => memory.buffer.byteLength / 65_536;

// The memory has at least the pages that the program says it needs: the sidecar takes those above.
const memory = new WebAssembly.Memory({ initial: 1 });
const env = { memory };
const { exports: granary } = new WebAssembly.Instance(load("dist/granary-import.wasm"), { env });
console.log(`memory: 1 page of the program, ${pages() - 1} of the sidecar`);

const { exports: list } = new WebAssembly.Instance(load("build/examples/list.wasm"), {
  env,
  granary,
});
for (let number = 1; number <= 100_000; number++) list.push(number);
console.log(`memory with a list of 100,000 numbers: ${pages()} pages`);
let sum = 0;
for (let popped = 0; popped < 100_000; popped++) sum += list.pop();
console.log(`their sum: ${sum}`);
console.log(new TextDecoder().decode(new Uint8Array(memory.buffer, 16, 19)), "is as it was");
