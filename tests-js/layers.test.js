// The check of the layers itself: it passes on the sources and fails on each kind of wrong include.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runSync } from "../tools/run.js";

const folder = mkdtempSync(join(tmpdir(), "granary-layers-"));
for (const layer of ["runtime", "alloc", "include"]) {
  cpSync(layer, join(folder, layer), { recursive: true });
}
after(() => rmSync(folder, { recursive: true }));

const check = (root) => runSync([process.execPath, "tools/check-layers.js", root]);

test("the sources include downwards only", () => {
  const { status, stderr } = check(".");
  assert.equal(stderr, "");
  assert.equal(status, 0);
});

const wrongIncludes = [
  ["runtime/wrong.h", '#include "alloc/common/engine.h"', "an engine from runtime"],
  [
    "include/wrong.h",
    '#include "runtime/integers.h"',
    "a type of the sources from a public header",
  ],
  ["alloc/granary/wrong.h", '#include "alloc/abi/vtable.cc"', "a face from an engine"],
  [
    "alloc/classic/wrong.h",
    '#include "include/granary_inspect.h"',
    "a public record from an engine that has none",
  ],
  ["alloc/common/wrong.h", '#include "engine.h"', "a file by a path that is not from the root"],
  ["alloc/common/wrong.h", '#include "alloc/granary/span.h"', "an engine from what engines share"],
  ["alloc/classic/wrong.h", '#include "alloc/granary/span.h"', "one engine from another"],
  ["alloc/checks/wrong.h", '#include "alloc/granary/span.h"', "an engine from the checks"],
  ["alloc/abi/wrong.cc", '#include "alloc/products/granary.h"', "a product from a face"],
  ["alloc/abi/wrong.cc", '#include "runtime/bits.h"', "runtime past the engines from a face"],
  ["alloc/common/wrong.h", "#include <string.h>", "a header of a C library"],
];

for (const [path, line, what] of wrongIncludes) {
  test(`an include of ${what} is refused with its file and line`, () => {
    writeFileSync(join(folder, path), `#pragma once\n${line}\n`);
    const { status, stderr } = check(folder);
    rmSync(join(folder, path));
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`^${path}:2: `));
    assert.equal(stderr.trim().split("\n").length, 1);
  });
}
