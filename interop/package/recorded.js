// What record.js answers with in every runtime.

import assert from "node:assert/strict";
import { readTrace } from "../../bench/trace.js";

export function assertRecorded({ recording, trace, live, leaks }) {
  const { operationCount, peakLiveBytes } = readTrace(Uint8Array.from(trace), "recorded.trace");
  assert.deepEqual([operationCount, peakLiveBytes], [202, 1500]);
  assert.equal(recording.operationCount, 202);
  const path = pathOfFirst(live);
  assert.deepEqual(path.slice(-2), ["main", "loadTexture"], path.join(" > "));
  const [total, first, innermost, next] = leaks.split("\n");
  assert.equal(total, "2 blocks of 1500 bytes are live");
  assert.match(first, /^ {2}1000 bytes in 1 block by loadTexture \(.*record\.js:7:\d+\)$/);
  assert.match(innermost, /^ {4}at loadTexture \(/);
  assert.match(next, /^ {4}at main \(/);
}

/** The functions of a profile's first sample, from the outermost to the one that allocated. */
function pathOfFirst({ head, samples: [{ nodeId }] }) {
  const find = (node, path) => {
    const here = [...path, node.callFrame.functionName];
    if (node.id === nodeId) return here;
    return node.children.map((child) => find(child, here)).find((found) => found !== undefined);
  };
  return find(head, []);
}
