// The libraries that grow the memory by themselves are refused in a program of emscripten, and in no other:
// the linker says a name that says what to link. INTEROP=emscripten make interop has emscripten itself.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { folder, libraries, link, refusal } from "./support/link.js";

const source = join(folder, "emscripten.c");
writeFileSync(source, '__attribute__((export_name("run"))) int run(int it) { return it + 1; }\n');

/** What emscripten exports for its script, of which a version may export only some. */
const ofScript = [
  ...["stackSave", "stackRestore", "stackAlloc"],
  ...["emscripten_stack_get_current", "_emscripten_stack_restore", "_emscripten_stack_alloc"],
];

for (const library of libraries) {
  describe(`a program that links ${library}`, () => {
    const options = { library: false, linkerOptions: [`dist/${library}`] };

    for (const name of ofScript) {
      test(`is refused by the name of the right library when it exports emscripten's ${name}`, () => {
        assert.match(
          refusal(source, { ...options, exports: ["malloc", name] }),
          /undefined symbol: granary_is_not_for_emscripten_link_libgranary_emscripten$/m,
        );
      });
    }

    test("links with every object of the library", () => {
      const linkerOptions = ["--whole-archive", `dist/${library}`, "--no-whole-archive"];
      const bytes = link(source, { library: false, exports: ["malloc"], linkerOptions });
      assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(bytes)), []);
    });

    test("may have a function of its own by such a name", () => {
      const own = join(folder, "own-name.c");
      writeFileSync(own, "int stackSave(void);\nint stackSave(void) { return 1; }\n");
      assert.ok(link(own, { ...options, exports: ["malloc", "stackSave"] }).length > 0);
    });
  });
}
