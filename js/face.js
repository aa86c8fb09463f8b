// What the classes of heaps tell the package and nobody else: symbols, so that they are no part of what
// a user sees of a class.
//
// A face says over which module a class works:
//   className   for sentences
//   like        the name of the module that is shipped for it, for sentences
//   module      the address of the module that is shipped for it
//   importing   that of the one that imports its memory; undefined where none is shipped
//   exports     the functions and globals that a module must have
//   calls       from a running module to the four calls as the class makes them
//   whenBroken  what to do about an overwritten heap, for sentences

/** Of a class: its face. */
export const face = Symbol("face");

/** Of a heap: forgets its live blocks, which the module has forgotten. */
export const forgetBlocks = Symbol("forgetBlocks");

/** Of a heap: makes calls of the module, with what a trap means: `attempt` of engine.js. */
export const engineCall = Symbol("engineCall");

export const fourCalls = ["alloc", "resize", "remap", "free"];
