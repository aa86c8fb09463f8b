// Runs ../c/words.c compiled for wasm64, where addresses and lengths are BigInts for JavaScript. The text lies
// above 4 GiB, because the host takes all memory below that first; it costs no memory until it is touched.
// Needs a runtime that has memory64: Node 24 or later.
//
//   make && mkdir -p build/examples
//   clang-19 --target=wasm64 -O2 -ffreestanding -mbulk-memory -nostdlib -Iinclude \
//     -c examples/c/words.c -o build/examples/words64.o
//   wasm-ld-19 -mwasm64 --no-entry --stack-first build/examples/words64.o dist/libgranary64.a \
//     -o build/examples/words64.wasm
//   node examples/c64/run.js [TEXT]

import { readFileSync } from "node:fs";

const [text = "the quick brown fox jumps over the lazy dog"] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(readFileSync("build/examples/words64.wasm"));
const { memory, allocate, release, sortWords } = instance.exports;
memory.grow(65_536n);

const bytes = new TextEncoder().encode(text);
const length = BigInt(bytes.length);
const address = allocate(length);
new Uint8Array(memory.buffer).set(bytes, Number(address));

const sorted = sortWords(address, length);
// A view from before the call could be detached: the call may have grown the memory.
console.log(new TextDecoder().decode(new Uint8Array(memory.buffer, Number(sorted), bytes.length)));
release(address, length);
release(sorted, length);
console.log(`memory: ${memory.buffer.byteLength / 65_536} pages`);
