// In a round every runner (an allocator at a task) is measured once. The order rotates from round to
// round, so that all are affected alike when the machine gets slower or faster.

// Garbage is collected between measurements, where the runtime lets a script ask for it.
export const collectGarbage = globalThis.Bun
  ? () => globalThis.Bun.gc(true)
  : (globalThis.gc ?? (() => {}));

function rotated(list, by) {
  const shift = by % list.length;
  return [...list.slice(shift), ...list.slice(0, shift)];
}

// Appends what `measure` returns to each runner's samples.
export function interleave(runners, rounds, measure) {
  for (let round = 0; round < rounds; round += 1) {
    for (const runner of rotated(runners, round)) runner.samples.push(measure(runner));
  }
}

// Returns the nanoseconds that each call takes of those that `work` makes.
export function timed(calls, work) {
  const begin = performance.now();
  work();
  return ((performance.now() - begin) * 1e6) / calls;
}

// Repeats `pass` until its code is optimised: for `milliseconds`, and longer while passes still get
// faster. Returns the milliseconds of the fastest pass.
export function warmUp(milliseconds, pass) {
  const begin = performance.now();
  let fastest = Infinity;
  let sinceFaster = 0;
  const isDone = () => {
    const elapsed = performance.now() - begin;
    return (elapsed > milliseconds && sinceFaster > 2) || elapsed > 10 * milliseconds;
  };
  for (let passes = 0; passes < 2 || !isDone(); passes += 1) {
    const passBegin = performance.now();
    pass();
    const took = performance.now() - passBegin;
    sinceFaster = took < 0.97 * fastest ? 0 : sinceFaster + 1;
    fastest = Math.min(fastest, took);
  }
  return fastest;
}
