// A WebAssembly memory for native builds: address space that is reserved once, at a fixed place,
// and becomes readable and writable page by page as it grows. Whatever lies beyond is PROT_NONE, so
// an access outside the memory is a crash; what has grown is zero, as in WebAssembly.
//
//   | initial pages | grown ...            | PROT_NONE ...                               |
//   ^ begin                                ^ size()                                      ^ capacity
//
// `begin` is below 2^46, which is as far as the engine's 64-bit records reach
// (alloc/granary/span.h), above what AddressSanitizer takes for itself, and a multiple of no more
// than a page.
#pragma once

#include "runtime/page_source.h"
#include "tests-native/support/address_space.h"

namespace granary::test {

class FakeMemory {
 public:
  static constexpr Address begin = 0x2000'0003'0000;
  static constexpr PageCount capacity = {16384};

  // Forgets everything that was in the memory, of which nothing may be poisoned any more; `initial`
  // pages are there from now on.
  static void reset(PageCount initial) {
    map_nothing(pages_ == 0 ? capacity.value : pages_);
    pages_ = 0;
    if (grow(initial) == 0) die("the initial pages cannot be had");
  }

  static Address grow(PageCount count) {
    if (count.value > capacity.value - pages_) return 0;
    const Address address = begin + (pages_ << wasm_page_log2);
    make_accessible(address, address + (count.value << wasm_page_log2));
    pages_ += count.value;
    return address;
  }

  // As memory.size: counted from the address 0, of which `begin` is a page like any other.
  static PageCount size() { return {(begin >> wasm_page_log2) + pages_}; }

 private:
  // The first time nothing else may lie there; later it replaces what was used.
  static void map_nothing(ByteCount pages) {
    reserve(begin, {pages}, pages_ == 0 ? MAP_FIXED_NOREPLACE : MAP_FIXED);
  }

  static inline ByteCount pages_ = 0;
};

}  // namespace granary::test
