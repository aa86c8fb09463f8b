// Sums and products of lengths, over every pair of values near a power of two.
#include "runtime/integers.h"

#include <gtest/gtest.h>

#include <vector>

namespace granary {
namespace {

constexpr ByteCount largest = ~ByteCount{0};

std::vector<ByteCount> values_near_powers_of_two() {
  std::vector<ByteCount> values = {0};
  for (unsigned log2 = 0; log2 < address_bits; ++log2) {
    const ByteCount power = ByteCount{1} << log2;
    for (const ByteCount value : {power - 1, power, power + 1}) values.push_back(value);
  }
  values.push_back(largest);
  return values;
}

TEST(Integers, AnAddressIsAsWideAsAPointer) {
  EXPECT_EQ(sizeof(Address), sizeof(void*));
  EXPECT_EQ(address_bits, 8 * sizeof(void*));
}

TEST(Integers, ASumThatDoesNotFitIsTheLargestValue) {
  for (const ByteCount a : values_near_powers_of_two()) {
    for (const ByteCount b : values_near_powers_of_two()) {
      const bool fits = b <= largest - a;
      EXPECT_EQ(saturating_add(a, b), fits ? a + b : largest) << a << " and " << b;
    }
  }
}

TEST(Integers, AProductOverflowsWhenItDoesNotFit) {
  for (const ByteCount a : values_near_powers_of_two()) {
    for (const ByteCount b : values_near_powers_of_two()) {
      const bool fits = a == 0 || b <= largest / a;
      ByteCount product = 0;
      EXPECT_EQ(multiply_overflows(a, b, product), !fits) << a << " and " << b;
      if (fits) EXPECT_EQ(product, a * b) << a << " and " << b;
    }
  }
}

TEST(Integers, TheLargestProductThatFitsDoesNotOverflowAndTheNextOneDoes) {
  for (const ByteCount a : values_near_powers_of_two()) {
    if (a < 2) continue;
    const ByteCount most = largest / a;
    ByteCount product = 0;
    EXPECT_FALSE(multiply_overflows(a, most, product)) << a;
    EXPECT_EQ(product, a * most);
    EXPECT_TRUE(multiply_overflows(a, most + 1, product)) << a;
    EXPECT_TRUE(multiply_overflows(most + 1, a, product)) << a;
  }
}

}  // namespace
}  // namespace granary
