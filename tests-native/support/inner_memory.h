// A memory inside that of a WebAssembly module, under the names of fake_memory.h: unlike the
// module's own it can be emptied, so that one instance can try law after law. Its pages are taken
// the first time that one is asked for; an engine that has them no longer touches them.
#pragma once

#include "runtime/page_source.h"
#include "runtime/wasm_memory.h"

namespace granary::test {

class InnerMemory {
 public:
  static constexpr PageCount capacity = {4096};
  static inline Address begin = 0;

  static void reset(PageCount initial) {
    if (begin == 0) {
      begin = WasmMemory::grow(capacity);
      if (begin == 0) __builtin_trap();
    }
    __builtin_memset(reinterpret_cast<void*>(begin), 0, pages_ << wasm_page_log2);
    pages_ = initial.value;
  }

  static Address grow(PageCount count) {
    if (count.value > capacity.value - pages_) return 0;
    const Address address = begin + (pages_ << wasm_page_log2);
    pages_ += count.value;
    return address;
  }

  // As memory.size: counted from the address 0.
  static PageCount size() { return {(begin >> wasm_page_log2) + pages_}; }

 private:
  static inline ByteCount pages_ = 0;
};

}  // namespace granary::test
