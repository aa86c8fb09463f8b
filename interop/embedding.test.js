// The commands of docs/embedding.md run as they are typed. `make examples` runs most of them; those that need
// emscripten are run here.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { sections } from "../examples/run-section.js";
import { runSync } from "../tools/run.js";
import { environment } from "./emscripten/compiler.js";

const runHere = ["Emscripten", "Side modules", "Programs with threads / Emscripten"];

/** By the reason why nobody runs them. */
const notRun = {
  "only a nightly compiler with the sources of its library builds it": [
    "Programs with threads / Rust",
  ],
};

test("every command of the page is run by an example or here, or there is a reason why not", () => {
  const examples = readFileSync("examples/examples.mk", "utf8");
  const byExamples = [...examples.matchAll(/\$\(RUN_SECTION\) (.*)/g)].flatMap(([, names]) =>
    [...names.matchAll(/"([^"]+)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word),
  );
  const all = [...byExamples, ...runHere, ...Object.values(notRun).flat()];
  assert.deepEqual(all.sort(), [...sections().keys()].sort());
});

describe("the commands run as they are typed in the section", () => {
  for (const name of runHere) {
    test(name, () => {
      const command = [process.execPath, "examples/run-section.js", name];
      const { status, stdout, stderr } = runSync(command, { env: environment });
      assert.equal(status, 0, stdout + stderr);
    });
  }
});

test("a section that does not exist is refused in a line that lists those that do", () => {
  const { status, stderr } = runSync([process.execPath, "examples/run-section.js", "COBOL"]);
  assert.equal(status, 2);
  assert.match(stderr, /^granary: no section COBOL has commands; those .* are JavaScript, .*\n$/);
});
