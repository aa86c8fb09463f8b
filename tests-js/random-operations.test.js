// Random operations natively and on wasm32 (fuzz/), the runs that are dear, the corpus of the fuzz
// targets, and growth refused at the first moments of every trace. 20 million operations by default;
// OPERATIONS=n asks for another number in all, SEED=n for the runs from that seed on.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { describe, test } from "node:test";
import { inRepository } from "../bench/paths.js";
import { commandOf, jobs, run } from "../fuzz/random-operations.js";
import { readSeeds } from "../fuzz/seeds.js";
import { seeds } from "./support/random.js";

const concurrency = availableParallelism();
const operations = Number(process.env.OPERATIONS || 20_000_000);
// A heap that never comes back from a call is a failure as well.
const longestRun = 60_000 + operations / 500;
const [firstSeed] = seeds(1, 1);

/** Runs the command and returns what it printed on its one line. */
async function resultOf(command) {
  const { status, output, errors } = await run(command, longestRun);
  assert.equal(status, 0, `${command.slice(0, 5).join(" ")} (status ${status})\n${errors}`);
  return output;
}

function assertOperations(output, least) {
  const match = /: (\d+) operations, .*no rule broken/.exec(output);
  assert.ok(match, output);
  assert.ok(Number(match[1]) >= least, output);
}

describe("no rule is broken by random operations", { concurrency }, () => {
  for (const job of jobs(operations, firstSeed)) {
    const { engine, on } = job;
    test(`on ${engine}, ${on}: ${job.operations} (SEED=${firstSeed})`, async () => {
      const output = await resultOf(commandOf(job));
      assertOperations(output, job.operations);
      if (engine !== "damaged" || operations < 1_000_000) return;
      const rules = Array.from({ length: 20 }, (_, index) => index + 1);
      assert.ok(output.endsWith(`by damage: ${rules.join(" ")}\n`), `every rule: ${output}`);
    });
  }
});

describe("no rule is broken by a run that is dear", { concurrency }, () => {
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
  const folder = inRepository("fuzz/corpus");
  const files = readdirSync(folder).map((name) => `${folder}/${name}`);
  for (const engine of ["granary", "inspected", "checked", "classic", "damaged"]) {
    test(`on ${engine}`, async () => {
      const program = inRepository("build/fuzz/random_operations");
      assertOperations(await resultOf([program, engine, ...files]), files.length);
    });
  }
});

describe("nothing is lost when the memory is refused to grow", { concurrency }, () => {
  const folder = inRepository("build/fuzz/traces");
  const traces = readdirSync(folder).filter((name) => name.endsWith(".words"));
  const plans = [
    { engine: "inspected", moments: 8 },
    { engine: "classic", moments: 3 },
  ];
  for (const { engine, moments } of plans) {
    test(`on ${engine}, at the first ${moments} moments of each trace and at later ones`, async () => {
      const program = inRepository("build/fuzz/exhaustion");
      const files = traces.map((name) => `${folder}/${name}`);
      const output = await resultOf([program, engine, String(moments), "2000", ...files]);
      const match = /: (\d+) traces, growth refused (\d+) times, nothing lost/.exec(output);
      assert.ok(match, output);
      assert.equal(Number(match[1]), traces.length);
      assert.ok(Number(match[2]) > 2 * moments * traces.length, output);
    });
  }
});
