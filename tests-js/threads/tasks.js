// What a worker does in a run, by name. Each task gets what the main thread posted and the worker's state,
// which lasts from one task to the next, and answers with facts. It throws when a block is not as it was.

import { Random } from "../support/random.js";
import { Board } from "./board.js";
import { ThreadHeap, smallLengths } from "./thread-heap.js";

/** Small blocks mostly, as in programs; now and then a long one. */
const lengthOf = (random) => (random.oneIn(25) ? random.length(16) : random.length(10));

/** Bytes of the blocks of a thread differ from those of others, and from one block to the next. */
export function valuesOf(index) {
  let count = index * 31;
  return () => 1 + (count++ % 255);
}

/** A thread's own work: random calls of every kind on blocks that only it knows. */
export class Work {
  #live = [];

  constructor(heap, seed, index) {
    this.heap = heap;
    this.random = new Random(seed * 1000 + index);
    this.value = valuesOf(index);
  }

  /** @returns {number} how many allocs were refused */
  steps(count, mostLive = 150) {
    let refused = 0;
    for (let step = 0; step < count; step++) {
      const { random, heap } = this;
      const choice = random.below(10);
      if (this.#live.length === 0 || (choice < 5 && this.#live.length < mostLive)) {
        const block = heap.alloc(lengthOf(random), random.below(6), this.value());
        if (block === null) refused++;
        else this.#live.push(block);
      } else if (choice < 8) {
        heap.free(this.#takeAny());
      } else {
        heap.realloc(this.#live[random.below(this.#live.length)], lengthOf(random));
      }
    }
    return refused;
  }

  /** Frees all blocks, or so many. */
  freeSome(count = this.#live.length) {
    for (let i = 0; i < count && this.#live.length > 0; i++) this.heap.free(this.#takeAny());
  }

  /** Allocates blocks of one length until there is no memory. */
  fill(length) {
    for (let count = 0; ; count++) {
      const block = this.heap.alloc(length, 3, this.value());
      if (block === null) return count;
      this.#live.push(block);
    }
  }

  #takeAny() {
    const index = this.random.below(this.#live.length);
    const block = this.#live[index];
    this.#live[index] = this.#live[this.#live.length - 1];
    this.#live.pop();
    return block;
  }
}

/** Leaves the thread with lists as long as they get: blocks of every size, all freed. */
export function fillLists(heap) {
  const blocks = [];
  for (const length of smallLengths) {
    for (let bytes = 0; bytes < 8192; bytes += length) blocks.push(heap.place(length, 3, 1));
  }
  for (const block of blocks) heap.free(block);
}

const tasks = {
  open({ module, memory, board }, state) {
    state.heap = new ThreadHeap(module, memory, true);
    if (board !== undefined) state.board = new Board(board);
    return { vtable: state.heap.exports.vtable.value };
  },

  /** Private work. */
  work({ seed, index, steps }, { heap }) {
    const work = new Work(heap, seed, index);
    work.steps(steps);
    work.freeSome();
    heap.flush();
    return { steps };
  },

  /** Allocates blocks for others, who free them. */
  produce({ seed, index, count, most }, { heap, board }) {
    const random = new Random(seed * 1000 + index);
    const value = valuesOf(index);
    for (let i = 0; i < count; i++) {
      board.publish(heap.place(lengthOf(random), random.below(6), value()), most);
    }
    heap.flush();
    return { produced: count };
  },

  /** Frees what another allocated. */
  consume({ count }, { heap, board }) {
    let consumed = 0;
    for (let block; (block = board.claim(count)) !== null; consumed++) {
      heap.free(block);
      board.finish();
    }
    heap.flush();
    return { consumed };
  },

  /** Replaces blocks of a share of the board, and passes the share on to the next thread, in each round. */
  passOn({ seed, index, threads, rounds, share, steps }, { heap, board }) {
    const random = new Random(seed * 1000 + index);
    const value = valuesOf(index);
    let replaced = 0;
    for (let round = 0; round < rounds; round++) {
      const first = ((index + round) % threads) * share;
      for (let step = 0; step < steps; step++) {
        const at = first + random.below(share);
        const old = board.get(at);
        if (old !== null) heap.free(old);
        board.put(at, heap.place(lengthOf(random), random.below(6), value()));
        replaced++;
      }
      board.meet(threads);
    }
    const first = ((index + rounds) % threads) * share;
    for (let at = first; at < first + share; at++) {
      const block = board.get(at);
      if (block !== null) heap.free(block);
    }
    heap.flush();
    return { replaced };
  },

  /** Allocates blocks that make the memory grow, at the same moment as others. */
  grow({ seed, index, threads, count }, { heap, board }) {
    const random = new Random(seed * 1000 + index);
    const value = valuesOf(index);
    const blocks = [];
    for (let i = 0; i < count; i++) {
      board.meetAwake(threads);
      blocks.push(heap.place(30_000 + random.below(200_000), random.below(17), value()));
    }
    return { blocks };
  },

  /** Takes all memory together with others, gives half of it back, and again. */
  exhaust({ seed, index, threads, rounds }, { heap, board }) {
    const work = new Work(heap, seed, index);
    let blocks = 0;
    for (let round = 0; round < rounds; round++) {
      const taken = work.fill([200, 3000, 24, 40_000][(round + index) % 4]);
      blocks += taken;
      work.freeSome(taken >> 1);
      work.steps(500);
      board.meet(threads);
      if (round % 3 === 2) work.freeSome();
    }
    work.freeSome();
    heap.flush();
    return { blocks };
  },

  fillLists(_, { heap }) {
    fillLists(heap);
    return {};
  },

  /** Publishes blocks that outlive this thread, and keeps others on its lists. */
  leave({ count }, { heap, board }) {
    const value = valuesOf(1);
    for (let i = 0; i < count; i++) board.publish(heap.place(1 + i, 3, value()), count);
    fillLists(heap);
    return {};
  },

  flush(_, { heap }) {
    heap.flush();
    return {};
  },

  /**
   * In each round founds a heap at the same moment as another thread: the memory has none again, because
   * the first thread takes away the sign of it. Both then use the heap, and the first thread makes it grow
   * by a page, for which a page of the instance that came second should serve.
   */
  found({ module, memory, board: buffer, index, threads, rounds }) {
    const board = new Board(buffer);
    const pages = () => memory.buffer.byteLength / 65536;
    const facts = [];
    for (let round = 0; round < rounds; round++) {
      if (index === 0) new Uint8Array(memory.buffer).fill(0xa5, 8, 16);
      const before = pages();
      board.meetAwake(threads);
      const heap = new ThreadHeap(module, memory, true);
      board.meetAwake(threads);
      const instantiated = pages();
      const block = heap.place(100 + index, 3, index + 1);
      board.meetAwake(threads);
      heap.check(block);
      if (index === 0) heap.place(64_000, 3, 9);
      heap.free(block);
      board.meetAwake(threads);
      const { value: state } = heap.exports.vtable;
      facts.push({ state, before, instantiated, after: pages() });
    }
    return { facts };
  },

  /** Is many threads, one after the other: each is an instance, as a thread is to the heap. */
  shortThreads({ module, memory, seed, count, flushes }) {
    for (let thread = 0; thread < count; thread++) {
      const heap = new ThreadHeap(module, memory, true);
      // All of them do the same, so what they need is the same.
      const work = new Work(heap, seed, 1);
      work.steps(200, 40);
      work.freeSome();
      if (flushes) heap.flush();
    }
    return { threads: count };
  },
};

/**
 * Answers messages of the main thread.
 *
 * @param {(answer: object) => void} post
 */
export function worker(post) {
  const state = {};
  return ({ task, ...given }) => {
    try {
      post({ facts: tasks[task](given, state) });
    } catch (failure) {
      post({ failure: `${task}: ${failure?.stack ?? failure}` });
    }
  };
}
