// Memories whose buffers are resizable, so that growth detaches no view. Where the runtime has no such
// buffers, the option means nothing: views are taken anew in any case.

/**
 * Modules that import a memory of a width, as "" of "", which must have a maximum of any size.
 *
 * @type {{32: Uint8Array, 64: Uint8Array}}
 */
const withMaximum = {
  32: importing(1, [0x80, 0x80, 4]), // 2^16 pages
  64: importing(5, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]), // 2^48 pages
};

function importing(flags, mostPages) {
  const bytes = [1, 0, 0, 2, flags, 0, ...mostPages];
  return Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 2, bytes.length, ...bytes);
}

/**
 * Throws the runtime's exception for a memory without a maximum, which cannot be made resizable. An
 * attempt to make it so would detach its buffer.
 *
 * @param {WebAssembly.Memory} memory
 * @param {import("./width.js").Width} width of the memory
 */
export function checkMaximum(memory, { bits }) {
  if (typeof memory.toResizableBuffer !== "function") return;
  new WebAssembly.Instance(new WebAssembly.Module(withMaximum[bits]), { "": { "": memory } });
}

/** @param {WebAssembly.Memory} memory */
export function makeResizable(memory) {
  if (typeof memory.toResizableBuffer === "function") memory.toResizableBuffer();
}
