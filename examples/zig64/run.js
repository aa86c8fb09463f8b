// Runs ../zig/main.zig compiled for wasm64: the program is the same, and `usize` has 64 bits. Needs a runtime
// that has memory64: Node 24 or later.
//
//   zig build-exe -OReleaseSmall -target wasm64-freestanding -fno-entry -rdynamic \
//     --dep granary -Mroot=examples/zig/main.zig -Mgranary=zig/src/granary.zig \
//     dist/libgranary64.a -femit-bin=main64.wasm
//   node examples/zig64/run.js main64.wasm

import { readFileSync } from "node:fs";

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error("usage: node examples/zig64/run.js FILE.wasm, the module that the build left");
  process.exit(2);
}
const { instance } = await WebAssembly.instantiate(readFileSync(file));
const { memory, firstAndLast, countPrimes } = instance.exports;
console.log(`first and last byte: 0x${firstAndLast().toString(16)}`);
console.log(`primes below 10,000: ${countPrimes(10_000)}`);
console.log(`memory: ${memory.buffer.byteLength / 65_536} pages`);
