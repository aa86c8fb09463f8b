// The memory of a program whose C library hands out its memory by `sbrk`, as emscripten's does:
// whatever grows past it stays hidden from the library. Nothing is known of the memory's layout, so
// there is no slack, and the pages of the heap are those parts of what sbrk gave that are whole
// pages.
#pragma once

#include "runtime/page_source.h"
#include "runtime/wasm_memory.h"

// Returns the former end of the memory that was handed out, and moves that end by so many bytes; -1
// when it cannot be moved. This is weak because a program may have no C library.
extern "C" [[gnu::weak]] void* sbrk(intptr_t bytes);  // NOLINT(misc-use-internal-linkage)

namespace granary {

struct SbrkMemory {
  static Address grow(PageCount count) {
    // As the end moves, others may move it too: so two moves need not follow each other.
    const ByteCount bytes = count.value << wasm_page_log2;
    Address begin = moved_end(bytes);
    while (begin != refused) {
      const ByteCount missing = (0 - begin) & (wasm_page_size - 1);
      if (missing == 0) return begin;
      const Address next = moved_end(missing);
      if (next == refused) break;
      if (next == begin + bytes) return begin + missing;
      begin = moved_end(bytes);
    }
    return 0;
  }

  // The next pages begin here, unless others move the end before.
  static PageCount size() { return {(moved_end(0) + wasm_page_size - 1) >> wasm_page_log2}; }

  static Region slack() { return {0, 0}; }

 private:
  static constexpr Address refused = ~Address{0};

  // `bytes` are fewer than half of the address space, or else no memory has them.
  static Address moved_end(ByteCount bytes) {
    if (bytes > PTRDIFF_MAX) return refused;
    return reinterpret_cast<Address>(sbrk(static_cast<intptr_t>(bytes)));
  }
};

static_assert(PageSourceWithSlack<SbrkMemory>);

// The memory of a program that may have sbrk or not.
struct LinkedMemory {
  static Address grow(PageCount count) {
    return sbrk != nullptr ? SbrkMemory::grow(count) : WasmMemory::grow(count);
  }
  static PageCount size() { return sbrk != nullptr ? SbrkMemory::size() : WasmMemory::size(); }
  static Region slack() { return sbrk != nullptr ? SbrkMemory::slack() : WasmMemory::slack(); }
};

static_assert(PageSourceWithSlack<LinkedMemory>);

}  // namespace granary
