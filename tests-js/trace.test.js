// The trace reader: what it returns for a sound trace, and that it refuses every wrong file in one line,
// which names the file, the byte and what is wrong there.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { readTrace } from "../bench/trace.js";
import { TraceError } from "../bench/trace-format.js";
import {
  alloc,
  allocAligned,
  buildStream,
  buildTrace,
  free,
  realloc,
} from "./support/trace-builder.js";

const sound = [alloc(0, 100), allocAligned(1, 12, 60), realloc(0, 40), free(1), alloc(1, 50)];
const headerBytes = 32;
const longestStream = 48_000_032;

const operationOffset = (index) => headerBytes + 8 * index;

function assertRefused(bytes, offset, fault, file = "some.trace.gz") {
  assert.throws(
    () => readTrace(bytes, file),
    (error) => {
      assert.ok(error instanceof TraceError, error.stack);
      assert.equal(error.file, file);
      assert.equal(error.offset, offset, error.message);
      assert.match(error.fault, fault);
      assert.match(error.message, /^[^\n]+: byte \d+: [^\n]+; [^\n]+$/);
      assert.ok(error.message.includes(`byte ${offset}: ${error.fault}; `), error.message);
      return true;
    },
  );
}

test("a sound trace gives its counts, its peak and its operations", () => {
  const trace = readTrace(buildTrace(sound), "traces/some.trace.gz");
  assert.equal(trace.name, "some");
  assert.equal(trace.operationCount, 5);
  assert.equal(trace.handleCount, 2);
  assert.equal(trace.peakLiveBytes, 160);
  assert.deepEqual(
    [...trace.words],
    sound.flat().map((word) => word >>> 0),
  );
});

test("a sound trace that is not compressed reads the same", () => {
  const packed = readTrace(buildTrace(sound), "some.trace");
  assert.deepEqual(readTrace(buildStream(sound), "some.trace"), packed);
});

test("the words of a trace do not change with the bytes they were read from", () => {
  const stream = buildStream(sound);
  const trace = readTrace(stream, "some.trace");
  stream.fill(0xff);
  assert.deepEqual(
    [...trace.words],
    sound.flat().map((word) => word >>> 0),
  );
});

test("a trace that begins at an odd offset of a buffer is read", () => {
  const stream = buildStream(sound);
  const shifted = new Uint8Array(stream.length + 1).subarray(1);
  shifted.set(stream);
  assert.equal(readTrace(shifted, "some.trace").operationCount, 5);
});

test("the peak counts what a realloc adds and no more than 32 bits of a size", () => {
  const operations = [alloc(0, 10), realloc(0, 0xfffffff0), free(0)];
  assert.equal(readTrace(buildTrace(operations), "some").peakLiveBytes, 0xfffffff0);
});

test("a file that is neither gzip nor a trace is refused at its first byte", () => {
  assertRefused(Buffer.from("PK\u0003\u0004 and more"), 0, /neither gzip nor a trace/);
});

test("an empty file is refused at its first byte", () => {
  assertRefused(Buffer.alloc(0), 0, /neither gzip nor a trace/);
});

test("a gzip file that is cut short is refused at its end", () => {
  const bytes = buildTrace(sound);
  for (const length of [2, 12, bytes.length - 9, bytes.length - 1]) {
    assertRefused(bytes.subarray(0, length), length, /cut short/);
  }
});

test("a gzip file with a wrong checksum is refused at the checksum", () => {
  const bytes = buildTrace(sound);
  const checksumEnd = bytes.length - 5;
  bytes[checksumEnd] ^= 1;
  assertRefused(bytes, checksumEnd, /damaged \(incorrect data check\)/);
});

test("gzip data of an unknown method is refused at the end of its fixed header", () => {
  const bytes = buildTrace(sound);
  bytes[2] = 7;
  assertRefused(bytes, 3, /damaged \(unknown compression method\)/);
});

test("a deflate block of an unknown type is refused at the byte that names it", () => {
  const bytes = buildTrace(sound);
  bytes[10] |= 0b110;
  assertRefused(bytes, 10, /damaged \(invalid block type\)/);
});

test("bytes after the gzip data are refused where they begin", () => {
  const bytes = buildTrace(sound);
  const padded = Buffer.concat([bytes, Buffer.alloc(3)]);
  assertRefused(padded, bytes.length, /3 trailing bytes after the gzip data/);
});

test("gzip data that inflates past the longest trace is refused at that length", () => {
  const stream = Buffer.alloc(longestStream + 1);
  assertRefused(gzipSync(stream), longestStream, /inflates to more/);
});

test("a stream that ends within the header is refused at its end", () => {
  const stream = buildStream(sound);
  assertRefused(gzipSync(stream.subarray(0, 31)), 31, /header is truncated/);
  assertRefused(gzipSync(Buffer.alloc(0)), 0, /header is truncated/);
  assertRefused(stream.subarray(0, 4), 4, /header is truncated/);
});

test("a stream with fewer words than operations is refused at its end", () => {
  const stream = buildStream(sound);
  for (const length of [headerBytes, operationOffset(4) + 4, operationOffset(5) - 1]) {
    assertRefused(gzipSync(stream.subarray(0, length)), length, /operations are truncated/);
  }
});

test("bytes after the last operation are refused where they begin", () => {
  const stream = Buffer.concat([buildStream(sound), Buffer.alloc(1)]);
  assertRefused(gzipSync(stream), operationOffset(5), /1 trailing bytes/);
});

test("a foreign magic is refused at byte 0", () => {
  assertRefused(buildTrace(sound, { magic: 0x4d545243 }), 0, /foreign magic 0x4d545243/);
});

test("an unsupported version is refused at the version", () => {
  assertRefused(buildTrace(sound, { version: 2 }), 4, /unsupported version 2/);
  assertRefused(buildTrace(sound, { version: 0 }), 4, /unsupported version 0/);
});

test("a count of operations at the limit is refused before anything else is read", () => {
  assertRefused(buildTrace(sound, { operationCount: 6_000_000 }), 8, /6000000 operations/);
  assertRefused(buildTrace(sound, { operationCount: 5_999_999 }), 72, /truncated/);
});

test("a trace without operations is refused at the count of operations", () => {
  assertRefused(buildTrace([]), 8, /0 operations/);
});

test("a count of handles at the limit is refused at that count", () => {
  assertRefused(buildTrace(sound, { handleCount: 2_000_000 }), 12, /2000000 handles/);
  assert.equal(
    readTrace(buildTrace(sound, { handleCount: 1_999_999 }), "a").handleCount,
    1_999_999,
  );
});

test("a trace without handles is refused at the count of handles", () => {
  assertRefused(buildTrace(sound, { handleCount: 0 }), 12, /0 handles/);
});

test("a reserved word that is not zero is refused at that word", () => {
  assertRefused(buildTrace(sound, { reserved: [1, 0, 0] }), 20, /reserved word is 1/);
  assertRefused(buildTrace(sound, { reserved: [0, 2, 0] }), 24, /reserved word is 2/);
  assertRefused(buildTrace(sound, { reserved: [0, 0, 3] }), 28, /reserved word is 3/);
});

test("a header whose peak is not what the operations give is refused at the peak", () => {
  assertRefused(buildTrace(sound, { peakLiveBytes: 161 }), 16, /161 peak live bytes/);
  assertRefused(buildTrace(sound, { peakLiveBytes: 159 }), 16, /159 peak live bytes/);
});

const faultyOperations = [
  ["allocates for a handle with a block", alloc(0, 1), /alloc for handle 0, which has a block/],
  ["allocates aligned for such a handle", allocAligned(0, 4, 1), /handle 0, which has a block/],
  ["frees a handle without a block", free(1), /free of handle 1, which has no block/],
  ["reallocates a handle without a block", realloc(1, 8), /realloc of handle 1, which has no/],
  ["names a handle as large as the count of handles", alloc(2, 8), /handle 2 is not less than/],
  ["names the highest handle that a word can hold", free(0x3fffffff), /handle 1073741823 is not/],
  ["allocates size 0", alloc(1, 0), /size 0/],
  ["allocates aligned size 0", allocAligned(1, 4, 0), /size 0/],
  ["reallocates to size 0", realloc(0, 0), /size 0/],
  ["frees with an argument", free(0, 9), /free with argument 9/],
];

for (const [title, operation, fault] of faultyOperations) {
  test(`a trace that ${title} is refused with the offset of that operation`, () => {
    const operations = [alloc(0, 100), alloc(1, 10), free(1), operation, alloc(1, 5)];
    assertRefused(buildTrace(operations, { handleCount: 2 }), operationOffset(3), fault);
  });
}

test("a trace may have the largest alignment that the format holds, and use a freed handle again", () => {
  const operations = [alloc(0, 1), free(0), allocAligned(0, 31, 1)];
  assert.equal(readTrace(buildTrace(operations), "some").operationCount, 3);
});

test("the first of several faults is the one that is reported", () => {
  assertRefused(buildTrace([alloc(0, 1), free(0), free(0), alloc(0, 0)]), 48, /free of handle 0/);
});

test("a file name with a line break is printed in one line", () => {
  const file = "two\nlines\u001b[31m.trace.gz";
  assertRefused(buildTrace([free(0)]), operationOffset(0), /which has no block/, file);
  assert.throws(() => readTrace(buildTrace([free(0)]), file), /two\\u000alines\\u001b\[31m/);
});
