// A precondition is a condition that a function relies on and its callers must keep. In a product
// it takes no byte (linker/sizes.json would show it); in a test build the program traps at the
// first one that does not hold. Test builds say -DGRANARY_EXPECTS, and this is the only header that
// reads it.
#pragma once

namespace granary {

#if defined(GRANARY_EXPECTS)
inline constexpr bool expectations_are_checked = true;
#else
inline constexpr bool expectations_are_checked = false;
#endif

// `condition` must have no effects, because a product does not compute it.
[[gnu::always_inline]] constexpr void expect(bool condition) {
  if constexpr (expectations_are_checked) {
    if (!condition) __builtin_trap();
  }
}

}  // namespace granary
