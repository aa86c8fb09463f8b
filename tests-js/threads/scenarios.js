// Runs of many threads over one heap, by name. Each takes a stage and answers with facts, of which expected.js
// knows what they must be. The main thread allocates too, and is one that may not wait, as in a browser.

import { Board } from "./board.js";
import { Team } from "./team.js";
import { ThreadHeap } from "./thread-heap.js";
import { Work, fillLists } from "./tasks.js";

/**
 * @typedef {object} Stage
 * @property {WebAssembly.Module} module granary-threads.wasm
 * @property {WebAssembly.Module} mainModule the one for the main thread: the same, or one that traps where
 *   it would wait
 * @property {import("./team.js").Spawn} spawn
 * @property {number} seed
 */

const pageSize = 65536;

const memoryOf = (initial, maximum) => new WebAssembly.Memory({ initial, maximum, shared: true });

/** A heap, the main thread's part in it, and workers that have opened it. */
class Run {
  constructor(stage, { threads, maximumPages = 400, boardEntries = 0 }) {
    this.stage = stage;
    this.maximumPages = maximumPages;
    this.memory = memoryOf(1, maximumPages);
    this.heap = new ThreadHeap(stage.mainModule, this.memory, false);
    this.board = Board.buffer(boardEntries);
    this.team = new Team(stage.spawn, threads);
  }

  async open() {
    const { module } = this.stage;
    const { memory, board } = this;
    return this.team.run(() => ({ task: "open", module, memory, board }));
  }

  /** Has the workers do a task while the main thread allocates and frees as well. */
  async busy(taskOf, indices) {
    const { seed } = this.stage;
    let done = false;
    const answers = this.team
      .run((index) => ({ seed, ...taskOf(index) }), indices)
      .finally(() => (done = true));
    const work = new Work(this.heap, seed, 99);
    let slices = 0;
    while (!done) {
      work.steps(100);
      slices++;
      await turn();
    }
    work.freeSome();
    this.heap.flush();
    return { facts: await answers, slices };
  }

  /**
   * Returns how many bytes fewer the heap can give than a fresh one over a memory of the same size, once every
   * block of the run is freed and every list flushed.
   */
  lost() {
    const fresh = new ThreadHeap(this.stage.mainModule, memoryOf(1, this.maximumPages), false);
    return fresh.capacity() - this.heap.capacity();
  }
}

/** Lets messages arrive. */
function turn() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

async function runOf(stage, options, body) {
  const run = new Run(stage, options);
  try {
    await run.open();
    return await body(run);
  } finally {
    await run.team.end();
  }
}

const sum = (facts, name) => facts.reduce((all, fact) => all + fact[name], 0);

/** Whether blocks share no byte, and lie inside the memory. */
function areApart(blocks, end) {
  blocks.sort((a, b) => a.address - b.address);
  return blocks.every(
    ({ address, length }, i) => address + length <= (blocks[i + 1]?.address ?? end),
  );
}

export const scenarios = {
  "private work": (stage) =>
    runOf(stage, { threads: 3 }, async (run) => {
      const { facts } = await run.busy(() => ({ task: "work", steps: 40_000 }));
      return { steps: sum(facts, "steps"), lost: run.lost() };
    }),

  "producer and consumer": (stage) =>
    runOf(stage, { threads: 2, boardEntries: 30_000 }, async (run) => {
      const count = 30_000;
      const tasks = [
        { task: "produce", count, most: 500 },
        { task: "consume", count },
      ];
      const { facts } = await run.busy((index) => tasks[index]);
      const [{ produced }, { consumed }] = facts;
      return { produced, consumed, pages: run.heap.pages, lost: run.lost() };
    }),

  "blocks passed on": (stage) =>
    runOf(stage, { threads: 4, boardEntries: 4 * 200 }, async (run) => {
      const share = { rounds: 12, share: 200, steps: 800 };
      const { facts } = await run.busy(() => ({ task: "passOn", ...share }));
      return { replaced: sum(facts, "replaced"), lost: run.lost() };
    }),

  "one allocates, others free": (stage) =>
    runOf(stage, { threads: 4, boardEntries: 30_000 }, async (run) => {
      const count = 30_000;
      const { facts } = await run.busy((index) =>
        index === 0 ? { task: "produce", count, most: 500 } : { task: "consume", count },
      );
      const consumed = sum(facts.slice(1), "consumed");
      return { consumed, pages: run.heap.pages, lost: run.lost() };
    }),

  "growth from several threads at once": (stage) =>
    runOf(stage, { threads: 3, maximumPages: 600 }, async (run) => {
      const { facts } = await run.busy(() => ({ task: "grow", count: 60 }));
      const blocks = facts.flatMap(({ blocks }) => blocks);
      const apart = areApart(blocks.slice(), run.memory.buffer.byteLength);
      const bytes = blocks.reduce((all, { length }) => all + length, 0);
      const { pages } = run.heap;
      // Any thread may end them.
      for (const block of blocks) run.heap.free(block);
      run.heap.flush();
      await run.team.run(() => ({ task: "flush" }));
      const pagesOverBytes = (pages * pageSize) / bytes;
      return { blocks: blocks.length, apart, pagesOverBytes, lost: run.lost() };
    }),

  exhaustion: (stage) =>
    runOf(stage, { threads: 3, maximumPages: 24 }, async (run) => {
      const { facts } = await run.busy(() => ({ task: "exhaust", rounds: 9 }));
      return { blocks: sum(facts, "blocks"), pages: run.heap.pages, lost: run.lost() };
    }),

  "a worker terminated between calls": (stage) =>
    runOf(stage, { threads: 3, maximumPages: 100, boardEntries: 500 }, async (run) => {
      const count = 500;
      await run.team.run(() => ({ task: "leave", count }), [0]);
      await run.team.terminate(0);
      const { facts } = await run.busy(
        (index) => (index === 1 ? { task: "consume", count } : { task: "work", steps: 20_000 }),
        [1, 2],
      );
      await run.team.run(() => ({ task: "flush" }), [1, 2]);
      return { consumed: facts[0].consumed, steps: facts[1].steps, lost: run.lost() };
    }),

  "sixteen threads that hold all they can": (stage) =>
    runOf(stage, { threads: 16, maximumPages: 400 }, async (run) => {
      await run.team.run(() => ({ task: "fillLists" }));
      const held = run.lost();
      await run.team.run(() => ({ task: "flush" }));
      return { held, lost: run.lost(), threads: run.team.count };
    }),

  "1,000 short threads, one after the other": (stage) =>
    runOf(stage, { threads: 1 }, async (run) => {
      const { module, seed } = stage;
      const { memory } = run;
      const grownBy = async (count, flushes) => {
        const before = run.heap.pages;
        await run.team.run(() => ({ task: "shortThreads", module, memory, seed, count, flushes }));
        return run.heap.pages - before;
      };
      await grownBy(1, true);
      const grown = await grownBy(1000, true);
      return { grown, grownWithoutFlush: await grownBy(50, false) };
    }),

  "instances made at the same moment over a fresh memory": async (stage) => {
    const rounds = 300;
    const memory = memoryOf(2, 4 * rounds + 2);
    const host = new Uint8Array(memory.buffer).fill(0xa5);
    const team = new Team(stage.spawn, 2);
    try {
      const { module } = stage;
      const given = { task: "found", module, memory, board: Board.buffer(0), rounds };
      const [first, second] = (await team.run(() => given)).map(({ facts }) => facts);
      const same = first.every(({ state }, i) => state === second[i].state);
      // Where both grew a page, and the state lies in the lower one, the upper one is spare.
      const raced = first.filter(({ before, instantiated }) => instantiated === before + 2);
      const spare = raced.filter(({ state, before }) => state < (before + 1) * pageSize);
      const used = spare.filter(({ instantiated, after }) => after === instantiated);
      const kept = host.every((byte, at) => byte === 0xa5 || (at >= 8 && at < 16));
      return { same, raced: raced.length, spare: spare.length, used: used.length, kept };
    } finally {
      await team.end();
    }
  },

  "instances over a memory in use": (stage) =>
    runOf(stage, { threads: 2 }, async (run) => {
      const { module } = stage;
      const { memory, heap, board } = run;
      const blocks = Array.from({ length: 500 }, (_, i) =>
        heap.place(1 + i * 7, i % 8, 1 + (i % 255)),
      );
      fillLists(heap);
      const before = heap.pages;
      const { value } = heap.exports.vtable;
      const facts = await run.team.run(() => ({ task: "open", module, memory, board }));
      const same = facts.every(({ vtable }) => vtable === value);
      const grown = heap.pages - before;
      await run.busy(() => ({ task: "work", steps: 5000 }));
      for (const block of blocks) heap.free(block);
      heap.flush();
      return { same, grown, lost: run.lost() };
    }),
};
