// Rounds: within one, every runner (an allocator at a task) is measured once, and the order rotates
// from round to round, so that drift of the machine falls on all alike.

// Garbage is collected between measurements, where the engine lets us say so.
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

// Nanoseconds a call of what `work` does.
export function timed(calls, work) {
  const begin = performance.now();
  work();
  return ((performance.now() - begin) * 1e6) / calls;
}

// Repeats `pass` until its code is optimised: for `milliseconds`, and on while passes still get
// faster. Returns the milliseconds of the fastest.
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
