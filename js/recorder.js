// The entry `granary/recorder`: records the calls that a program makes of its allocator as a trace, which `make
// demo`, the bench and other tools replay.
//
// A call is recorded when it has succeeded, as the module saw it, so that a replay makes the same calls in the same
// order. Recording never fails a call of the program: what the format has no words for is counted, and where the
// format or the sink comes to its end, so does the recording, and the program goes on.

import { GranaryError, shown } from "./errors.js";
import { face, forgetBlocks } from "./face.js";
import { HandleTable } from "./handle-table.js";
import { ofEngine, recordedCalls } from "./recorded-calls.js";
import {
  handleLimit,
  Kind,
  largestAlignedSize,
  largestSize,
  operationLimit,
  TraceWriter,
} from "./trace-writer.js";
import { unsigned } from "./width.js";

export { blobSink, fileSink } from "./sinks.js";

/** The alignment for which a trace has a kind of its own. */
const usualLog2 = 4;

export class Recorder {
  #sink;
  #writer;
  #blocks = new HandleTable();
  #memory;
  #liveBytes = 0;
  #peakLiveBytes = 0;
  #isFinished = false;
  /** Why the recording came to an early end, as a sentence, and what the sink threw. */
  #stopped = null;
  #failure;
  #counts = { refused: 0, unknown: 0, unseen: 0, approximated: 0, leftOut: 0 };
  #events = {
    begun: (address, length, log2) => this.#record(() => this.#begun(address, length, log2)),
    changed: (...change) => this.#record(() => this.#changed(...change)),
    ended: (address) => this.#record(() => this.#ended(address)),
  };

  constructor(sink) {
    if (typeof sink?.write !== "function") {
      throw new GranaryError(
        "ERR_TYPE",
        "Recorder: a sink with a function `write` is needed, as fileSink and blobSink make one, not " +
          shown(sink),
      );
    }
    this.#sink = sink;
    this.#writer = new TraceWriter(sink);
  }

  recordExports(exports) {
    const calls = recordedCalls(exports, exports?.memory, this.#events);
    this.#over("recordExports", exports.memory);
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
    const over = (memory) => this.#over("recordHeaps", memory);
    const events = this.#events;
    const calls = (running) => {
      over(running.memory);
      return ofEngine(own.calls(running), events);
    };
    const endAll = () => this.#record(() => this.#endAll());
    return class extends Base {
      static [face] = { ...own, calls };

      /** `reset` ends every block. */
      [forgetBlocks]() {
        super[forgetBlocks]();
        endAll();
      }
    };
  }

  get imports() {
    const { begun, changed, ended } = this.#events;
    return {
      allocated: (address, length, alignment = 2 ** usualLog2) =>
        begun(unsigned(address), unsigned(length), Math.log2(alignment)),
      reallocated: (address, newAddress, newLength) =>
        changed(unsigned(address), unsigned(newAddress), unsigned(newLength)),
      freed: (address) => ended(unsigned(address)),
    };
  }

  finish() {
    if (!this.#isFinished) {
      this.#isFinished = true;
      this.#finish();
    }
    if (this.#failure !== undefined) throw this.#failure;
    return {
      operationCount: this.#writer.operationCount,
      handleCount: this.#blocks.count,
      peakLiveBytes: this.#peakLiveBytes,
      liveBlocks: this.#blocks.live,
      liveBytes: this.#liveBytes,
      stopped: this.#stopped,
      ...this.#counts,
    };
  }

  #finish() {
    try {
      if (this.#failure === undefined) this.#writer.finish(this.#blocks.count, this.#peakLiveBytes);
      this.#sink.close?.();
    } catch (failure) {
      this.#failure ??= failure;
    }
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

  #record(event) {
    if (this.#isFinished) return;
    if (this.#stopped !== null) {
      this.#counts.leftOut += 1;
      return;
    }
    try {
      event();
    } catch (failure) {
      this.#failure = failure;
      this.#stop("the sink threw");
    }
  }

  #stop(sentence) {
    this.#stopped = sentence;
    this.#counts.leftOut += 1;
  }

  #begun(address, length, log2) {
    if (address === 0) {
      this.#counts.refused += 1;
      return;
    }
    this.#endUnseen(address);
    const size = Math.max(length, 1);
    if (!this.#hasRoom(size)) return;
    if (this.#blocks.live === this.#blocks.count && this.#blocks.count === handleLimit - 1) {
      this.#stop(`a trace has at most ${handleLimit - 1} live blocks`);
      return;
    }
    const fits = log2 === usualLog2 || size <= largestAlignedSize;
    if (!fits || size !== length) this.#counts.approximated += 1;
    const handle = this.#blocks.add(address, size);
    this.#live(size);
    if (log2 === usualLog2 || !fits) this.#writer.push(Kind.alloc, handle, size);
    else this.#writer.push(Kind.alignedAlloc, handle, log2 * 2 ** 27 + size);
  }

  #changed(address, newAddress, newLength) {
    const handle = this.#known(address);
    if (handle < 0) return;
    if (newAddress !== address) this.#endUnseen(newAddress);
    const size = Math.max(newLength, 1);
    const growth = size - this.#blocks.sizes[handle];
    if (!this.#hasRoom(size, growth)) return;
    if (newAddress !== address) this.#blocks.move(handle, newAddress);
    this.#blocks.sizes[handle] = size;
    this.#live(growth);
    this.#writer.push(Kind.realloc, handle, size);
  }

  #ended(address) {
    const handle = this.#known(address);
    if (handle >= 0) this.#end(handle);
  }

  #end(handle) {
    if (!this.#hasRoom(0)) return;
    this.#live(-this.#blocks.sizes[handle]);
    this.#blocks.delete(handle);
    this.#writer.push(Kind.free, handle, 0);
  }

  #endAll() {
    for (const handle of this.#blocks.handles()) this.#end(handle);
  }

  /** Returns the handle of a block; -1, and counts it: it began before the recording, or was never seen. */
  #known(address) {
    const handle = this.#blocks.find(address);
    if (handle < 0) this.#counts.unknown += 1;
    return handle;
  }

  /** Ends the block that lay where another one begins now: it was freed by a call that was not seen. */
  #endUnseen(address) {
    const handle = this.#blocks.find(address);
    if (handle < 0) return;
    this.#counts.unseen += 1;
    this.#end(handle);
  }

  /** Returns whether the format has room for another operation of this size; else the recording stops. */
  #hasRoom(size, growth = size) {
    if (this.#stopped !== null) return false;
    if (this.#writer.operationCount === operationLimit - 1) {
      this.#stop(`a trace has at most ${operationLimit - 1} operations`);
    } else if (size > largestSize || this.#liveBytes + growth > largestSize) {
      this.#stop(`a trace has at most ${largestSize} live bytes`);
    }
    return this.#stopped === null;
  }

  #live(growth) {
    this.#liveBytes += growth;
    this.#peakLiveBytes = Math.max(this.#peakLiveBytes, this.#liveBytes);
  }
}
