// The unit tests of the headers (tests-native/unit) are programs, one for each header. They are run here,
// and the output of one that fails is shown.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { describe, test } from "node:test";
import { inRepository } from "../tools/paths.js";
import { run } from "../tools/run.js";

describe("the tests of each header pass", { concurrency: availableParallelism() }, () => {
  for (const file of readdirSync(inRepository("tests-native/unit"))) {
    if (!file.endsWith("_test.cc")) continue;
    const name = basename(file, ".cc");
    test(name.replace(/_test$/, ".h"), async () => {
      const program = inRepository(`build/native/unit/${name}`);
      const { status, stdout, stderr } = await run([program, "--gtest_brief=1"]);
      assert.equal(status, 0, `again: build/native/unit/${name}\n${stdout}${stderr}`);
    });
  }
});
