// Another allocator in the place of an engine: malloc, aligned_alloc, realloc and free of whatever
// this program is linked with, and the sbrk that it gets its memory from. Only one heap an
// instance: nobody can make such an allocator forget.
#pragma once

#include "runtime/page_source.h"
#include "runtime/wasm_memory.h"
#include "tests-native/laws/blocks.h"

extern "C" {
void* malloc(size_t length);
void* aligned_alloc(size_t alignment, size_t length);
void* realloc(void* block, size_t length);
void free(void* block);
}

namespace granary::test {

// The end of the memory as the peer moves it.
class PeerMemory {
 public:
  // The peer has what it finds before the first call; from now on it may grow to so many pages.
  static void start(PageCount maximum) {
    initial_ = WasmMemory::size().value;
    maximum_ = maximum.value;
  }

  static PageCount grown() { return {WasmMemory::size().value - initial_}; }
  static void set_maximum(PageCount maximum) { maximum_ = maximum.value; }

  static Address grow(ByteCount bytes) {
    const ByteCount pages = (bytes + wasm_page_size - 1) >> wasm_page_log2;
    if (pages > maximum_ || grown().value > maximum_ - pages) return 0;
    return WasmMemory::grow({pages});
  }

 private:
  static inline ByteCount initial_ = 0;
  static inline ByteCount maximum_ = 0;
};

class PeerHeap {
 public:
  static constexpr bool is_peer = true;
  static constexpr bool is_checked = false;

  void start(ByteCount /*slack*/, PageCount maximum) { PeerMemory::start(maximum); }

  Block alloc(ByteCount length, Alignment alignment = usual_alignment) {
    const bool usual = alignment.log2() <= usual_alignment.log2();
    void* const block = usual ? ::malloc(length) : ::aligned_alloc(alignment.bytes(), length);
    return {reinterpret_cast<Address>(block), length, alignment};
  }

  void free(Block block) { ::free(reinterpret_cast<void*>(block.address)); }

  bool realloc(Block& block, ByteCount new_length) {
    void* const moved = ::realloc(reinterpret_cast<void*>(block.address), new_length);
    if (moved == nullptr) return false;
    block = {reinterpret_cast<Address>(moved), new_length, block.alignment};
    return true;
  }

  PageCount pages() const { return PeerMemory::grown(); }
  ByteCount grown_bytes() const { return pages().value << wasm_page_log2; }
  static ByteCount with_growth(ByteCount bytes) { return bytes; }

  void set_maximum(PageCount maximum) { PeerMemory::set_maximum(maximum); }
  void stop_growing() { set_maximum(pages()); }
};

}  // namespace granary::test
