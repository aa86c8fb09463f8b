// Sums of lengths, over every pair of values near a power of two.
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

}  // namespace
}  // namespace granary
