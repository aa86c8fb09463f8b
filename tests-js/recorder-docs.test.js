// What docs/recording.md says works as it stands there: its code is taken from the page and run, and its file for
// C is linked into programs with each library.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { readTrace } from "../bench/trace.js";
import { inRepository } from "../tools/paths.js";
import { outputOfSync } from "../tools/run.js";
import { folder as programs, libraries, link } from "./support/link.js";
import { Heap, folder, temporaryFolder } from "./support/package-staged.js";
import { unsigned } from "./support/width.js";

const page = readFileSync(inRepository("docs/recording.md"), "utf8");
const { Recorder, blobSink } = await import(pathToFileURL(join(folder, "recorder.js")));

/** The one block of code with these words in it. */
function block(words) {
  const found = [...page.matchAll(/^```\w+\n([^]*?)^```$/gm)].filter(([, code]) =>
    code.includes(words),
  );
  assert.equal(found.length, 1, words);
  return found[0][1];
}

test("the heap of the page is recorded into a file, with the figures of the page", () => {
  const project = temporaryFolder("recording");
  const code = block('fileSink("program.trace")')
    .replace('"granary"', JSON.stringify(pathToFileURL(join(folder, "index.js"))))
    .replace('"granary/recorder"', JSON.stringify(pathToFileURL(join(folder, "recorder.js"))));
  writeFileSync(join(project, "program.mjs"), code);
  const output = outputOfSync([process.execPath, "program.mjs"], { cwd: project });
  const [, said] = /\/\/ \{ (.*), \.\.\. \}/.exec(code);
  assert.equal(output.replace(/\s+/g, " ").startsWith(`{ ${said}, `), true, output);
  const path = join(project, "program.trace");
  assert.equal(readTrace(readFileSync(path), path).operationCount, 2);
});

test("the profiles of the page are those of its call sites", async () => {
  const code = block("recorder.heapProfile").replace("sink", "{ write() {} }");
  const AsyncFunction = (async () => {}).constructor;
  const run = new AsyncFunction(
    "Recorder",
    "Heap",
    `${code} return { live, allocated, lifetimes };`,
  );
  const { live, allocated, lifetimes } = await run(Recorder, Heap);
  for (const profile of [live, allocated]) {
    assert.match(profile, /"functionName":"loadTexture".*"selfSize":4096/);
  }
  const { cmd, ftbl } = JSON.parse(lifetimes);
  assert.equal(cmd, "my program");
  assert.ok(ftbl.some((frame) => frame.endsWith(": loadTexture")));
});

describe("a program of C that is linked with the page's file and", () => {
  const source = join(programs, "program.c");
  writeFileSync(
    source,
    `#include "granary.h"
    __attribute__((export_name("run"))) void* run(void) {
      void* const first = malloc(100);
      void* second = calloc(3, 20);
      second = realloc(second, 5000);
      free(first);
      free(NULL);
      return second;
    }`.concat("\n"),
  );
  const file = join(programs, "record.c");
  writeFileSync(file, block("// record.c"));
  const [, flags] = /record\.o (.*) \S+\.a/.exec(block("record.o"));

  for (const library of libraries) {
    test(`${library} tells of every call`, async () => {
      const bytes = link([source, file], {
        library: false,
        linkerOptions: [...flags.split(" "), `dist/${library}`, "--allow-undefined"],
      });
      const sink = blobSink();
      const recorder = new Recorder(sink);
      const code = block("recorder: recorder.imports");
      const run = new (async () => {}).constructor(
        "bytes",
        "recorder",
        `${code}; return instance;`,
      );
      const { exports } = await run(bytes, recorder);
      const left = unsigned(exports.run());
      assert.notEqual(left, 0);
      const { unknown, liveBlocks, liveBytes } = recorder.finish();
      assert.deepEqual([unknown, liveBlocks, liveBytes], [0, 1, 5000]);
      const trace = readTrace(new Uint8Array(await sink.blob().arrayBuffer()), "c.trace");
      assert.equal(trace.operationCount, 4);
      assert.equal(trace.peakLiveBytes, 5100);
    });
  }
});
