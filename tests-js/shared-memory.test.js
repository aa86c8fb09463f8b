// A program with threads cannot be linked with the libraries, which are not safe for threads: the linker
// refuses it, and its message names the reason.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { folder, libraries, link, refusal } from "./support/link.js";
import { family } from "./support/malloc-faces.js";

/** Each entry of the library that may be the only one in a program. */
const entries = [
  ...family,
  ...["granary_alloc", "granary_alloc_zeroed", "granary_resize", "granary_remap", "granary_free"],
  ...["granary_vtable", "cabi_realloc", "_Znwm", "_ZnwmRKSt9nothrow_t", "_ZdlPv", "_ZdaPvm"],
  ...["granary_verify", "granary_walk", "granary_stats", "granary_trim", "granary_reset"],
];
const checkedEntries = ["granary_check", "granary_leaks", "granary_set_limits"];

const source = join(folder, "threads.c");
writeFileSync(source, '__attribute__((export_name("run"))) int run(int it) { return it + 1; }\n');
const program = { library: false, compilerOptions: ["-matomics"] };
const shared = ["--shared-memory", "--max-memory=1048576"];

test("a program with atomics and a shared memory links as long as it has no heap", () => {
  assert.ok(link(source, { ...program, linkerOptions: shared }).length > 0);
});

for (const library of libraries) {
  const names = library.includes("checked") ? [...entries, ...checkedEntries] : entries;
  describe(`a program with atomics that uses ${library}`, () => {
    const path = `dist/${library}`;

    for (const name of names) {
      test(`is refused with --shared-memory, in a sentence, when all that it calls is ${name}`, () => {
        const linkerOptions = [...shared, path];
        assert.match(
          refusal(source, { ...program, exports: [name], linkerOptions }),
          /--shared-memory is disallowed by granary_is_single_threaded_link_libgranary-threads\.o/,
        );
      });
    }

    test("links without --shared-memory, because atomics are no threads", () => {
      const options = { ...program, exports: ["malloc", "free"], linkerOptions: [path] };
      assert.ok(link(source, options).length > 0);
    });
  });
}
