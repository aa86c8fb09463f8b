// The checks of the sources' language and of the names of products: each passes on the repository, and
// refuses every breach that it is made for, with file and line.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { runSync } from "../tools/run.js";

const folder = mkdtempSync(join(tmpdir(), "granary-house-"));
after(() => rmSync(folder, { recursive: true }));

const run = (check, root) => runSync([process.execPath, `tools/${check}.js`, root]);

/** No product has this name, and this file must not write out the name of one that does not exist. */
const absent = "absent";

/** For each check, what it refuses, and what is similar and right. */
const checks = {
  "check-language": {
    wrong: [
      ["a friend in an engine", "alloc/granary/x.h", "class A {\n  friend class B;\n};", 2],
      ["a friend in a test", "tests-native/unit/x.cc", "struct A { friend void f(A); };", 1],
      ["a macro of an engine", "alloc/granary/x.h", "#define LARGEST 2048", 1],
      ["a condition on a macro", "runtime/x.h", "\n#ifdef __wasm64__\n#endif", 2],
      ["a macro of the place that reads one", "alloc/abi/product.h", "#define GRANARY_X 1", 1],
      ["a question of C++ in a header for C", "include/x.h", "#ifdef __cpp_exceptions\n#endif", 1],
      ["a name in a public header that is not its own", "include/x.h", "#define LARGEST 2048", 1],
    ],
    right: [
      ["a friend in a comment", "alloc/granary/x.h", "// No friend of anybody.\n"],
      ["a friend in a string", "bench/replay/x.cc", 'const char* text = "a friend";'],
      ["the one place that asks for the product", "alloc/abi/product.h", "#if !defined(X)\n#endif"],
      [
        "a guard of a public header",
        "include/x.h",
        "#ifndef GRANARY_X_H\n#define GRANARY_X_H\n#endif",
      ],
      ["a question for the library of C++", "include/x.hpp", "#ifdef __cpp_exceptions\n#endif"],
      ["a macro of a test in C", "tests-js/library/x.c", "#define CHECK(x) x"],
    ],
  },
  "check-product-names": {
    wrong: [
      [
        "a module that the table does not have",
        "docs/x.md",
        `granary-${absent}.wasm is faster.`,
        1,
      ],
      [
        "a library that the table does not have",
        "examples/x.mk",
        `a:\n\tld libgranary-${absent}.a`,
        2,
      ],
      ["a product in the Makefile", "Makefile", "demo: dist/granary.wasm", 1],
      ["a product in a tool", "tools/x.js", 'const names = ["granary-import"];', 1],
      ["a product in an engine", "alloc/granary/x.h", 'const char* x = "granary-inspect";', 1],
    ],
    right: [
      ["a product in a text", "docs/x.md", "`granary-import.wasm` has no memory of its own."],
      ["a product in a comment of a tool", "tools/x.js", "// libgranary is a library."],
      ["a program of somebody else", "docs/x.md", "my-granary-fast.wasm"],
    ],
  },
};

for (const [check, { wrong, right }] of Object.entries(checks)) {
  describe(`${check}:`, () => {
    test("the repository passes", () => {
      const { status, stderr } = run(check, ".");
      assert.equal(stderr, "");
      assert.equal(status, 0);
    });
    for (const [what, path, text, line] of wrong) {
      test(`${what} is refused`, () => {
        const { status, stderr } = runWith(check, path, text);
        assert.match(stderr, new RegExp(`^${path}:${line}: .+\n$`));
        assert.equal(status, 1);
      });
    }
    for (const [what, path, text] of right) {
      test(`${what} is not refused`, () => {
        const { status, stderr } = runWith(check, path, text);
        assert.equal(stderr, "");
        assert.equal(status, 0);
      });
    }
  });
}

/** Returns what the check says of a folder with this one file. */
function runWith(check, path, text) {
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  writeFileSync(join(folder, path), `${text}\n`);
  try {
    return run(check, folder);
  } finally {
    rmSync(join(folder, path));
  }
}
