// The fields of C++ records as the compiler lays them out for wasm32.

import assert from "node:assert/strict";
import { outputOfSync } from "../../tools/run.js";
import { compiler } from "../../tools/toolchain.js";

/**
 * @typedef {object} Field
 * @property {string} path its name after those of the fields that it is in: "table.begin_"
 * @property {string} type of an element, where it is an array
 * @property {number} count of elements
 * @property {number} offset in bytes
 */

/**
 * The fields that are no records themselves, in the order of their offsets, and the bytes of all.
 *
 * @param {string} source a file that uses the record
 * @param {RegExp} name of the record, as the compiler prints it
 * @param {string[]} options for the compiler
 * @returns {{fields: Field[], bytes: number}}
 */
export function layoutOf(source, name, options) {
  const dump = ["-fsyntax-only", "-Xclang", "-fdump-record-layouts-complete"];
  const printed = outputOfSync([compiler, ...options, ...dump, source]);
  const record = printed
    .split("*** Dumping AST Record Layout\n")
    .find((text) => name.test(/^ +0 \| (.*)$/m.exec(text)?.[1]));
  assert.ok(record, `${source} uses a record ${name}`);
  const lines = [...record.matchAll(/^ *(\d+) \|( +)(.*?)(?: \((?:base|empty|\w+ base).*)?$/gm)]
    .map(([, offset, indent, text]) => ({ offset: Number(offset), depth: indent.length, text }))
    .slice(1);
  const path = [];
  const fields = [];
  for (const [index, { offset, depth, text }] of lines.entries()) {
    const [, type, count, field] = /^(.*?)(?:\[(\d+)\])? (\w+)$/.exec(text) ?? [];
    while (path.length > 0 && path.at(-1).depth >= depth) path.pop();
    path.push({ depth, field });
    const isRecord = lines[index + 1]?.depth > depth || /^(class|struct) /.test(text);
    if (isRecord) continue;
    const names = path.map(({ field }) => field).filter((each) => each !== undefined);
    fields.push({ path: names.join("."), type, count: Number(count ?? 1), offset });
  }
  return { fields, bytes: Number(/\[sizeof=(\d+)/.exec(record)[1]) };
}
