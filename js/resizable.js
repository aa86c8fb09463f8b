// Memories whose buffers are resizable, so that growth detaches no view. Where the runtime has no such
// buffers, the option means nothing: views are taken anew in any case.

/** A module that imports a memory, as "" of "", which must have a maximum of any size. */
const withMaximum = ({ bits, mostPages }) =>
  Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    // The section of imports has 9 bytes: one import; two empty names; a memory; its width; 0 to 2^16 or
    // 2^18 pages.
    ...[2, 9, 1, 0, 0, 2, bits === 64 ? 5 : 1, 0, 0x80, 0x80, mostPages >> 14],
  );

/**
 * Throws the runtime's exception for a memory without a maximum, which cannot be made resizable. An
 * attempt to make it so would detach its buffer.
 *
 * @param {WebAssembly.Memory} memory
 * @param {import("./width.js").Width} width of the memory
 */
export function checkMaximum(memory, width) {
  if (typeof memory.toResizableBuffer !== "function") return;
  new WebAssembly.Instance(new WebAssembly.Module(withMaximum(width)), { "": { "": memory } });
}

/** @param {WebAssembly.Memory} memory */
export function makeResizable(memory) {
  if (typeof memory.toResizableBuffer === "function") memory.toResizableBuffer();
}
