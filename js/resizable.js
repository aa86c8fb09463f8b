// Memories whose buffers are resizable, so that growth detaches no view. Where the runtime has no such
// buffers, the option means nothing: views are taken anew in any case.

/** A module that imports a memory, as "" of "", which must have a maximum of any size. */
const withMaximum = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  // The section of imports has 9 bytes: one import; two empty names; a memory; 0 to 65536 pages.
  ...[2, 9, 1, 0, 0, 2, 1, 0, 0x80, 0x80, 4],
);

/**
 * Throws the runtime's exception for a memory without a maximum, which cannot be made resizable. An
 * attempt to make it so would detach its buffer.
 *
 * @param {WebAssembly.Memory} memory
 */
export function checkMaximum(memory) {
  if (typeof memory.toResizableBuffer !== "function") return;
  new WebAssembly.Instance(new WebAssembly.Module(withMaximum), { "": { "": memory } });
}

/** @param {WebAssembly.Memory} memory */
export function makeResizable(memory) {
  if (typeof memory.toResizableBuffer === "function") memory.toResizableBuffer();
}
