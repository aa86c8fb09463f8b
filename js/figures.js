// What heaps, arenas and blocks are when they are shown or copied: text and JSON give their figures, and
// structuredClone and postMessage throw, because they would make an empty object of one.

/** A symbol cannot be cloned, and runtimes quote the one that they met. */
const reason = Symbol(
  "it belongs to its thread; a SharedHeap is for many, and memories can be posted",
);

export class Figures {
  #name;

  /** An own property that everything else passes over: JSON and comparisons do. */
  uncloneable = reason;

  /** @param {string} name of the class, also where a minifier renames it */
  constructor(name) {
    this.#name = name;
  }

  // A class has `toJSON`, which returns the figures and never throws.

  toString() {
    const figures = Object.entries(this.toJSON()).map(([name, value]) => `${name}: ${value}`);
    return `${this.#name} { ${figures.join(", ")} }`;
  }

  /** console.log calls it in Node, bun and Deno. */
  [Symbol.for("nodejs.util.inspect.custom")]() {
    return this.toString();
  }
}
