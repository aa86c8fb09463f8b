// What the kits use of node:assert/strict, for a page.

function assert(holds, expected, message) {
  if (!holds) throw new Error([message, expected].filter(Boolean).join(": "));
}

const equal = (actual, expected, message) =>
  assert(Object.is(actual, expected), `${actual} is not ${expected}`, message);

export default {
  equal,
  ok: (actual, message) => assert(actual, `${actual} is not true`, message),
  notEqual: (actual, other, message) => assert(!Object.is(actual, other), `${actual}`, message),
  fail: (message) => assert(false, message),
  /** Compares lists, element by element. */
  deepEqual(actual, expected, message) {
    equal(actual.length, expected.length, message);
    for (const [i, element] of expected.entries()) equal(actual[i], element, message);
  },
};
