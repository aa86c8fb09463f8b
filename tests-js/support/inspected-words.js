// Every word that the engine of an inspected heap keeps: what it is and where it lies. They are found by
// their places in the engine's state, by the walk, and by following lists, so the heap has to be whole.
// The compiler and the engine say where things lie, and what a span is.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exportsOf, rows } from "../../tools/products.js";
import { outputOfSync } from "../../tools/run.js";
import { linker } from "../../tools/toolchain.js";
import { callsOf, compile, folder, instantiate } from "./link.js";
import { pageSize } from "./products.js";
import { layoutOf } from "./record-layout.js";
import { unsignedCalls } from "./unsigned-calls.js";
import { isWide, ofWidth, target, word, wordBytes } from "./width.js";

const product = ofWidth("granary-inspect");
const row = rows.find(({ name }) => name === product);
const options = [
  "-std=c++20",
  target,
  "-ffreestanding",
  "-I.",
  `-DGRANARY_PRODUCT="alloc/products/${row.header}.h"`,
];

/** The module of granary-inspect, with what anatomy.cc exports. */
function linkWithAnatomy() {
  const module = join(folder, "inspect.wasm");
  const objects = row.faces.map((face) => `build/${product}/${face}.o`);
  objects.push(compile("tests-js/support/anatomy.cc", options));
  const exported = exportsOf(row.faces).map((file) => `@${file}`);
  for (const name of anatomyCalls) exported.push(`--export=${name}`);
  if (isWide) exported.push("-mwasm64");
  outputOfSync([linker, "@linker/module.rsp", ...exported, ...objects, "-o", module]);
  return readFileSync(module);
}
const anatomyCalls = ["state_address", "state_bytes", "span_bytes", "block_unit", "role_of"];

export const moduleWithAnatomy = linkWithAnatomy();
const anatomy = callsOf(moduleWithAnatomy);

export const state = { address: anatomy.state_address(), bytes: anatomy.state_bytes() };
export const spanBytes = anatomy.span_bytes();
/** Sizes and addresses of blocks are multiples of it. */
export const unit = anatomy.block_unit();

/** How many bytes a value of each type takes; bytes are looked at four at a time. */
const bytesOfType = {
  Address: wordBytes,
  ByteCount: wordBytes,
  SpanOffset: wordBytes,
  uint32_t: 4,
  "unsigned int": 4,
  uint8_t: 4,
};

/**
 * Where a word lies: `bits` bits from the bit `shift` on of the `size` bytes at an address, or at an offset.
 *
 * @typedef {{what: string, address: number, size: number, shift?: number, bits?: number}} Place
 */

/**
 * The words of a record in their order, with offsets for addresses. The names of a field that has more words
 * than names repeat; a field that is a record has the words of that one.
 *
 * @param {RegExp} record
 * @param {Record<string, string[] | {words: Place[], bytes: number}>} namesOf by the path of the field
 */
function wordsOfRecord(record, namesOf) {
  const { fields, bytes } = layoutOf("alloc/abi/heap.cc", record, options);
  const words = fields.flatMap(({ path, type, count, offset }) => {
    const names = namesOf[path];
    assert.ok(names, `a field that docs/inspect.md has no name for: ${path}`);
    if (names.words) return repeated(names, count, offset);
    const size = bytesOfType[type];
    assert.ok(size, `a type whose size is not known here: ${type}`);
    const length = type === "uint8_t" ? count / size : count;
    return Array.from({ length }, (_, i) => {
      return { what: names[i % names.length], address: offset + i * size, size };
    });
  });
  return { words, bytes };
}

const repeated = ({ words, bytes }, count, offset) =>
  Array.from({ length: count }, (_, i) => placedAt(words, offset + i * bytes)).flat();

const placedAt = (words, address) =>
  words.map((each) => ({ ...each, address: address + each.address }));

/** What docs/inspect.md calls the words of a span's record. The first two share 64 bits (span.h). */
const linkBits = isWide ? 46 : 32;
const firstFree = { what: "first free", address: 0, size: 8, shift: 0, bits: linkBits };
const countAndClass = { what: "count and class", address: 0, size: 8, shift: linkBits };
const next = { what: "next", address: 8, size: 4 };
const previous = { what: "previous", address: 12, size: 4 };
const recordWords = [firstFree, countAndClass, next, previous];
const recordBytes = 16;

/** In a record a span is named by the offset of its own, or by a part of that (span.h). */
const offsetOfLink = isWide ? recordBytes : 1;

/** The record of the span that is queued after the one with this record. */
export const nextOf = (heap, record) => valueAt(heap, placedAt([next], record)[0]) * offsetOfLink;

/** The roles of spans by number, as the words of their records are named after them. */
const owners = ["no span", "a current span", "a full span", "a listed span"];

/** The words of HeapState, in the order of their addresses. */
export const stateWords = placedAt(
  wordsOfRecord(/struct granary::HeapState</, stateNames()).words,
  state.address,
);

/** What docs/inspect.md calls them, by their fields. */
function stateNames() {
  return {
    "table.origin_": ["table origin"],
    "table.begin_": ["table begin"],
    "table.size_": ["table size"],
    "table.is_fixed_": ["table fixed"],
    "small.class_table_.of_step_": ["classes of lengths"],
    "small.lists_": ["waiting list"],
    "small.classes_": wordsOfRecord(/struct granary::SmallHeap::Class$/, {
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
    "large.bins_.end_": ["links of the end of all bins"],
    "large.top_": ["top"],
    "large.limit_": ["limit"],
    "large.used_": ["used"],
    "large.unavailable_size_": ["unavailable size"],
    "large.unavailable_log2_": ["unavailable alignment"],
    "large.first_": ["first block"],
    "grown.value": ["grown pages"],
    "memory.grow_count_": ["growths"],
  };
}

const viewOf = (heap) => new DataView(heap.exports.memory.buffer);

/** The whole of the bytes in which a word lies. */
function wholeAt(heap, { address, size }) {
  const view = viewOf(heap);
  return size === 8 ? view.getBigUint64(address, true) : BigInt(view.getUint32(address, true));
}

export const bitsOf = ({ size, shift = 0, bits = 8 * size - shift }) => bits;

/** What a word holds. */
export function valueAt(heap, place) {
  const shifted = wholeAt(heap, place) >> BigInt(place.shift ?? 0);
  return Number(BigInt.asUintN(bitsOf(place), shifted));
}

/**
 * Gives a word another value, of which it takes as many bits as it has.
 *
 * @param {number | bigint} value
 */
export function overwrite(heap, place, value) {
  const shift = BigInt(place.shift ?? 0);
  const whole = wholeAt(heap, place);
  const kept = BigInt.asUintN(bitsOf(place), whole >> shift) << shift;
  const put = BigInt.asUintN(bitsOf(place), BigInt(value)) << shift;
  const view = viewOf(heap);
  if (place.size === 8) view.setBigUint64(place.address, (whole ^ kept) | put, true);
  else view.setUint32(place.address, Number((whole ^ kept) | put), true);
}

/** What the words of this name hold. */
const valuesOf = (heap, name) =>
  stateWords.filter(({ what }) => what === name).map((place) => valueAt(heap, place));

/** What the only word of this name holds. */
export function valueOf(heap, name) {
  const values = valuesOf(heap, name);
  assert.equal(values.length, 1, `${name} is the name of one word`);
  return values[0];
}

/**
 * Every word that the heap keeps.
 *
 * @returns {Generator<Place>}
 */
export function* wordsOf(heap) {
  const size = wordBytes;
  yield* stateWords;
  for (const { kind, address, size: bytes } of heap.walk()) {
    if (kind === "top" || kind === "records") continue;
    const block = kind === "free" ? "free block" : kind;
    yield { what: `tag of a ${block}`, address: address - wordBytes, size };
    if (kind !== "free") continue;
    yield { what: "next in bin", address, size };
    yield { what: "link to it in bin", address: address + wordBytes, size };
    const end = address + bytes - 2 * wordBytes;
    yield { what: "size at the end of a free block", address: end, size };
  }
  const roleOf = rolesIn(heap);
  const begin = valueOf(heap, "table begin");
  const end = begin + valueOf(heap, "table size");
  for (let record = begin; record < end; record += recordBytes) {
    const owner = owners[roleOf(record - valueOf(heap, "table origin"))];
    for (const place of placedAt(recordWords, record)) {
      yield { ...place, what: `${place.what} of ${owner}` };
    }
    const [first] = placedAt([firstFree], record);
    yield* linksFrom(heap, valueAt(heap, first), "link of a free slot");
  }
  for (const slot of valuesOf(heap, "waiting list")) {
    yield* linksFrom(heap, slot, "link of a waiting slot");
  }
}

/** The engine's own answer for each record, from an instance with the same memory. */
function rolesIn(heap) {
  const exports = instantiate(moduleWithAnatomy);
  const { memory } = exports;
  memory.grow(word((heap.byteLength - memory.buffer.byteLength) / pageSize));
  new Uint8Array(memory.buffer).set(heap.bytes(0, heap.byteLength));
  return unsignedCalls(moduleWithAnatomy, exports).role_of;
}

function* linksFrom(heap, head, what) {
  for (let slot = head; slot !== 0; slot = heap.wordAt(slot)) {
    yield { what, address: slot, size: wordBytes };
  }
}
