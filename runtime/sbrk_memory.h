// The memory of a program whose C library hands out its memory by `sbrk`, as emscripten's does:
// whatever grows past it stays hidden from the library. Nothing is known of the memory's layout, so
// there is no slack, and the pages of the heap are those parts of what sbrk gave that are whole
// pages.
#pragma once

#include "runtime/page_source.h"

namespace granary {

// `move` returns the former end of the memory that was handed out, and moves that end up by so many
// bytes; it returns all ones when the end cannot be moved. Others may move it at any time.
template <class T>
concept MovableEnd = requires { requires __is_same(decltype(T::move(intptr_t{})), Address); };

template <MovableEnd End>
struct SbrkMemory {
  static Address grow(PageCount count) {
    // More is no object's size, and its bytes might not fit into a word.
    if (count.value >= static_cast<ByteCount>(PTRDIFF_MAX) >> wasm_page_log2) return 0;
    const ByteCount bytes = count.value << wasm_page_log2;
    ByteCount padding = up_to_page(End::move(0));
    for (;;) {
      // The pages and what is missing to their beginning are one move, so a refusal moves nothing.
      const Address begin = End::move(static_cast<intptr_t>(padding + bytes));
      if (begin == refused) return 0;
      const ByteCount missing = up_to_page(begin);
      if (missing <= padding) return begin + missing;
      // Others moved the end in between. What was got is lost, and so much is enough wherever it
      // begins.
      padding = wasm_page_size;
    }
  }

  // The next pages begin here, unless others move the end before.
  static PageCount size() {
    const Address end = End::move(0);
    return {(end + up_to_page(end)) >> wasm_page_log2};
  }

  static Region slack() { return {0, 0}; }

 private:
  static constexpr Address refused = ~Address{0};

  // How many bytes lie between the address and the first page that begins there or above.
  static ByteCount up_to_page(Address address) { return (0 - address) & (wasm_page_size - 1); }
};

}  // namespace granary
