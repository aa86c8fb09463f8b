// The unit tests of the headers (tests-native/unit), a program each: here they are named and run, and
// what one of them says when it fails is shown.

import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { inRepository } from "../bench/paths.js";
import { run } from "../tests-native/properties/random-operations.js";

describe("the tests of each header pass", { concurrency: availableParallelism() }, () => {
  for (const file of readdirSync(inRepository("tests-native/unit"))) {
    const name = file.replace(/\.cc$/, "");
    test(name.replace(/_test$/, ".h"), async () => {
      const program = inRepository(`build/native/unit/${name}`);
      const { status, output, errors } = await run([program, "--gtest_brief=1"]);
      assert.equal(status, 0, `again: build/native/unit/${name}\n${output}${errors}`);
    });
  }
});
