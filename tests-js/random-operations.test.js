// The engines under random operations (tests-native/README.md), natively and on wasm32; and under saved
// runs, the corpus of the fuzz targets, and growth refused at the first moments of every trace. There are
// 20 million operations by default; OPERATIONS=n asks for another number in all, SEED=n for the runs from
// that seed on.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { describe, test } from "node:test";
import { commandOf, jobs } from "../tests-native/properties/random-operations.js";
import { readSeeds } from "../tests-native/properties/seeds.js";
import { inRepository, root } from "../tools/paths.js";
import { run } from "../tools/run.js";
import { enumeratorsOf } from "./support/public-headers.js";
import { seeds } from "./support/random.js";

const concurrency = availableParallelism();
const asked = process.env.OPERATIONS || "20000000";
if (!/^[1-9]\d*$/.test(asked)) throw new Error(`OPERATIONS is a number from 1 on, not "${asked}"`);
const operations = Number(asked);
// A heap that never comes back from a call is a failure as well.
const longestRun = 60_000 + operations / 500;
const [firstSeed] = seeds(1, 1);

/** Runs the command and returns what it printed on its one line. */
async function resultOf(command) {
  const { status, stdout, stderr } = await run(command, { cwd: root, timeout: longestRun });
  assert.equal(status, 0, `${command.slice(0, 5).join(" ")} (status ${status})\n${stderr}`);
  return stdout;
}

function assertOperations(output, least) {
  const match = /: (\d+) operations, .*no rule broken/.exec(output);
  assert.ok(match, output);
  assert.ok(Number(match[1]) >= least, output);
}

describe("random operations find an engine that", { concurrency }, () => {
  const program = inRepository("build/native/properties/faulty_engines");
  const outside = "a block lies in the slack or in pages that its heap grew";
  const bytes = "a live block keeps its bytes";
  const rules = {
    none: "no rule broken",
    overlaps: "no two live blocks share a byte",
    misaligns: "a block is aligned",
    "answers-outside": outside,
    "answers-strangers-pages": outside,
    "forgets-bytes": bytes,
    "writes-into-a-neighbour": bytes,
    "writes-into-strangers-pages": "a stranger's pages stay as they are",
    "moves-without-bytes": bytes,
    "zeroes-too-little": "a zeroed block is zero",
    "has-too-little-room": "a block has room for its length",
    "refuses-at-will": "an alloc is refused only for want of pages",
    "grows-and-refuses": "a refused call grows nothing",
    wraps: outside,
  };
  test("has one of these flaws", async () => {
    assert.equal(await resultOf([program]), Object.keys(rules).join("\n") + "\n");
  });
  for (const [flaw, rule] of Object.entries(rules)) {
    test(`${flaw}: ${rule}`, async () => {
      const { stdout } = await run([program, flaw], { timeout: longestRun });
      assert.equal(stdout, `${rule}\n`);
    });
  }
});

describe("a broken rule is reported with the command that shows it again", () => {
  for (const on of ["native", "wasm32"]) {
    test(on, async () => {
      const first = await run(commandOf({ engine: "faulty", on, operations: 100_000, seed: 5 }));
      assert.equal(first.status, 1, first.stderr);
      assert.match(
        first.stderr,
        /^broken: no two live blocks share a byte \(block of \d+ bytes at/,
      );
      const again = /SEED=(\d+), operation (\d+) of faulty.*; again: (.*)$/m.exec(first.stderr);
      const [, seed, operation, command] = again;
      const [program, ...words] = command.split(" ");
      assert.deepEqual(words.slice(-3), ["faulty", operation, seed]);
      const second = await run([program === "node" ? process.execPath : program, ...words], {
        cwd: root,
      });
      assert.equal(second.stderr, first.stderr);
    });
  }
});

describe("no rule is broken by random operations", { concurrency }, () => {
  for (const job of jobs(operations, firstSeed)) {
    const { engine, on } = job;
    test(`on ${engine}, ${on}: ${job.operations} (SEED=${firstSeed})`, async () => {
      const output = await resultOf(commandOf(job));
      assertOperations(output, job.operations);
      // Enough damage, from a seed that is known to do it, breaks every rule.
      if (engine !== "damaged" || operations < 20_000_000 || firstSeed !== 1) return;
      const rules = enumeratorsOf("granary_rule").slice(1);
      const numbers = rules.map(({ number }) => number).join(" ");
      assert.ok(output.endsWith(`by damage: ${numbers}\n`), output);
    });
  }
});

describe("no rule is broken by a saved run", { concurrency }, () => {
  for (const { engine, operations: count, seed, why } of readSeeds()) {
    test(`${engine}, SEED=${seed}: ${why}`, async () => {
      const isNative = engine === "damaged" || engine === "misused";
      for (const on of isNative ? ["native"] : ["native", "wasm32"]) {
        const output = await resultOf(commandOf({ engine, on, operations: count, seed }));
        assertOperations(output, Number(count));
      }
    });
  }
});

describe("no rule is broken by the corpus of the fuzz targets", { concurrency }, () => {
  const folder = inRepository("tests-native/fuzz/corpus");
  const files = readdirSync(folder).map((name) => `${folder}/${name}`);
  for (const engine of ["granary", "inspected", "checked", "classic", "damaged"]) {
    test(`on ${engine}`, async () => {
      const program = inRepository("build/native/properties/random_operations");
      assertOperations(await resultOf([program, engine, ...files]), files.length);
    });
  }
});

describe("nothing is lost when the memory may not grow", { concurrency }, () => {
  const folder = inRepository("build/native/exhaustion/traces");
  const traces = readdirSync(folder).filter((name) => name.endsWith(".words"));
  const plans = [
    { engine: "inspected", moments: 8 },
    { engine: "classic", moments: 3 },
  ];
  for (const { engine, moments } of plans) {
    test(`on ${engine}, at the first ${moments} moments of each trace and at later ones`, async () => {
      const program = inRepository("build/native/exhaustion/exhaustion");
      const files = traces.map((name) => `${folder}/${name}`);
      const output = await resultOf([program, engine, String(moments), "2000", ...files]);
      const match = /: (\d+) traces, growth refused (\d+) times, nothing lost/.exec(output);
      assert.ok(match, output);
      assert.equal(Number(match[1]), traces.length);
      assert.ok(Number(match[2]) > 2 * moments * traces.length, output);
    });
  }
});
