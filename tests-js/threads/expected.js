// What the facts of a run must be, wherever it runs.

import assert from "node:assert/strict";

const pageSize = 65536;

/** The bytes that a thread's lists hold at most. */
export const mostHeld = 64 * 1024;

/** Blocks of other sizes leave other ends of memory free that nothing fits in. */
const mostLeftOver = 1024;

const isWhole = ({ lost }) =>
  assert.ok(Math.abs(lost) <= mostLeftOver, `${lost} bytes are lost when everything is freed`);

const boundedPages = ({ pages }, most) => assert.ok(pages <= most, `${pages} pages`);

export const expected = {
  "private work": (facts) => {
    assert.equal(facts.steps, 120_000);
    isWhole(facts);
  },
  "producer and consumer": (facts) => {
    assert.deepEqual([facts.produced, facts.consumed], [30_000, 30_000]);
    // At most 500 blocks are on the way, of 1,300 bytes on average.
    boundedPages(facts, 60);
    isWhole(facts);
  },
  "blocks passed on": (facts) => {
    assert.equal(facts.replaced, 4 * 12 * 800);
    isWhole(facts);
  },
  "one allocates, others free": (facts) => {
    assert.equal(facts.consumed, 30_000);
    boundedPages(facts, 60);
    isWhole(facts);
  },
  "growth from several threads at once": (facts) => {
    assert.equal(facts.blocks, 180);
    assert.ok(facts.apart, "blocks overlap");
    assert.ok(facts.pagesOverBytes < 1.25, `${facts.pagesOverBytes} of what the blocks have`);
    isWhole(facts);
  },
  exhaustion: (facts) => {
    assert.equal(facts.pages, 24);
    assert.ok(facts.blocks > 10_000, `${facts.blocks} blocks`);
    isWhole(facts);
  },
  "a worker terminated between calls": (facts) => {
    assert.deepEqual([facts.consumed, facts.steps], [500, 20_000]);
    assert.ok(facts.lost > 0, "the worker had nothing on its lists");
    assert.ok(facts.lost <= mostHeld, `${facts.lost} bytes are lost`);
  },
  "sixteen threads that hold all they can": (facts) => {
    assert.ok(facts.held <= 16 * mostHeld, `${facts.held} bytes are held`);
    assert.ok(facts.held >= 16 * (mostHeld / 4), `only ${facts.held} bytes are held`);
    isWhole(facts);
  },
  "1,000 short threads, one after the other": (facts) => {
    assert.equal(facts.grown, 0);
    assert.ok(facts.grownWithoutFlush > 0, "flush is not what keeps the memory small");
  },
  "instances made at the same moment over a fresh memory": (facts) => {
    assert.ok(facts.same, "two states in one memory");
    assert.equal(facts.used, facts.spare, "a page of an instance that came second is lost");
    assert.ok(facts.kept, "the host's bytes have changed");
  },
  "instances over a memory in use": (facts) => {
    assert.ok(facts.same, "another state");
    assert.equal(facts.grown, 0);
    isWhole(facts);
  },
};
