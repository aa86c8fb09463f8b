// Position-independent modules. The libraries are for main modules at fixed addresses, and the linker says
// so; a side module has no library, and its host passes in the allocator of the main module.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readUnsigned } from "../bench/memory-section.js";
import { rows } from "../tools/products.js";
import { outputOfSync, runSync } from "../tools/run.js";
import { linker } from "../tools/toolchain.js";
import { compile, folder, instantiate, link } from "./support/link.js";

const output = join(folder, "side.wasm");
const object = compile("tests-js/library/side.c", ["-fPIC"]);
const pic = ["--experimental-pic", "-shared", "--no-entry"];
const sideModule = [...pic, "--import-undefined", object, "-o", output];

/** What a side module asks of its host: how many bytes of memory at which alignment. */
function memoryNeeded(module) {
  const [section] = WebAssembly.Module.customSections(module, "dylink.0");
  const bytes = new Uint8Array(section);
  const memoryInfo = 1;
  assert.equal(bytes[0], memoryInfo);
  const size = readUnsigned(bytes, readUnsigned(bytes, 1).next);
  const log2 = readUnsigned(bytes, size.next);
  return { size: size.value, alignment: 2 ** log2.value };
}

test("side modules take their memory and their blocks from the heap of the main module", () => {
  const exports = ["aligned_alloc", "realloc", "free", "granary_verify"];
  const table = ["--export=__stack_pointer", "--export-table"];
  const main = instantiate(link([], { exports, linkerOptions: table }));
  outputOfSync([linker, ...sideModule]);
  const module = new WebAssembly.Module(readFileSync(output));
  const { size, alignment } = memoryNeeded(module);

  const open = () => {
    const address = main.aligned_alloc(alignment, size);
    new Uint8Array(main.memory.buffer, address, size).fill(0);
    const value = (number) => new WebAssembly.Global({ value: "i32" }, number);
    const env = {
      ...main,
      __memory_base: value(address),
      __table_base: value(main.__indirect_function_table.length),
    };
    const { exports } = new WebAssembly.Instance(module, { env });
    exports.__wasm_apply_data_relocs?.();
    exports.__wasm_call_ctors?.();
    return exports;
  };
  const sides = [open(), open()];

  const count = 100_000;
  for (let number = 0; number < count; number++) {
    sides.forEach((side, index) => assert.equal(side.push(number + index), 1));
  }
  const sum = (count * (count - 1)) / 2;
  assert.deepEqual(
    sides.map((side) => side.sum() >>> 0),
    [sum, sum + count].map((it) => it % 2 ** 32),
  );
  assert.equal(main.granary_verify(), 0);
  for (const side of sides) side.forget();
  assert.equal(main.granary_verify(), 0);
});

describe("a side module is refused, in the words that docs/embedding.md quotes,", () => {
  const fixed = rows.filter(
    ({ kind, addressBits, flags }) =>
      kind === "library" && addressBits === 32 && !flags.includes("-fPIC"),
  );
  for (const { file, path } of fixed) {
    test(`with ${file}`, () => {
      const { status, stderr } = runSync([linker, ...sideModule, path]);
      assert.notEqual(status, 0);
      assert.match(
        stderr,
        /relocation R_WASM_MEMORY_ADDR_SLEB cannot be used against symbol .*; recompile with -fPIC/,
      );
    });
  }
});
