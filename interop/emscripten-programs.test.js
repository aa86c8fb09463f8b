// Lua, SQLite and JsonCpp compiled by Debian's emscripten, each with libgranary-emscripten.a and with
// emscripten's own allocators. The last line of each test is a row of the table in docs/embedding.md.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { missing } from "./emscripten/compiler.js";
import { allocators, compileProgram, programs, runWith } from "./emscripten/programs.js";

describe("compiled by emscripten", { skip: missing }, () => {
  for (const program of programs) {
    test(`${program.name} does the same work with every allocator`, async (context) => {
      const objects = await compileProgram(program);
      const results = {};
      for (const allocator of Object.keys(allocators)) {
        results[allocator] = await runWith(allocator, program, objects);
      }
      const [ours, ...theirs] = Object.values(results);
      for (const sign of program.shows) assert.match(ours.written, sign);
      for (const { written } of theirs) assert.equal(written, ours.written);
      const cells = Object.values(results).map(({ pages, bytes }) => `${pages} | ${bytes}`);
      context.diagnostic(`| ${program.name} | ${cells.join(" | ")} |`);
    });
  }
});
