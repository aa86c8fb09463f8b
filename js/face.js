// The members of the classes of heaps, arenas and blocks that only the package uses. Their names are symbols, so
// users of a class do not see them.
//
// A face says which module a class of heaps works over:
//   className   the name of the class, for sentences
//   module      the name of its modules: "-import" after it says that one imports its memory, and "64"
//               that its addresses have 64 bits
//   files       by file name, functions that return the URLs of those that are shipped
//   exports     the functions and globals that a module must have
//   calls       returns the four calls of a running module as the class makes them
//   whenBroken  what to do about an overwritten heap, for sentences
//   options     the function that reads the options of its heaps, where they are not those of a Heap
//   elsewhere   where else than in this heap a block may be live, for sentences; mostly nowhere

/** The face of a class. */
export const face = Symbol("face");

/** An allocator's engine (engine.js). */
export const engineOf = Symbol("engineOf");

/** An allocator's width (width.js); `heap.width` is its bits. */
export const widthOf = Symbol("widthOf");

/** An allocator's method that returns the live block of a pointer (live-blocks.js), or throws. */
export const liveBlock = Symbol("liveBlock");

/** An allocator's method that makes a block of a checked length, or throws. */
export const allocate = Symbol("allocate");

/** An allocator's method that returns whether a block, which it had once, is live. */
export const isLive = Symbol("isLive");

/** Whether an allocator has ended. */
export const hasEnded = Symbol("hasEnded");

/** An allocator's method that throws when it has ended. */
export const checkNotEnded = Symbol("checkNotEnded");

/** An allocator's method that returns a part of a sentence: how much memory it has, and can have. */
export const extentNow = Symbol("extentNow");

/** The method with which `using` ends an object. Runtimes that have no `using` have no such symbol. */
export const dispose = Symbol.dispose ?? Symbol("dispose");

/** An allocator's method that forgets its live blocks, which the module has forgotten. */
export const forgetBlocks = Symbol("forgetBlocks");

/** An allocator's method that forgets them for good: every later call says that it was destroyed. */
export const end = Symbol("end");

/** A heap's method that returns the engine whose calls are made with a `ctx`, the handle of an arena. */
export const engineFor = Symbol("engineFor");

/** A heap's method that calls the module and says what a trap means: `attempt` of engine.js. */
export const engineCall = Symbol("engineCall");

export const fourCalls = ["alloc", "resize", "remap", "free"];
