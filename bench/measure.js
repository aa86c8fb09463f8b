// The three ways to measure columns (a column is an allocator's compiled module) side by side over
// one workload, which is a name and its packed operations.
//
// Each returns one result for each column: {name, samples in ns a call, pages grown}; the floor has
// no pages.

import { ReplayInstance } from "./replay-module.js";
import { collectGarbage, interleave, timed, warmUp } from "./rounds.js";

const isFloor = ({ name }) => name === "floor" || name === "floor64";

// Chooses the column whose addresses a floor hands out.
function recorderOf(floor, columns) {
  const allocators = columns.filter((column) => !isFloor(column));
  const named = (name) => allocators.find((column) => column.name === name);
  if (floor.name === "floor64") return named("granary64");
  return named("granary") ?? named("dlmalloc") ?? allocators[0];
}

// Returns for each floor, by its name, what it hands out.
function recordAddresses(columns, { operations }, { passesBefore }) {
  const recordOf = (floor) => {
    const instance = new ReplayInstance(recorderOf(floor, columns), operations);
    for (let pass = 0; pass < passesBefore; pass += 1) instance.run();
    const addresses = instance.record();
    return { addresses, startPage: instance.startPage, endPage: instance.endPage };
  };
  return Object.fromEntries(columns.filter(isFloor).map((floor) => [floor.name, recordOf(floor)]));
}

function freshInstance(column, { operations }, recorded) {
  if (!isFloor(column)) return new ReplayInstance(column, operations);
  const { addresses, startPage, endPage } = recorded[column.name];
  const instance = new ReplayInstance(column, operations, startPage);
  instance.useAddresses(addresses, endPage);
  return instance;
}

function resultOf({ name, column, samples, pages }) {
  return { name, samples, pages: isFloor(column) ? null : pages };
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
