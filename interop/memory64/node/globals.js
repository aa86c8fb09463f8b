// What the kits use of Node's globals, for a page. SEED in the page's address is that of the environment.

globalThis.process = { env: Object.fromEntries(new URLSearchParams(location.search)) };

globalThis.Buffer = class extends Uint8Array {
  static alloc(length, value) {
    return new Buffer(length).fill(value);
  }

  static from(arrayBuffer) {
    return new Buffer(arrayBuffer);
  }

  /** Says only whether the parts differ. */
  compare(other, otherBegin, otherEnd, begin, end) {
    for (let i = begin; i < end; i++) {
      if (this[i] !== other[otherBegin + i - begin]) return 1;
    }
    return 0;
  }
};
