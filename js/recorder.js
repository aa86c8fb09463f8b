// The entry `granary/recorder`: records the calls that a program makes of its allocator as a trace, which `make
// demo`, the bench and other tools replay, and counts them by call site, for profilers.

import { callersFor } from "./call-sites.js";
import { Callers } from "./callers.js";
import { checkedOptions } from "./checks.js";
import { GranaryError, shown } from "./errors.js";
import { face, forgetBlocks } from "./face.js";
import { dhatOf, heapProfileOf, pathOf } from "./profiles.js";
import { ofEngine, recordedCalls } from "./recorded-calls.js";
import { Recording, usualLog2 } from "./recording.js";
import { unsigned } from "./width.js";

export { blobSink, fileSink } from "./sinks.js";

const profileFields = { live: "liveBytes", allocated: "totalBytes" };

export class Recorder {
  #recording;
  #memory;
  /** The recorder's own, where it was given stacks, or else those of the first heap. */
  #callers;

  constructor(sink, options) {
    if (typeof sink?.write !== "function") {
      throw new GranaryError(
        "ERR_TYPE",
        "Recorder: a sink with a function `write` is needed, as fileSink and blobSink make one, not " +
          shown(sink),
      );
    }
    const { stacks } = checkedOptions("Recorder", options, ["stacks"]);
    if (stacks !== undefined) this.#callers = callersFor("Recorder", stacks);
    this.#recording = new Recording(sink);
  }

  recordExports(exports, memory = exports?.memory) {
    const events = this.#events((caller, call, length) => caller || this.#callerOf(call, length));
    const calls = recordedCalls(exports, memory, events);
    if (memory !== undefined) this.#over("recordExports", memory);
    return { ...exports, ...calls };
  }

  recordHeaps(Base) {
    const own = Base?.[face];
    if (own === undefined || "arena" in Base.prototype) {
      throw new GranaryError(
        "ERR_TYPE",
        "recordHeaps: a class of heaps without arenas is needed, such as Heap or CheckedHeap: the end of " +
          `an arena's blocks is not a call that could be seen; not ${shown(Base)}`,
      );
    }
    const recording = this.#recording;
    // The heap finds the caller by itself.
    const events = this.#events((caller) => caller);
    const calls = (running) => {
      this.#over("recordHeaps", running.memory);
      running.callers = this.#callers ??= running.callers;
      return ofEngine(own.calls(running), events);
    };
    return class extends Base {
      static [face] = { ...own, calls };

      /** `reset` ends every block. */
      [forgetBlocks]() {
        super[forgetBlocks]();
        recording.allEnded();
      }
    };
  }

  get imports() {
    const recording = this.#recording;
    const callerOf = (call, length) => this.#callerOf(call, length);
    return {
      allocated: function allocated(address, given, alignment = 2 ** usualLog2) {
        const length = unsigned(given);
        const log2 = Math.log2(alignment);
        recording.begun(unsigned(address), length, log2, () => callerOf(allocated, length));
      },
      reallocated: (address, newAddress, newLength) =>
        recording.changed(unsigned(address), unsigned(newAddress), unsigned(newLength)),
      freed: (address) => recording.ended(unsigned(address)),
    };
  }

  finish() {
    return this.#recording.finish();
  }

  heapProfile(of = "live") {
    if (!Object.hasOwn(profileFields, of)) {
      throw new GranaryError(
        "ERR_OPTION",
        `heapProfile: a profile is of what is "live" or of what was "allocated", not ${shown(of)}`,
      );
    }
    return heapProfileOf(this.#statistics().sites, profileFields[of]);
  }

  dhat(command = "granary") {
    const { sites, ...times } = this.#statistics();
    return dhatOf(sites, { command: String(command), ...times });
  }

  /**
   * Returns what the calls of a module report to.
   *
   * @param {(caller: number, call: Function, length: number) => number} callerOf
   * @returns {import("./recorded-calls.js").Events}
   */
  #events(callerOf) {
    const recording = this.#recording;
    return {
      begun: (address, length, log2, caller, call) =>
        recording.begun(address, length, log2, () => callerOf(caller, call, length)),
      changed: (...change) => recording.changed(...change),
      ended: (address) => recording.ended(address),
    };
  }

  #statistics() {
    const { sites, ...times } = this.#recording.statistics();
    const callers = this.#callers ?? new Callers();
    return {
      sites: sites.map((site) => ({ ...site, path: pathOf(callers, site.caller) })),
      ...times,
    };
  }

  /** Returns the number of the call site from which a call was made. */
  #callerOf(call, length) {
    return this.#callers?.unnamedAt(call, length) ?? 0;
  }

  /** Throws when calls in another memory are recorded already: their addresses would be mistaken for one another. */
  #over(call, memory) {
    this.#memory ??= memory;
    if (memory === this.#memory) return;
    throw new GranaryError(
      "ERR_MEMORY",
      `${call}: this recorder records the calls in another memory; a recorder is for one memory`,
    );
  }
}
