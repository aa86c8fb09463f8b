// Memories whose buffers are resizable, so that growth detaches no view. Where the runtime has no such
// buffers, the option means nothing: views are taken anew in any case.

import { checkMaximum } from "./limits.js";

/**
 * Throws the runtime's exception for a memory without a maximum, which cannot be made resizable. An
 * attempt to make it so would detach its buffer.
 *
 * @param {WebAssembly.Memory} memory
 * @param {import("./width.js").Width} width of the memory
 */
export function checkResizable(memory, width) {
  if (typeof memory.toResizableBuffer !== "function") return;
  checkMaximum(memory, width, false, width.mostPages);
}

/** @param {WebAssembly.Memory} memory */
export function makeResizable(memory) {
  if (typeof memory.toResizableBuffer === "function") memory.toResizableBuffer();
}
