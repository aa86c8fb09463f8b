// include/ is the one source of the records, kinds and rules that programs read. Programs can read them
// by number, and the npm package repeats them field by field.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import * as layouts from "../js/layouts.js";
import { rules, sentenceOf } from "../js/sentences.js";
import {
  assertCopies,
  enumeratorsOf,
  enums,
  namesOf,
  propertiesOf,
  recordOf,
  records,
  withHyphens,
  wordBytes,
} from "./support/public-headers.js";

// --- include/ ---

describe("include/", () => {
  for (const name of records) {
    test(`has only words in ${name}, which are found by their number`, () => {
      const { fields, bytes } = recordOf(name);
      for (const [index, field] of fields.entries()) {
        assert.equal(field.offset, index * wordBytes, field.name);
      }
      const { type, offset } = fields.at(-1);
      const [, element, count] = /^(\w+)\[(\d+)\]$/.exec(type) ?? [];
      const last = element ? count * recordOf(element).bytes : wordBytes;
      assert.equal(bytes, offset + last);
    });
  }

  for (const name of enums) {
    test(`numbers ${name} from 0, which means none, without leaving one out`, () => {
      const enumerators = enumeratorsOf(name);
      assert.match(enumerators[0].name, /^(none|end)$/);
      for (const [index, { name, number }] of enumerators.entries()) {
        assert.equal(number, index, name);
      }
    });
  }

  test("says of each kind and rule what it is", () => {
    for (const name of enums.filter((name) => name !== "granary_call")) {
      const sentences = enumeratorsOf(name).map(({ sentence }) => sentence);
      for (const sentence of sentences) assert.match(sentence, /^\S.*\w$/);
      assert.equal(new Set(sentences).size, sentences.length);
    }
  });
});

// --- js/ ---

describe("js/layouts.js has, in the order of include/,", () => {
  const fields = {
    granary_heap_stats: [...layouts.statistics, "classes"],
    granary_size_class_stats: layouts.sizeClass,
    granary_item: layouts.item,
    granary_fault_record: layouts.fault,
    granary_leak_report: layouts.leakReport,
    granary_leak_group: layouts.leakGroup,
    granary_arena_chunk: layouts.arenaChunk,
    granary_arena: layouts.arena,
  };
  for (const name of records) {
    test(`the fields of ${name}`, () => {
      assertCopies("js/layouts.js", fields[name], name, propertiesOf(name));
    });
  }

  const kinds = {
    granary_item_kind: layouts.itemKinds,
    granary_fault_kind: layouts.faultKinds,
    granary_call: layouts.faultCalls,
  };
  for (const [name, strings] of Object.entries(kinds)) {
    test(`the names of ${name}`, () => {
      assertCopies("js/layouts.js", strings, name, namesOf(name).map(withHyphens));
    });
  }

  test("the number of size classes", () => {
    const { type } = recordOf("granary_heap_stats").fields.at(-1);
    assert.equal(type, `granary_size_class_stats[${layouts.sizeClassCount}]`);
  });
});

describe("js/sentences.js has", () => {
  test("each rule by its number, with the sentence of include/", () => {
    const declared = enumeratorsOf("granary_rule");
    const names = declared.map(({ name }) => withHyphens(name));
    const [found, sentences] = [0, 1].map((column) => rules.map((rule) => rule[column]));
    assertCopies("js/sentences.js", found, "granary_rule", names);
    const declaredSentences = declared.map(({ sentence }) => sentence);
    assertCopies("js/sentences.js", sentences, "granary_rule", declaredSentences);
  });

  test("a sentence of its own for each kind of fault", () => {
    const block = { address: 16, length: 100, alignment: 16, allocatedBy: 0, freedBy: 0, heap: 32 };
    const facts = {
      call: "free",
      address: 16,
      length: 10,
      alignment: 8,
      newLength: null,
      caller: 0,
      heap: 0,
    };
    const kinds = namesOf("granary_fault_kind").slice(1).map(withHyphens);
    const sentences = kinds.map((kind) => sentenceOf({ ...facts, kind, block }, 3));
    for (const sentence of sentences) assert.match(sentence, /^free\(16, 10 bytes\): \w.*\w$/);
    assert.equal(new Set(sentences).size, kinds.length);
  });
});

// --- the types ---

const types = ["js/inspected-heap.d.ts", "js/checked-heap.d.ts"]
  .map((path) => readFileSync(path, "utf8"))
  .join("\n");

/** The properties of an interface or class, in their order, each with its type. */
function propertiesInTypes(name) {
  const [, rest] = types.split(new RegExp(`^export (?:interface|class) ${name}\\b.*\\{$`, "m"));
  const [body] = rest.split(/^\}/m);
  return new Map([...body.matchAll(/^ {2}(?:readonly )?(\w+): (.*);$/gm)].map(([, ...of]) => of));
}

const stringsIn = (text) => [...text.matchAll(/"([^"]+)"/g)].map(([, string]) => string);

/** The list in the comment at a type: what it says of each name. */
function listAt(name) {
  const [before] = types.split(new RegExp(`^ \\*/\nexport type ${name} =`, "m"));
  const lines = before
    .split("/**\n")
    .at(-1)
    .split(/\n? \*\n/)[0];
  const items = lines.replace(/\n \* {3}/g, " ").matchAll(/^ \* - `(.*?)`: (.*)$/gm);
  return [...items].map(([, ...item]) => item);
}

describe("the types of the package have, in the order of include/,", () => {
  const interfaces = {
    HeapStatistics: propertiesOf("granary_heap_stats"),
    SizeClassStatistics: propertiesOf("granary_size_class_stats"),
    HeapItem: propertiesOf("granary_item"),
    // Of an array the number of elements is its length.
    LeakReport: propertiesOf("granary_leak_report").filter((name) => name !== "groupCount"),
    LeakGroup: propertiesOf("granary_leak_group"),
  };
  for (const [name, declared] of Object.entries(interfaces)) {
    test(`the properties of ${name}`, () => {
      assertCopies(name, [...propertiesInTypes(name).keys()], "include/", declared);
    });
  }

  test("the properties of GranaryFault, those of the block in a FaultBlock", () => {
    const ofError = ["name", "code"];
    const fault = [...propertiesInTypes("GranaryFault").keys()].filter(
      (name) => !ofError.includes(name),
    );
    const inBlock = {
      address: "block",
      length: "blockLength",
      alignment: "blockAlignment",
      heap: "blockHeap",
    };
    const block = [...propertiesInTypes("FaultBlock").keys()].map((name) => inBlock[name] ?? name);
    // The heap that was given stands before the one of the block in the record.
    const [itsHeap, before] = [block.pop(), fault.indexOf("block")];
    const copies = [...fault.slice(0, before), ...block, ...fault.slice(before + 1), itsHeap];
    const declared = propertiesOf("granary_fault_record");
    assertCopies("GranaryFault", copies, "granary_fault_record", declared);
  });

  const kinds = { HeapItemKind: "granary_item_kind", FaultKind: "granary_fault_kind" };
  for (const [name, source] of Object.entries(kinds)) {
    test(`the strings of ${name}, each with the sentence of include/`, () => {
      const declared = enumeratorsOf(source).slice(1);
      const names = declared.map(({ name }) => withHyphens(name));
      const [, union] = new RegExp(`^export type ${name} =([^;]*);`, "m").exec(types);
      assertCopies(name, stringsIn(union), source, names);
      const list = listAt(name);
      assertCopies(
        `the comment at ${name}`,
        list.map(([word]) => word),
        source,
        names,
      );
      const sentences = declared.map(({ sentence }) => sentence);
      assertCopies(
        `the comment at ${name}`,
        list.map(([, said]) => said),
        source,
        sentences,
      );
    });
  }

  test("the calls of a fault", () => {
    const strings = stringsIn(propertiesInTypes("GranaryFault").get("call"));
    assertCopies("GranaryFault.call", strings, "granary_call", namesOf("granary_call").slice(1));
  });
});
