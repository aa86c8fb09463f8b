// The pages of docs/ repeat the records, kinds and rules of include/ in tables, field by field and in the
// same words.

import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { assertCopies, enumeratorsOf, recordOf, wordBytes } from "./support/public-headers.js";

/** The rows of the table that begins with this column under a heading, cell by cell. */
function tableOf(page, heading, column) {
  const [, section] = readFileSync(page, "utf8").split(`\n## ${heading}\n`);
  const [, rest] = section.split("\n## ")[0].split(new RegExp(`^\\| ${column} .*\n\\| -.*\n`, "m"));
  const [table] = rest.split("\n\n");
  return table
    .trimEnd()
    .split("\n")
    .map((row) => row.slice(1, -1).split("|"))
    .map((cells) => cells.map((cell) => cell.trim()));
}

const inCode = (text) => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code);
const fieldsOf = (name) => recordOf(name).fields.map((field) => field.name);

/** A list in a sentence of a page, which begins and ends with these words. */
function assertSentence(page, begin, end, source) {
  const [, rest] = readFileSync(page, "utf8").split(begin);
  assertCopies(page, inCode(rest.split(end)[0]), source, fieldsOf(source));
}

/** A table with number, name and sentence of each kind in its first columns. */
function assertTable(page, heading, column, source) {
  const rows = tableOf(page, heading, column);
  const declared = enumeratorsOf(source).slice(Number(rows[0][0]));
  const columns = [
    [1, ({ name }) => name],
    [0, ({ number }) => String(number)],
    [2, ({ sentence }) => sentence],
  ];
  for (const [index, of] of columns) {
    const cells = rows.map((row) => row[index].replace(/^`(.*)`$/, "$1"));
    assertCopies(`${page}, ${heading}`, cells, source, declared.map(of));
  }
}

describe("docs/inspect.md has, in the order of include/,", () => {
  const page = "docs/inspect.md";

  test("the fields of the statistics, and of a size class", () => {
    const rows = tableOf(page, "Statistics", "field");
    const { fields } = recordOf("granary_heap_stats");
    const declared = fields.map(({ name, type }) => name + (/\[\d+\]$/.exec(type)?.[0] ?? ""));
    const names = rows.map(([field]) => inCode(field)[0]);
    assertCopies(page, names, "granary_heap_stats", declared);
    const [, ofClass] = rows.at(-1);
    const source = "granary_size_class_stats";
    assertCopies(page, inCode(ofClass), source, fieldsOf(source));
  });

  test("the words of an item", () => {
    assertSentence(page, "An item is three words: ", ".", "granary_item");
  });

  test("the kinds of items, each with the sentence of include/", () => {
    assertTable(page, "The walk", "kind", "granary_item_kind");
  });

  test("the rules, each with the sentence of include/", () => {
    assertTable(page, "The rules", "number", "granary_rule");
  });
});

describe("docs/checked.md has, in the order of include/,", () => {
  const page = "docs/checked.md";

  test("the words of a fault, by number", () => {
    const { fields } = recordOf("granary_fault_record");
    const declared = fields.map(({ name, offset }) => `${offset / wordBytes} \`${name}\``);
    const words = tableOf(page, "The record", "word").map(([word, field]) => `${word} ${field}`);
    assertCopies(page, words, "granary_fault_record", declared);
  });

  test("the calls of a fault, by number", () => {
    const rows = tableOf(page, "The record", "word");
    const calls = rows.find(([, field]) => field === "`call`")[2].split(", ");
    const declared = enumeratorsOf("granary_call").map(({ number, name }) => `${number} ${name}`);
    assertCopies(page, calls, "granary_call", declared.slice(1));
  });

  test("the kinds of faults, each with the sentence of include/", () => {
    assertTable(page, "The kinds", "kind", "granary_fault_kind");
  });

  test("the words of a report of leaks, and of a group", () => {
    assertSentence(page, "The report is four words, ", ":", "granary_leak_report");
    assertSentence(page, "A group is three words, ", ":", "granary_leak_group");
  });
});
