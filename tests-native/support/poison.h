// Bytes that nobody may touch for a while. AddressSanitizer ends the program at the first access to
// them; without it, and in WebAssembly, these calls do nothing. Of a long stretch only the
// beginning and the end are poisoned: marking it all would take most of a run's time.
#pragma once

#include "runtime/integers.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GRANARY_POISONS 1
#include <sanitizer/asan_interface.h>
#endif
#endif

namespace granary::test {

#if defined(GRANARY_POISONS)

inline constexpr ByteCount poisoned_edge = ByteCount{1} << 14;

inline void poison(Address address, ByteCount length) {
  const ByteCount edge = length < 2 * poisoned_edge ? length : poisoned_edge;
  __asan_poison_memory_region(reinterpret_cast<const void*>(address), edge);
  __asan_poison_memory_region(reinterpret_cast<const void*>(address + length - edge), edge);
}

// The same stretch as was poisoned.
inline void unpoison(Address address, ByteCount length) {
  const ByteCount edge = length < 2 * poisoned_edge ? length : poisoned_edge;
  __asan_unpoison_memory_region(reinterpret_cast<const void*>(address), edge);
  __asan_unpoison_memory_region(reinterpret_cast<const void*>(address + length - edge), edge);
}

#else

inline void poison(Address /*address*/, ByteCount /*length*/) {}
inline void unpoison(Address /*address*/, ByteCount /*length*/) {}

#endif

}  // namespace granary::test
