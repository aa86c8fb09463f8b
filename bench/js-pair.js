// What JavaScript pays for one block: it calls alloc for 64 bytes and free across the boundary. The
// time is that of a pair of calls. Arguments cost as well: the floor takes those of the four calls,
// and C's malloc takes fewer.

import { interleave, timed, warmUp } from "./rounds.js";

const pairs = 20_000;

const pairOf = {
  vtable: "const block = alloc(0, 64, 4, 0); free(0, block, 64, 4, 0);",
  malloc: "const block = malloc(64); free(block);",
};

// Every column gets a loop compiled for it alone, as in a program that has one allocator; in a
// shared loop the compiler would not know what is called. The column's name makes the source text
// another one, because runtimes share what they know of functions with the same source.
function loopOver(name, { alloc, malloc, free }) {
  const pair = malloc ? pairOf.malloc : pairOf.vtable;
  const source = `/* ${name} */ return (count) => {
    for (let at = 0; at < count; at += 1) { ${pair} }
  };`;
  return new Function("alloc", "malloc", "free", source)(alloc, malloc, free);
}

// A module that a user adds may export no pair of calls; then it has no samples.
function hasPair(exports) {
  return Boolean(exports.free && (exports.malloc || exports.alloc));
}

export function measureJsPair(columns, { rounds, sampleMilliseconds, warmUpMilliseconds }) {
  const runners = columns.map(({ name, module }) => ({
    name,
    exports: new WebAssembly.Instance(module, {}).exports,
    pages: null,
    samples: [],
  }));
  const able = runners.filter(({ exports }) => hasPair(exports));
  for (const runner of able) {
    runner.loop = loopOver(runner.name, runner.exports);
    const milliseconds = warmUp(warmUpMilliseconds, () => runner.loop(pairs));
    runner.repeats = Math.max(1, Math.ceil(sampleMilliseconds / milliseconds));
  }
  interleave(able, rounds, ({ loop, repeats }) =>
    timed(repeats * pairs, () => {
      for (let repeat = 0; repeat < repeats; repeat += 1) loop(pairs);
    }),
  );
  return runners.map(({ name, samples, pages }) => ({ name, samples, pages }));
}
