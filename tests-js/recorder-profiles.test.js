// What a recorder counts by call site, in the two formats for profilers: the figures against a plain count of the
// same calls, and the form against what the formats' descriptions and their viewers ask for.
// interop/recorder-viewers.test.js opens profiles in a viewer.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { inRepository } from "../tools/paths.js";
import { folder as programs, link } from "./support/link.js";
import { CheckedHeap, Heap, assertThrows, folder } from "./support/package-staged.js";
import { Random, seeds } from "./support/random.js";
import { ofWidth, word } from "./support/width.js";

const { Recorder } = await import(pathToFileURL(join(folder, "recorder.js")));

const recorderOf = (options) => new Recorder({ write() {} }, options);

/** Each node of a profile with the names that lead to it, the outermost first: "main > load" has 10 bytes. */
function bytesByPath({ head }) {
  const found = {};
  const visit = ({ callFrame, selfSize, children }, path) => {
    const names = [...path, callFrame.functionName];
    if (selfSize > 0) found[names.join(" > ")] = selfSize;
    for (const child of children) visit(child, names);
  };
  for (const child of head.children) visit(child, []);
  return found;
}

/** The program points of a DHAT profile by their innermost frame. */
const pointsByName = ({ pps, ftbl }) =>
  Object.fromEntries(
    pps.map(({ fs, ...figures }) => [ftbl[fs[0]].replace(/^0x\w+: /, ""), figures]),
  );

/** A program whose figures are known: three sites, one of which has freed all. */
async function knownProgram() {
  const recorder = recorderOf();
  const heap = await recorder.recordHeaps(Heap).create();
  const first = heap.alloc(100, { caller: "textures" }); // at 0
  const second = heap.alloc(300, { caller: "meshes" }); // at 1
  assert.ok(heap.resize(first, 104)); // at 2, the peak: 404 bytes
  heap.free(second); // at 3
  heap.alloc(40, { caller: 7 }); // at 4
  heap.alloc(8); // at 5
  recorder.finish();
  return recorder;
}

describe("a profile has, for each caller,", () => {
  test("the bytes that are live", async () => {
    const live = (await knownProgram()).heapProfile("live");
    assert.equal(live.samples.length, 3, "what has freed all is no sample");
    assert.deepEqual(bytesByPath(live), { textures: 104, "(caller 7)": 40, "(no call site)": 8 });
  });

  test("the bytes that were ever allocated", async () => {
    const allocated = (await knownProgram()).heapProfile("allocated");
    assert.deepEqual(bytesByPath(allocated), {
      textures: 104,
      meshes: 300,
      "(caller 7)": 40,
      "(no call site)": 8,
    });
  });

  test("lifetimes, and what was live at the peak and at the end", async () => {
    const dhat = (await knownProgram()).dhat("known");
    assert.deepEqual([dhat.cmd, dhat.te, dhat.tg], ["known", 6, 3]);
    const [textures, meshes] = Object.values(pointsByName(dhat));
    assert.deepEqual(textures, {
      ...{ tb: 104, tbk: 1, tl: 6, mb: 104, mbk: 1, gb: 104, gbk: 1, eb: 104, ebk: 1 },
    });
    assert.deepEqual(meshes, {
      ...{ tb: 300, tbk: 1, tl: 2, mb: 300, mbk: 1, gb: 300, gbk: 1, eb: 0, ebk: 0 },
    });
  });
});

for (const seed of seeds(1, 4)) {
  test(`the figures are those of a plain count of random calls (SEED=${seed})`, () => {
    const random = new Random(seed);
    const recorder = recorderOf();
    const exports = fakeModule();
    const { alloc, remap, free } = recorder.recordExports(exports);
    const sites = new Map();
    const live = [];
    let most = 0;
    for (let time = 0; time < 3000; time++) {
      const index = random.below(live.length + 1);
      const block = live[index];
      if (block === undefined || random.oneIn(3)) {
        const site = 1 + random.below(8);
        const size = 1 + random.below(1000);
        live.push({ site, size, birth: time, address: alloc(0, size, 4, site) });
        const facts = sites.get(site) ?? { tb: 0, tbk: 0, tl: 0, mb: 0, mbk: 0, gb: 0, gbk: 0 };
        sites.set(site, { ...facts, tb: facts.tb + size, tbk: facts.tbk + 1 });
      } else if (random.oneIn(3)) {
        const size = 1 + random.below(1000);
        block.address = remap(0, block.address, block.size, 4, size, 0);
        sites.get(block.site).tb += Math.max(0, size - block.size);
        block.size = size;
      } else {
        free(0, block.address, block.size, 4, 0);
        live.splice(index, 1);
        sites.get(block.site).tl += time - block.birth;
      }
      const total = live.reduce((sum, { size }) => sum + size, 0);
      for (const [site, facts] of sites) {
        const its = live.filter((block) => block.site === site);
        const bytes = its.reduce((sum, { size }) => sum + size, 0);
        if (bytes > facts.mb) Object.assign(facts, { mb: bytes, mbk: its.length });
        if (total > most) Object.assign(facts, { gb: bytes, gbk: its.length });
      }
      most = Math.max(most, total);
    }
    for (const { site, birth } of live) sites.get(site).tl += 3000 - birth;
    const expected = [...sites].map(([site, facts]) => {
      const its = live.filter((block) => block.site === site);
      const eb = its.reduce((sum, { size }) => sum + size, 0);
      return [`(caller ${site})`, { ...facts, eb, ebk: its.length }];
    });
    assert.deepEqual(pointsByName(recorder.dhat()), Object.fromEntries(expected));
  });
}

/** The four calls of an engine that never uses memory again. */
function fakeModule() {
  let end = 16;
  const alloc = (_context, length) => {
    end += 16 * Math.ceil(length / 16);
    return end - 16 * Math.ceil(length / 16);
  };
  return {
    alloc,
    resize: () => 0,
    remap: (_context, _address, _length, _log2, newLength) => alloc(0, newLength),
    free() {},
  };
}

describe("with stacks, a profile leads from the outermost function to the one that allocated,", () => {
  function load(heap) {
    return heap.alloc(100);
  }
  function main(...operands) {
    return load(...operands);
  }
  const isMain = (path) => /(^| > )main > load$/.test(path);

  test("through a heap that is recorded", async () => {
    const recorder = recorderOf({ stacks: true });
    main(await recorder.recordHeaps(Heap).create());
    const [[path, bytes], ...others] = Object.entries(bytesByPath(recorder.heapProfile()));
    assert.deepEqual(others, []);
    assert.ok(isMain(path), path);
    assert.equal(bytes, 100);
  });

  test("through raw calls", async () => {
    const recorder = recorderOf({ stacks: true });
    const { alloc } = recorder.recordExports((await Heap.create()).exports);
    main({ alloc: (length) => alloc(word(0), word(length), 4, word(0)) });
    const [path] = Object.keys(bytesByPath(recorder.heapProfile()));
    assert.match(path, /main > load > Object\.alloc$/);
  });

  test("through a checked heap that keeps stacks by itself", async () => {
    const recorder = recorderOf();
    const heap = await recorder.recordHeaps(CheckedHeap).create({ stacks: true });
    main(heap);
    assert.ok(isMain(Object.keys(bytesByPath(recorder.heapProfile()))[0]));
    assert.equal(heap.leaks().groups[0].frames.length > 1, true);
  });

  test("through the functions of a program of C, without those that the linker put before malloc", async () => {
    const page = readFileSync(inRepository("docs/recording.md"), "utf8");
    const [, file] = /^```c\n([^]*?)^```$/m.exec(page);
    const [source, record] = ["stacks.c", "record-stacks.c"].map((name) => join(programs, name));
    writeFileSync(record, file);
    writeFileSync(
      source,
      `#include "granary.h"
      __attribute__((noinline)) static void* load_texture(void) { return malloc(64); }
      __attribute__((export_name("run"))) void run(void) {
        void* const texture = load_texture();
        *(char volatile*)texture = 1;
      }`.concat("\n"),
    );
    const bytes = link([source, record], {
      library: false,
      names: true,
      linkerOptions: [
        ...["malloc", "calloc", "realloc", "free"].map((name) => `--wrap=${name}`),
        `dist/${ofWidth("libgranary")}.a`,
        "--allow-undefined",
      ],
    });
    const recorder = recorderOf({ stacks: true });
    const imports = { recorder: recorder.imports };
    const { instance } = await WebAssembly.instantiate(bytes, imports);
    instance.exports.run();
    const [path] = Object.keys(bytesByPath(recorder.heapProfile()));
    assert.match(path, /\brun > (?:\S+\.)?load_texture$/);
  });
});

describe("in form,", () => {
  async function profiled() {
    const recorder = recorderOf({ stacks: true });
    const heap = await recorder.recordHeaps(Heap).create();
    for (const caller of ["one", undefined, 7, "one"]) heap.alloc(10, { caller });
    heap.alloc(20);
    return recorder;
  }

  test("a heap profile is one of Chrome's DevTools protocol, HeapProfiler.SamplingHeapProfile", async () => {
    const { head, samples } = JSON.parse(JSON.stringify((await profiled()).heapProfile()));
    const ids = new Map();
    const visit = (node) => {
      assert.deepEqual(Object.keys(node).sort(), ["callFrame", "children", "id", "selfSize"]);
      const { functionName, scriptId, url, lineNumber, columnNumber, ...others } = node.callFrame;
      assert.deepEqual(others, {});
      for (const text of [functionName, scriptId, url]) assert.equal(typeof text, "string");
      for (const number of [lineNumber, columnNumber]) assert.ok(number >= -1);
      assert.equal(ids.has(node.id), false);
      ids.set(node.id, node);
      node.children.forEach(visit);
    };
    visit(head);
    assert.equal(head.callFrame.functionName, "(root)");
    const sum = new Map();
    for (const [index, { size, nodeId, ordinal }] of samples.entries()) {
      assert.equal(ordinal, index + 1);
      sum.set(nodeId, (sum.get(nodeId) ?? 0) + size);
    }
    for (const [id, { selfSize }] of ids) assert.equal(sum.get(id) ?? 0, selfSize);
    assert.equal(
      [...ids.values()].reduce((bytes, { selfSize }) => bytes + selfSize, 0),
      60,
    );
  });

  test("places count from 0 in a heap profile, and are those of the program", async () => {
    const [sample] = (await profiled()).heapProfile().samples;
    assert.equal(sample.size > 0, true);
    const recorder = recorderOf({ stacks: true });
    const heap = await recorder.recordHeaps(Heap).create();
    heap.alloc(1);
    const { head, samples } = recorder.heapProfile();
    const find = (node) =>
      node.id === samples[0].nodeId ? node : node.children.map(find).find(Boolean);
    const { url, lineNumber, columnNumber } = find(head).callFrame;
    assert.equal(url, import.meta.url);
    const line = readFileSync(new URL(import.meta.url), "utf8").split("\n")[lineNumber];
    assert.equal(line.slice(columnNumber), "alloc(1);");
  });

  test("a DHAT profile has every field that dh_view.html asks for, and each place once", async () => {
    const dhat = JSON.parse(JSON.stringify((await profiled()).dhat()));
    const needed = ["dhatFileVersion", "mode", "verb", "bklt", "bkacc", "tu", "Mtu", "tuth", "cmd"];
    assert.deepEqual(
      Object.keys(dhat).sort(),
      [...needed, "pid", "te", "tg", "pps", "ftbl"].sort(),
    );
    assert.equal(dhat.dhatFileVersion, 2);
    assert.equal(dhat.ftbl[0], "[root]");
    const places = new Set();
    for (const { fs, ...figures } of dhat.pps) {
      const names = ["tb", "tbk", "tl", "mb", "mbk", "gb", "gbk", "eb", "ebk"];
      assert.deepEqual(Object.keys(figures), names);
      assert.ok(Object.values(figures).every(Number.isInteger));
      assert.ok(fs.length > 0 && fs.every((index) => index > 0 && index < dhat.ftbl.length));
      places.add(fs.join(" "));
    }
    assert.equal(places.size, dhat.pps.length);
    // The form in which the Firefox Profiler finds a function, its file, line and column.
    const placed = dhat.ftbl.filter((frame) => frame.includes("recorder-profiles"));
    assert.ok(placed.length > 1);
    for (const frame of placed) assert.match(frame, /^0x[0-9a-f]+: .+ \(.+:\d+:\d+\)$/i);
  });
});

test("a name is shown as it is, also one that reads like a function with its place", async () => {
  const recorder = recorderOf();
  const heap = await recorder.recordHeaps(Heap).create();
  const name = "draw (fast:1:2)";
  heap.alloc(10, { caller: name });
  assert.deepEqual(bytesByPath(recorder.heapProfile()), { [name]: 10 });
  assert.deepEqual(Object.keys(pointsByName(recorder.dhat())), [name]);
});

test("the recorder refuses other options and other profiles", async () => {
  const sink = { write() {} };
  await assertThrows(
    "ERR_OPTION",
    /^Recorder: there is no option "stack", only stacks$/,
    () => new Recorder(sink, { stack: true }),
  );
  await assertThrows(
    "ERR_OPTION",
    /^Recorder: stacks: options are an object/,
    () => new Recorder(sink, { stacks: 5 }),
  );
  const sentence =
    /^heapProfile: a profile is of what is "live" or of what was "allocated", not "all"$/;
  await assertThrows("ERR_OPTION", sentence, () => recorderOf().heapProfile("all"));
});
