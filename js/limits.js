// The most pages that a memory can have. No runtime tells them, but each links a memory with a module that
// imports one only when the memory's maximum is at most the one that the module names.

/** A module that imports a memory of at most so many pages, as "" of "". */
const importing = (bits, shared, pages) =>
  Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    // The section of imports has 9 bytes: one import; two empty names; a memory; that it has a maximum, whether
    // threads share it, and its width; no page at least; the maximum in seven bits a byte.
    ...[2, 9, 1, 0, 0, 2, 1 + (shared ? 2 : 0) + (bits === 64 ? 4 : 0), 0],
    ...[0x80 | (pages & 0x7f), 0x80 | ((pages >> 7) & 0x7f), pages >> 14],
  );

/**
 * Throws the runtime's exception for a memory that has no maximum, or a larger one.
 *
 * @param {WebAssembly.Memory} memory
 * @param {import("./width.js").Width} width of the memory
 * @param {boolean} shared whether threads share it
 * @param {number} pages
 */
export function checkMaximum(memory, { bits }, shared, pages) {
  const module = new WebAssembly.Module(importing(bits, shared, pages));
  new WebAssembly.Instance(module, { "": { "": memory } });
}

/** Returns the maximum of a memory, or what any memory can have when it has no maximum. */
export function mostPagesOf(memory, width, shared) {
  let [least, most] = [0, width.mostPages];
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    try {
      checkMaximum(memory, width, shared, middle);
      most = middle;
    } catch {
      least = middle + 1;
    }
  }
  return most;
}
