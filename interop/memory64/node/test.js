// What the kits use of node:test, for a page: tests are kept with their names until runTests.

let group = [];
const tests = [];

export function describe(name, makeTests) {
  const outer = group;
  group = [...group, name];
  makeTests();
  group = outer;
}

export function test(name, run) {
  tests.push({ name: [...group, name].join(" "), run });
}

/** Runs the tests that were made so far. Returns their names, each with what went wrong, or null. */
export async function runTests() {
  const results = [];
  for (const { name, run } of tests.splice(0)) {
    try {
      await run();
      results.push([name, null]);
    } catch (error) {
      results.push([name, String(error)]);
    }
  }
  return results;
}
