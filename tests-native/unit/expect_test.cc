// Preconditions as a test build has them.
#include "runtime/expect.h"

#include <gtest/gtest.h>

#include "tests-native/support/precondition.h"

namespace granary {
namespace {

using test::expect_trap;

TEST(Expect, ATestBuildChecksWhatIsExpected) { EXPECT_TRUE(expectations_are_checked); }

TEST(Expect, AConditionThatHoldsLetsTheCallGoOn) {
  unsigned reached = 0;
  expect(reached == 0);
  ++reached;
  EXPECT_EQ(reached, 1U);
}

TEST(Expect, AConditionThatDoesNotHoldEndsTheProgram) {
  expect_trap([] { expect(false); });
}

// What is worked out at compile time is expected there.
constexpr unsigned half(unsigned value) {
  expect(value % 2 == 0);
  return value / 2;
}
static_assert(half(8) == 4, "a condition that holds is no obstacle to a constant");

}  // namespace
}  // namespace granary
