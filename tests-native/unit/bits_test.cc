// Powers of two and logarithms, for every one that a word as wide as an address has. Here an
// address has 64 bits.
#include "runtime/bits.h"

#include <gtest/gtest.h>

#include "tests-native/support/precondition.h"

namespace granary {
namespace {

using test::expect_trap;

constexpr ByteCount largest = ~ByteCount{0};

TEST(Bits, PowersOfTwoDoubleFromOneOn) {
  ByteCount expected = 1;
  for (unsigned log2 = 0; log2 < address_bits; ++log2) {
    EXPECT_EQ(power_of_two(log2), expected);
    expected += expected;
  }
}

TEST(Bits, ExactlyThePowersOfTwoAreTakenForThem) {
  EXPECT_FALSE(is_power_of_two(0));
  EXPECT_FALSE(is_power_of_two(largest));
  for (unsigned high = 0; high < address_bits; ++high) {
    EXPECT_TRUE(is_power_of_two(power_of_two(high)));
    for (unsigned low = 0; low < high; ++low) {
      EXPECT_FALSE(is_power_of_two(power_of_two(high) + power_of_two(low)));
      EXPECT_EQ(is_power_of_two(power_of_two(high) - power_of_two(low)), low + 1 == high);
    }
  }
}

TEST(Bits, AMultipleOfAPowerOfTwoHasNoBitBelowIt) {
  for (unsigned log2 = 0; log2 < address_bits; ++log2) {
    EXPECT_TRUE(is_multiple_of_power_of_two(0, log2));
    for (unsigned bit = 0; bit < address_bits; ++bit) {
      EXPECT_EQ(is_multiple_of_power_of_two(power_of_two(bit), log2), bit >= log2);
      EXPECT_EQ(is_multiple_of_power_of_two(largest << bit, log2), bit >= log2);
    }
  }
}

TEST(Bits, CeilLog2OfAPowerOfTwoIsItsLogarithm) {
  for (unsigned log2 = 0; log2 < address_bits; ++log2) {
    EXPECT_EQ(ceil_log2(power_of_two(log2)), log2);
  }
}

TEST(Bits, CeilLog2OfWhatLiesAboveAPowerOfTwoIsTheNextOne) {
  for (unsigned log2 = 1; log2 < address_bits; ++log2) {
    const ByteCount power = power_of_two(log2);
    EXPECT_EQ(ceil_log2(power + 1), log2 + 1);
    EXPECT_EQ(ceil_log2(power + (power - 1)), log2 + 1);
  }
}

TEST(Bits, NoPowerOfTwoLiesAboveTheTopOfTheRange) {
  EXPECT_EQ(ceil_log2(largest), address_bits);
  EXPECT_EQ(ceil_log2(power_of_two(address_bits - 1) + 1), address_bits);
}

TEST(Bits, APowerOfTwoThatNoAddressHasIsNotAskedFor) {
  expect_trap([] { return power_of_two(address_bits); });
  expect_trap([] { return is_multiple_of_power_of_two(0, address_bits); });
}

TEST(Bits, NothingHasTheLogarithmOfZero) {
  expect_trap([] { return ceil_log2(0); });
}

}  // namespace
}  // namespace granary
