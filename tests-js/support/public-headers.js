// The records, kinds and rules of include/ as the compiler reads them for the width of the run. The headers
// are the one source: everything that repeats them is compared with this, or made from it.

import assert from "node:assert/strict";
import { inRepository } from "../../tools/paths.js";
import { outputOfSync } from "../../tools/run.js";
import { compiler } from "../../tools/toolchain.js";
import { target, wordBytes } from "./width.js";

export { wordBytes };

const headers = ["granary_inspect.h", "granary_checked.h", "granary_arena.h"];

/** What the compiler prints about all headers together. */
function dumped(...options) {
  const words = ["-x", "c", target, "-fsyntax-only", ...options, "-"];
  return outputOfSync([compiler, ...words], {
    cwd: inRepository("include"),
    input: headers.map((name) => `#include "${name}"\n`).join(""),
  });
}

/** @typedef {{name: string, type: string, offset: number}} Field */

/** @type {Map<string, {fields: Field[], bytes: number}>} */
const recordsByName = new Map();
{
  const dump = dumped("-Xclang", "-fdump-record-layouts-complete");
  for (const text of dump.split("*** Dumping AST Record Layout\n")) {
    const name = / \| struct (granary_\w+)$/m.exec(text)?.[1];
    if (name === undefined) continue;
    const fields = [...text.matchAll(/^ *(\d+) \|   (\S.*?) (\w+)$/gm)].map(
      ([, offset, type, name]) => ({ name, type, offset: Number(offset) }),
    );
    recordsByName.set(name, { fields, bytes: Number(/\[sizeof=(\d+)/.exec(text)[1]) });
  }
}

/** @typedef {{name: string, number: number, sentence: string}} Enumerator */

const declarations = JSON.parse(dumped("-fparse-all-comments", "-Xclang", "-ast-dump=json")).inner;

/** The names of all structs and of all enums. */
export const records = [...recordsByName.keys()];
export const enums = declarations
  .filter(({ kind, name }) => kind === "EnumDecl" && name?.startsWith("granary_"))
  .map(({ name }) => name);

/** The fields of a struct in their order, and the bytes of all of it. */
export function recordOf(name) {
  return recordsByName.get(name) ?? assert.fail(`include/ has no struct ${name}`);
}

/**
 * What an enum lists, in its order: GRANARY_RULE_BLOCK_SIZE is "block size", GRANARY_NO_RULE "none".
 * The sentence is the comment at it, as lists quote it: without a capital and a full stop.
 *
 * @returns {Enumerator[]}
 */
export function enumeratorsOf(name) {
  const [declaration] = declarations.filter(
    (node) => node.kind === "EnumDecl" && node.name === name,
  );
  assert.ok(declaration, `include/ has no enum ${name}`);
  const prefixes = [`${name.toUpperCase()}_`, "GRANARY_"];
  const constants = declaration.inner.filter(({ kind }) => kind === "EnumConstantDecl");
  return constants.map((constant) => {
    const value = constant.inner?.find(({ kind }) => kind === "ConstantExpr")?.value;
    assert.notEqual(value, undefined, `include/ writes out the number of ${constant.name}`);
    const prefix = prefixes.find((start) => constant.name.startsWith(start));
    const word = constant.name.slice(prefix.length).toLowerCase().replaceAll("_", " ");
    return {
      name: word.startsWith("no ") ? "none" : word,
      number: Number(value),
      sentence: sentenceOf(constant),
    };
  });
}

function sentenceOf(node) {
  const texts = [];
  const collect = ({ kind, text, inner = [] }) => {
    if (kind === "TextComment") texts.push(text.trim());
    inner.forEach(collect);
  };
  node.inner?.filter(({ kind }) => kind === "FullComment").forEach(collect);
  return texts
    .join(" ")
    .replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase())
    .replace(/\.$/, "");
}

/** The names of an enum's constants, by number. */
export const namesOf = (name) => enumeratorsOf(name).map((enumerator) => enumerator.name);

/** The name of a field as JavaScript has it: live_block_count is liveBlockCount. */
const propertyOf = (field) => field.name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

/** The names of a struct's fields. */
export const propertiesOf = (name) => recordOf(name).fields.map(propertyOf);

/** What lies at an address as this struct: its fields by name, but for those that are arrays. */
export function readRecord(buffer, address, name) {
  const { fields, bytes } = recordOf(name);
  const view = new DataView(buffer, address, bytes);
  const valueOf = ({ type, offset }) =>
    type === "uint32_t" || wordBytes === 4
      ? view.getUint32(offset, true)
      : Number(view.getBigUint64(offset, true));
  const single = fields.filter(({ type }) => !type.endsWith("]"));
  return Object.fromEntries(single.map((field) => [propertyOf(field), valueOf(field)]));
}

/** "null pointer" as the strings of the package are written: null-pointer. */
export const withHyphens = (name) => name.replaceAll(" ", "-");

/** Fails at the first entry of a copy that is not the one that include/ has in that place. */
export function assertCopies(copy, entries, source, declared) {
  for (let index = 0; index < Math.max(entries.length, declared.length); index++) {
    const [entry, expected] = [entries[index], declared[index]];
    assert.equal(entry, expected, `${copy}: ${entry} stands where ${source} has ${expected}`);
  }
}
