// Every word that the engine of an inspected heap keeps: what it is and where it lies. They are found by
// their places in the engine's state, by the walk, and by following lists, so the heap has to be whole.
// The compiler and the engine say where things lie, and what a span is.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exportsOf, rows } from "../../tools/products.js";
import { outputOfSync } from "../../tools/run.js";
import { linker } from "../../tools/toolchain.js";
import { compile, folder, instantiate } from "./link.js";
import { pageSize } from "./products.js";
import { layoutOf } from "./record-layout.js";

export const wordBytes = 4;

const row = rows.find(({ name }) => name === "granary-inspect");
const options = [
  "-std=c++20",
  "--target=wasm32-unknown-unknown",
  "-ffreestanding",
  "-I.",
  `-DGRANARY_PRODUCT="alloc/products/${row.header}.h"`,
];

/** The module of granary-inspect, with what anatomy.cc exports. */
function linkWithAnatomy() {
  const module = join(folder, "inspect.wasm");
  const objects = row.faces.map((face) => `build/granary-inspect/${face}.o`);
  objects.push(compile("tests-js/support/anatomy.cc", options));
  const exported = exportsOf(row.faces).map((file) => `@${file}`);
  for (const name of anatomyCalls) exported.push(`--export=${name}`);
  outputOfSync([linker, "@linker/module.rsp", ...exported, ...objects, "-o", module]);
  return readFileSync(module);
}
const anatomyCalls = ["state_address", "state_bytes", "span_bytes", "block_unit", "role_of"];

export const moduleWithAnatomy = linkWithAnatomy();
const anatomy = instantiate(moduleWithAnatomy);

export const state = { address: anatomy.state_address(), bytes: anatomy.state_bytes() };
export const spanBytes = anatomy.span_bytes();
/** Sizes and addresses of blocks are multiples of it. */
export const unit = anatomy.block_unit();

/** What docs/inspect.md calls the words of HeapState, by their fields. */
const stateNames = {
  "table.origin_": ["table origin"],
  "table.begin_": ["table begin"],
  "table.size_": ["table size"],
  "table.is_fixed_": ["table fixed"],
  "small.class_table_.of_step_": ["classes of lengths"],
  "small.lists_": ["waiting list"],
  "small.classes_": wordNames(/struct granary::SmallHeap::Class$/, {
    current: ["current"],
    queue: ["queue"],
    capacity: ["capacity"],
    spans: ["spans"],
    single_bytes: ["bytes of single blocks"],
  }),
  "small.classes_with_spans_": ["classes with spans"],
  "small.classes_expected_": ["classes expected"],
  "small.spans_": ["all spans"],
  "large.bins_.bitmap_": ["bin bitmap"],
  "large.bins_.heads_": ["bin"],
  "large.top_": ["top"],
  "large.limit_": ["limit"],
  "large.used_": ["used"],
  "large.unavailable_size_": ["unavailable size"],
  "large.unavailable_log2_": ["unavailable alignment"],
  "large.first_": ["first block"],
  "grown.value": ["grown pages"],
  "memory.grow_count_": ["growths"],
};

/** And those of a span's record. */
const recordWords = wordNames(/struct granary::SpanRecord$/, {
  "state.bits_": ["first free", "count and class"],
  next: ["next"],
  previous: ["previous"],
});
const recordBytes = recordWords.length * wordBytes;

/** The roles of spans by number, as the words of their records are named after them. */
const owners = ["no span", "a current span", "a full span", "a listed span"];

/**
 * The names of a record's words in their order. Those of a field that has more words than names repeat.
 *
 * @param {RegExp} record
 * @param {Record<string, string[]>} namesOf by the path of the field
 */
function wordNames(record, namesOf) {
  const { fields, bytes } = layoutOf("alloc/abi/heap.cc", record, options);
  return fields.flatMap(({ path, offset }, index) => {
    const names = namesOf[path];
    assert.ok(names, `a field that docs/inspect.md has no name for: ${path}`);
    const end = fields[index + 1]?.offset ?? bytes;
    return Array.from({ length: (end - offset) / wordBytes }, (_, i) => names[i % names.length]);
  });
}

/** The words of the state, in the order of their addresses. */
export const stateWords = wordNames(/struct granary::HeapState</, stateNames).map(
  (what, index) => ({ what, address: state.address + index * wordBytes }),
);

/** What the words of this name hold. */
function valuesOf(heap, name) {
  return stateWords.filter(({ what }) => what === name).map(({ address }) => heap.wordAt(address));
}

/** What the only word of this name holds. */
export function valueOf(heap, name) {
  const values = valuesOf(heap, name);
  assert.equal(values.length, 1, `${name} is the name of one word`);
  return values[0];
}

/** @typedef {{what: string, address: number, value: number}} Word */

/** Every word that the heap keeps. */
export function* wordsOf(heap) {
  yield* stateWords;
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
  const roleOf = rolesIn(heap);
  const begin = valueOf(heap, "table begin");
  const end = begin + valueOf(heap, "table size");
  for (let record = begin; record < end; record += recordBytes) {
    const owner = owners[roleOf(record - valueOf(heap, "table origin"))];
    for (const [i, what] of recordWords.entries()) {
      yield { what: `${what} of ${owner}`, address: record + i * wordBytes };
    }
    yield* linksFrom(heap, heap.wordAt(record), "link of a free slot");
  }
  for (const slot of valuesOf(heap, "waiting list")) {
    yield* linksFrom(heap, slot, "link of a waiting slot");
  }
}

/** The engine's own answer for each record, from an instance with the same memory. */
function rolesIn(heap) {
  const { memory, role_of } = instantiate(moduleWithAnatomy);
  memory.grow((heap.byteLength - memory.buffer.byteLength) / pageSize);
  new Uint8Array(memory.buffer).set(heap.bytes(0, heap.byteLength));
  return role_of;
}

function* linksFrom(heap, head, what) {
  for (let slot = head; slot !== 0; slot = heap.wordAt(slot)) yield { what, address: slot };
}
