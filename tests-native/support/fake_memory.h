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

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "runtime/page_source.h"

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
    if (mprotect(pointer(address), count.value << wasm_page_log2, PROT_READ | PROT_WRITE) != 0) {
      die("mprotect refuses pages that are reserved");
    }
    pages_ += count.value;
    return address;
  }

  // As memory.size: counted from the address 0, of which `begin` is a page like any other.
  static PageCount size() { return {(begin >> wasm_page_log2) + pages_}; }

 private:
  static void* pointer(Address address) { return reinterpret_cast<void*>(address); }

  // The first time nothing else may lie there; later it replaces what was used.
  static void map_nothing(ByteCount pages) {
    const int fixed = pages_ == 0 ? MAP_FIXED_NOREPLACE : MAP_FIXED;
    void* const at = mmap(pointer(begin), pages << wasm_page_log2, PROT_NONE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed, -1, 0);
    if (at != pointer(begin)) die("the address space of the fake memory cannot be reserved");
  }

  [[noreturn]] static void die(const char* what) {
    perror(what);
    exit(2);
  }

  static inline ByteCount pages_ = 0;
};

}  // namespace granary::test
