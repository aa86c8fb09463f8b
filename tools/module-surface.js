// What a module imports and exports, with the types, read from its binary (core specification, "Binary
// Format"): so a Node without memory64 can say it of modules for wasm64 too.

import { readUnsigned, sectionsOf } from "../bench/memory-section.js";

const sectionIds = {
  types: 1,
  imports: 2,
  functions: 3,
  tables: 4,
  memories: 5,
  globals: 6,
  exports: 7,
};
const valueTypes = { 0x7f: "i32", 0x7e: "i64", 0x7d: "f32", 0x7c: "f64", 0x70: "funcref" };
const endOfExpression = 0x0b;
const flagOfMaximum = 0x01;
const flagOfSharing = 0x02;
const flagOf64Bits = 0x04;

/** Reads the values of one section, one after the other. */
class Reader {
  #bytes;
  #offset;

  constructor(bytes, { bodyBegin } = {}) {
    this.#bytes = bytes;
    this.#offset = bodyBegin;
  }

  byte() {
    return this.#bytes[this.#offset++];
  }

  unsigned() {
    const { value, next } = readUnsigned(this.#bytes, this.#offset);
    this.#offset = next;
    return value;
  }

  /** A section that is not there has no values. */
  list(read) {
    return this.#offset === undefined ? [] : Array.from({ length: this.unsigned() }, read);
  }

  name() {
    return String.fromCharCode(...this.list(() => this.byte()));
  }

  valueType() {
    return valueTypes[this.byte()];
  }

  signature() {
    this.byte();
    const parameters = this.list(() => this.valueType());
    const results = this.list(() => this.valueType());
    return `(${parameters.join(", ")}) -> (${results.join(", ")})`;
  }

  /** Of a table or memory: the type of its indices or addresses. */
  indexType() {
    const flags = this.byte();
    this.unsigned();
    if (flags & flagOfMaximum) this.unsigned();
    const type = flags & flagOf64Bits ? "i64" : "i32";
    return flags & flagOfSharing ? `shared ${type}` : type;
  }

  tableType() {
    this.byte();
    return this.indexType();
  }

  globalType() {
    const type = this.valueType();
    return this.byte() === 0 ? type : `mutable ${type}`;
  }

  /** A global with its initial value, which is one instruction. */
  definedGlobal() {
    const type = this.globalType();
    this.byte();
    this.unsigned();
    if (this.byte() !== endOfExpression) throw new Error("a global is more than one constant");
    return type;
  }
}

/**
 * One line for each import and export, sorted: "export memory memory: i64".
 *
 * @param {Uint8Array} bytes
 */
export function surfaceOfModule(bytes) {
  const sections = new Map([...sectionsOf(bytes)].map((section) => [section.id, section]));
  const read = (name, value) => {
    const reader = new Reader(bytes, sections.get(sectionIds[name]));
    return reader.list(() => value(reader));
  };
  const signatures = read("types", (reader) => reader.signature());
  const kinds = [
    { kind: "function", imported: (reader) => signatures[reader.unsigned()], types: [] },
    { kind: "table", imported: (reader) => reader.tableType(), types: [] },
    { kind: "memory", imported: (reader) => reader.indexType(), types: [] },
    { kind: "global", imported: (reader) => reader.globalType(), types: [] },
  ];
  const imports = read("imports", (reader) => {
    const name = `${reader.name()}.${reader.name()}`;
    const { kind, imported, types } = kinds[reader.byte()];
    const type = imported(reader);
    types.push(type);
    return `import ${kind} ${name}: ${type}`;
  });
  const [functions, tables, memories, globals] = kinds.map(({ types }) => types);
  functions.push(...read("functions", (reader) => signatures[reader.unsigned()]));
  tables.push(...read("tables", (reader) => reader.tableType()));
  memories.push(...read("memories", (reader) => reader.indexType()));
  globals.push(...read("globals", (reader) => reader.definedGlobal()));
  const exports = read("exports", (reader) => {
    const name = reader.name();
    const { kind, types } = kinds[reader.byte()];
    return `export ${kind} ${name}: ${types[reader.unsigned()]}`;
  });
  return [...imports.sort(), ...exports.sort(), ""].join("\n");
}
