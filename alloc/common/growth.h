// The growth policy says by how much the memory grows when it must. A growth costs the same for one
// page as for a thousand, up to a millisecond in some runtimes, so a large heap grows by a share of
// itself. A small heap grows by exactly what it needs, so that it stays small. When the larger
// growth is refused, the engine asks for the exact need.
#pragma once

#include "runtime/expect.h"
#include "runtime/page_source.h"

namespace granary {

struct GrowthPolicy {
  // While the heap has grown by fewer wasm pages than this, it grows by exactly the need.
  PageCount share_from;
  // From then on it grows by at least 1/2^share_log2 of what it has grown by.
  ByteCount share_log2;

  constexpr PageCount pages_to_grow(PageCount need, PageCount grown) const {
    expect(share_log2 < address_bits);
    const ByteCount share = grown.value < share_from.value ? 0 : grown.value >> share_log2;
    return {share > need.value ? share : need.value};
  }
};

inline constexpr GrowthPolicy default_growth = {.share_from = {64}, .share_log2 = 5};

// A type that tells an engine its growth policy.
template <class T>
concept GrowthSource = requires { requires __is_same(decltype(T::policy()), GrowthPolicy); };

struct DefaultGrowth {
  static constexpr GrowthPolicy policy() { return default_growth; }
};

}  // namespace granary
