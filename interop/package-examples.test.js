// The example for JavaScript, with the installed package in the place of the repository's: what the program
// prints. web-example.test.js has the page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { outputOf } from "../tools/run.js";
import { exampleProject } from "./package/project.js";

test("examples/javascript prints what its heap did, and ends", async () => {
  const folder = await exampleProject("javascript");
  const lines = (await outputOf([process.execPath, "program.js"], { cwd: folder }))
    .trimEnd()
    .split("\n");
  const pointer = Number(/: (\d+) is not/.exec(lines[3])?.[1]);
  assert.deepEqual(lines, [
    "1025 bytes, the last one is 18",
    "100000 numbers, their sum is 5000050000",
    '"Grüße" takes 7 bytes',
    `ERR_POINTER: free: ${pointer} is not the pointer of a live block of this heap: ` +
      "it was freed, or moved by realloc or remap, or alloc never returned it",
    lines[4],
  ]);
  assert.match(lines[4], /^the memory has \d+ pages of 64 KiB$/);
});
