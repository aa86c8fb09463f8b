// Address space for the memories of native tests: what is reserved becomes readable and writable
// part by part, and an access to the rest is a crash.
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "runtime/pages.h"

namespace granary::test {

[[noreturn]] inline void die(const char* what) {
  perror(what);
  exit(2);
}

// Reserves so many pages. MAP_FIXED replaces what lies there; otherwise nothing may.
inline void reserve(Address begin, PageCount pages, int how = MAP_FIXED_NOREPLACE) {
  void* const at = mmap(reinterpret_cast<void*>(begin), pages.value << wasm_page_log2, PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | how, -1, 0);
  if (at != reinterpret_cast<void*>(begin)) die("the address space of a memory cannot be reserved");
}

inline void unreserve(Address begin, PageCount pages) {
  munmap(reinterpret_cast<void*>(begin), pages.value << wasm_page_log2);
}

inline void set_access(Address begin, Address end, int access) {
  if (begin != end && mprotect(reinterpret_cast<void*>(begin), end - begin, access) != 0) {
    die("mprotect refuses pages that are reserved");
  }
}

inline void make_accessible(Address begin, Address end) {
  set_access(begin, end, PROT_READ | PROT_WRITE);
}

inline void make_inaccessible(Address begin, Address end) { set_access(begin, end, PROT_NONE); }

}  // namespace granary::test
