// Every word that the engine of an inspected heap keeps: what it is and where it lies. Found by their
// places in the engine's state, by the walk, and by following lists, so the heap has to be whole.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exportsOf, rows } from "../../tools/products.js";
import { folder, run } from "./link.js";

export const wordBytes = 4;
export const spanBytes = 16384;
const recordBytes = 16;
/** Sizes and addresses of blocks are multiples of it. */
export const unit = 16;
const classCount = 48;
const binCount = 224;

/** The words of SmallHeap, LargeHeap and Granary, in the order of the sources. */
export const layout = [
  ["table origin", 1],
  ["table begin", 1],
  ["table size", 1],
  ["table fixed", 1],
  ["classes of lengths", 64],
  ["waiting list", classCount],
  ["class", 5 * classCount],
  ["classes with spans", 1],
  ["classes expected", 1],
  ["all spans", 1],
  ["bin bitmap", binCount / 32],
  ["bin", binCount],
  ["top", 1],
  ["limit", 1],
  ["used", 1],
  ["unavailable size", 1],
  ["unavailable alignment", 1],
  ["first block", 1],
  ["grown pages", 1],
];
const classWords = ["current", "queue", "capacity", "spans", "bytes of single blocks"];
const recordWords = ["first free", "count and class", "next", "previous"];

/** Where the linker puts the engine's state, and the module that it links. */
export function linkWithMap() {
  const map = join(folder, "inspect.map");
  const module = join(folder, "inspect.wasm");
  const { faces } = rows.find(({ name }) => name === "granary-inspect");
  const objects = faces.map((face) => `build/granary-inspect/${face}.o`);
  const exported = exportsOf(faces).map((file) => `@${file}`);
  const options = ["@linker/module.rsp", ...exported, `-Map=${map}`];
  run(process.env.LD || "wasm-ld-19", ...options, ...objects, "-o", module);
  const symbol = /^ +([0-9a-f]+) +\S+ +([0-9a-f]+) +granary::heap_of_module$/m;
  const [, address, bytes] = symbol.exec(readFileSync(map, "utf8"));
  return { address: parseInt(address, 16), bytes: parseInt(bytes, 16), module };
}

/** @typedef {{what: string, address: number, value: number}} Word */

/** Every word that the heap keeps. */
export function* wordsOf(heap, stateAddress) {
  const state = {};
  let address = stateAddress;
  for (const [what, count] of layout) {
    state[what] = heap.wordsAt(address, count);
    for (let i = 0; i < count; i++, address += wordBytes) {
      yield { what: what === "class" ? classWords[i % 5] : what, address };
    }
  }
  for (const { kind, address, size } of heap.walk()) {
    if (kind === "top" || kind === "records") continue;
    yield {
      what: `tag of a ${kind === "free" ? "free block" : kind}`,
      address: address - wordBytes,
    };
    if (kind !== "free") continue;
    yield { what: "next in bin", address };
    yield { what: "previous in bin", address: address + wordBytes };
    yield { what: "size at the end of a free block", address: address + size - 2 * wordBytes };
  }
  const currents = state.class.filter((_, i) => i % 5 === 0);
  const [begin] = state["table begin"];
  const end = begin + state["table size"][0];
  for (let record = begin; record < end; record += recordBytes) {
    const [firstFree, count, next] = heap.wordsAt(record, 3);
    const owner = ownerOf(record - state["table origin"][0], count, next, currents);
    for (const [i, what] of recordWords.entries()) {
      yield { what: `${what} of ${owner}`, address: record + i * wordBytes };
    }
    yield* linksFrom(heap, firstFree, "link of a free slot");
  }
  for (const slot of state["waiting list"]) yield* linksFrom(heap, slot, "link of a waiting slot");
}

/** Who owns a span, by its record: alloc/granary/span.h. */
function ownerOf(offset, count, next, currents) {
  if (count === 0) return "no span";
  if (currents.includes(offset)) return "a current span";
  return next === 0 ? "a full span" : "a listed span";
}

function* linksFrom(heap, head, what) {
  for (let slot = head; slot !== 0; slot = heap.wordAt(slot)) yield { what, address: slot };
}
