// The three ways to measure columns (a column is an allocator's compiled module) side by side over
// one workload, which is a name and its packed operations.
//
// Each returns one result for each column: {name, samples in ns a call, pages grown}; the floor has
// no pages.

import { ReplayInstance } from "./replay-module.js";
import { collectGarbage, interleave, timed, warmUp } from "./rounds.js";

// Chooses the column whose addresses the floor hands out.
function recorderOf(columns) {
  const allocators = columns.filter((column) => column.name !== "floor");
  const named = (name) => allocators.find((column) => column.name === name);
  return named("granary") ?? named("dlmalloc") ?? allocators[0];
}

function recordAddresses(columns, { operations }, { passesBefore }) {
  const instance = new ReplayInstance(recorderOf(columns), operations);
  for (let pass = 0; pass < passesBefore; pass += 1) instance.run();
  const addresses = instance.record();
  return { addresses, startPage: instance.startPage, endPage: instance.endPage };
}

function freshInstance(column, { operations }, recorded) {
  if (column.name !== "floor") return new ReplayInstance(column, operations);
  const instance = new ReplayInstance(column, operations, recorded.startPage);
  instance.useAddresses(recorded.addresses, recorded.endPage);
  return instance;
}

function resultOf({ name, samples, pages }) {
  return { name, samples, pages: name === "floor" ? null : pages };
}

// The steady state: instances repeat the workload. Pages are counted in the first pass; the floor's
// addresses are recorded in a later one, because a heap settles after its first passes.
//
// The physical pages that an instance happens to get make some traces a tenth faster or slower for as
// long as it lives, so the rounds are divided among generations of instances.
export function measureSteady(columns, workload, settings) {
  const { rounds, generations, sampleMilliseconds, warmUpMilliseconds } = settings;
  const recorded = recordAddresses(columns, workload, { passesBefore: 1 });
  const runners = columns.map((column) => ({ name: column.name, column, samples: [] }));
  for (let generation = 0; generation < generations; generation += 1) {
    for (const runner of runners) {
      runner.instance = freshInstance(runner.column, workload, recorded);
      runner.instance.run();
      runner.pages = runner.instance.pagesGrown;
      const milliseconds = warmUp(warmUpMilliseconds / generations, () => runner.instance.run());
      runner.passes = Math.max(1, Math.ceil(sampleMilliseconds / milliseconds));
    }
    interleave(runners, Math.ceil(rounds / generations), ({ instance, passes }) =>
      timed(passes * workload.operations.count, () => {
        for (let pass = 0; pass < passes; pass += 1) instance.run();
      }),
    );
    for (const runner of runners) runner.instance = null;
    collectGarbage();
  }
  return runners.map(resultOf);
}

// The first pass: every sample takes a fresh instance of a compiled module, and growth is timed too.
export function measureFirstPass(columns, workload, { rounds }) {
  const recorded = recordAddresses(columns, workload, { passesBefore: 0 });
  const runners = columns.map((column) => ({ name: column.name, column, samples: [] }));
  interleave(runners, rounds, (runner) => {
    collectGarbage();
    const instance = freshInstance(runner.column, workload, recorded);
    const nanoseconds = timed(workload.operations.count, () => instance.run());
    runner.pages = instance.pagesGrown;
    return nanoseconds;
  });
  return runners.map(resultOf);
}

// The aged heap: every sample takes a fresh instance, and only the operations from `agedAt` on are
// timed. One instance exists at a time, because each may take a thousand mebibytes.
export function measureAged(columns, workload, { rounds }) {
  const { operations, agedAt } = workload;
  const recorded = recordAddresses(columns, workload, { passesBefore: 0 });
  const runners = columns.map((column) => ({ name: column.name, column, samples: [] }));
  interleave(runners, rounds, (runner) => {
    collectGarbage();
    const instance = freshInstance(runner.column, workload, recorded);
    instance.run({ to: agedAt });
    const nanoseconds = timed(operations.count - agedAt.operation, () =>
      instance.run({ from: agedAt }),
    );
    runner.pages = instance.pagesGrown;
    return nanoseconds;
  });
  return runners.map(resultOf);
}
