// What a recorder knows of the blocks of a program: it writes the trace, and counts for each call site.
//
// A call is recorded when it has succeeded, as the module saw it, so that a replay makes the same calls in the same
// order. Recording never fails a call of the program: what the format has no words for is counted, and where the
// format or the sink comes to its end, so does the recording, and the program goes on.

import { HandleTable } from "./handle-table.js";
import { SiteStatistics } from "./site-statistics.js";
import { alignmentShift, handleLimit, Kind, operationLimit } from "./trace-layout.js";
import { largestAlignedSize, largestSize, TraceWriter } from "./trace-writer.js";

/** The alignment for which a trace has a kind of its own. */
export const usualLog2 = 4;

export class Recording {
  #sink;
  #writer;
  #blocks = new HandleTable();
  #sites = new SiteStatistics();
  #liveBytes = 0;
  #peakLiveBytes = 0;
  #isFinished = false;
  /** Why the recording came to an early end, as a sentence, and what the sink threw. */
  #stopped = null;
  #failure;
  #counts = { refused: 0, unknown: 0, unseen: 0, approximated: 0, leftOut: 0 };

  constructor(sink) {
    this.#sink = sink;
    this.#writer = new TraceWriter(sink);
  }

  /** A block has begun; the address 0 says that it was refused. `callerNow` returns the number of who called. */
  begun(address, length, log2, callerNow) {
    this.#record(() => this.#begun(address, length, log2, callerNow));
  }

  changed(address, newAddress, newLength) {
    this.#record(() => this.#changed(address, newAddress, newLength));
  }

  ended(address) {
    this.#record(() => {
      const handle = this.#known(address);
      if (handle >= 0) this.#end(handle);
    });
  }

  allEnded() {
    this.#record(() => {
      for (const handle of this.#blocks.handles()) this.#end(handle);
    });
  }

  finish() {
    if (!this.#isFinished) this.#finish();
    if (this.#failure !== undefined) throw this.#failure;
    return {
      operationCount: this.#now,
      handleCount: this.#blocks.count,
      peakLiveBytes: this.#peakLiveBytes,
      liveBlocks: this.#blocks.live,
      liveBytes: this.#liveBytes,
      stopped: this.#stopped,
      ...this.#counts,
    };
  }

  /** What was counted so far: of each site, and when the peak and the latest operation were. */
  statistics() {
    const sites = this.#sites.all();
    // Blocks that live have lived until now.
    for (const handle of this.#blocks.handles()) {
      sites[this.#blocks.sites[handle]].lifetimes += this.#now - this.#blocks.births[handle];
    }
    return { sites, peakTime: this.#sites.peakTime, endTime: this.#now };
  }

  get #now() {
    return this.#writer.operationCount;
  }

  #finish() {
    this.#isFinished = true;
    try {
      if (this.#failure === undefined) this.#writer.finish(this.#blocks.count, this.#peakLiveBytes);
      this.#sink.close?.();
    } catch (failure) {
      this.#failure ??= failure;
    }
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

  #begun(address, length, log2, callerNow) {
    if (address === 0) {
      this.#counts.refused += 1;
      return;
    }
    this.#endUnseen(address);
    const size = Math.max(length, 1);
    if (!this.#hasRoom(size, size) || !this.#hasHandle()) return;
    const fits = log2 === usualLog2 || size <= largestAlignedSize;
    if (!fits || size !== length) this.#counts.approximated += 1;
    const handle = this.#blocks.add(address, size);
    this.#blocks.births[handle] = this.#now;
    this.#blocks.sites[handle] = this.#sites.begun(callerNow(), size);
    if (log2 === usualLog2 || !fits) this.#writer.push(Kind.alloc, handle, size);
    else this.#writer.push(Kind.alignedAlloc, handle, log2 * 2 ** alignmentShift + size);
    this.#grow(size);
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
    this.#sites.changed(this.#blocks.sites[handle], growth);
    this.#writer.push(Kind.realloc, handle, size);
    this.#grow(growth);
  }

  #end(handle) {
    if (!this.#hasRoom(0, 0)) return;
    const size = this.#blocks.sizes[handle];
    this.#sites.ended(this.#blocks.sites[handle], size, this.#now - this.#blocks.births[handle]);
    this.#blocks.delete(handle);
    this.#writer.push(Kind.free, handle, 0);
    this.#grow(-size);
  }

  /** The live bytes have grown with the latest operation. */
  #grow(growth) {
    this.#liveBytes += growth;
    if (this.#liveBytes <= this.#peakLiveBytes) return;
    this.#peakLiveBytes = this.#liveBytes;
    this.#sites.peaked(this.#now);
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

  /** Returns whether the format has room for another operation with this size; else the recording stops. */
  #hasRoom(size, growth) {
    if (this.#stopped !== null) return false;
    if (this.#now === operationLimit - 1) {
      this.#stop(`a trace has at most ${operationLimit - 1} operations`);
    } else if (size > largestSize || this.#liveBytes + growth > largestSize) {
      this.#stop(`a trace has at most ${largestSize} live bytes`);
    }
    return this.#stopped === null;
  }

  /** Returns whether there is a handle for another block; else the recording stops. */
  #hasHandle() {
    const { live, count } = this.#blocks;
    if (live < count || count < handleLimit - 1) return true;
    this.#stop(`a trace has at most ${handleLimit - 1} live blocks`);
    return false;
  }
}
