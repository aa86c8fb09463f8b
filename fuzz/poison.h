// Bytes that nobody may touch for a while. AddressSanitizer ends the program at the first access to
// them; without it, and in WebAssembly, these calls do nothing.
#pragma once

#include "runtime/integers.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GRANARY_FUZZ_POISONS 1
#include <sanitizer/asan_interface.h>
#endif
#endif

namespace granary::fuzz {

#if defined(GRANARY_FUZZ_POISONS)

inline void poison(Address address, ByteCount length) {
  __asan_poison_memory_region(reinterpret_cast<const void*>(address), length);
}

inline void unpoison(Address address, ByteCount length) {
  __asan_unpoison_memory_region(reinterpret_cast<const void*>(address), length);
}

#else

inline void poison(Address /*address*/, ByteCount /*length*/) {}
inline void unpoison(Address /*address*/, ByteCount /*length*/) {}

#endif

}  // namespace granary::fuzz
