// The workers of one run, as the main thread sees them. The first failure of any ends the run, because
// the others may wait for that worker.

/**
 * A worker of the runtime.
 *
 * @typedef {object} Spawned
 * @property {(message: object) => void} post
 * @property {() => unknown} terminate
 *
 * @typedef {(onAnswer: (answer: object) => void, onError: (error: unknown) => void) => Spawned} Spawn
 */

export class Team {
  #workers;
  #failed;
  #fail;

  /**
   * @param {Spawn} spawn
   * @param {number} count
   */
  constructor(spawn, count) {
    this.#failed = new Promise((_, reject) => (this.#fail = reject));
    // A run that ends well never looks at it.
    this.#failed.catch(() => {});
    this.#workers = Array.from({ length: count }, () => this.#spawned(spawn));
  }

  get count() {
    return this.#workers.length;
  }

  /**
   * Gives every worker a task, or those with these numbers.
   *
   * @param {(index: number) => object} taskOf
   * @param {number[]} [indices]
   * @returns {Promise<object[]>} their facts
   */
  run(taskOf, indices = this.#workers.map((_, index) => index)) {
    const answers = indices.map((index) => {
      const member = this.#workers[index];
      return new Promise((resolve) => {
        member.answer = resolve;
        member.worker.post({ index, threads: this.count, ...taskOf(index) });
      });
    });
    return Promise.race([Promise.all(answers), this.#failed]);
  }

  async terminate(index) {
    await this.#workers[index].worker.terminate();
  }

  async end() {
    await Promise.all(this.#workers.map(({ worker }) => worker.terminate()));
  }

  #spawned(spawn) {
    const member = { answer: undefined, worker: undefined };
    member.worker = spawn(
      ({ facts, failure }) => {
        if (failure === undefined) member.answer(facts);
        else this.#fail(new Error(failure));
      },
      (error) =>
        this.#fail(new Error(`a worker failed: ${error?.stack ?? error?.message ?? error}`)),
    );
    return member;
  }
}
