// Random unit tests: the same seeds in every run, or the one that SEED names; a failure says which.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

#include "tests-native/support/command_line.h"
#include "tests-native/support/random.h"

namespace granary::test {

template <class Action>
void for_all_seeds(uint64_t count, Action action) {
  uint64_t first = 1;
  if (const char* const named = getenv("SEED"); named != nullptr) {
    ASSERT_TRUE(read_number(named, first)) << "SEED is a number, not " << named;
    count = 1;
  }
  for (uint64_t seed = first; seed != first + count; ++seed) {
    SCOPED_TRACE("SEED=" + std::to_string(seed));
    Random random(seed);
    action(random);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace granary::test
