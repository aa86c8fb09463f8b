// Alignments in their two forms, for every one that an address can have.
#include "alloc/common/alignment.h"

#include <gtest/gtest.h>

#include "tests-native/support/precondition.h"

namespace granary {
namespace {

using test::expect_trap;

TEST(Alignment, ALogarithmAndItsBytesAreTheSameAlignment) {
  ByteCount bytes = 1;
  for (unsigned log2 = 0; log2 < address_bits; ++log2) {
    EXPECT_EQ(Alignment::from_log2(log2).bytes(), bytes);
    EXPECT_EQ(Alignment::from_bytes(bytes).log2(), log2);
    bytes += bytes;
  }
}

// So that an engine can refuse it.
TEST(Alignment, ALogarithmThatNoAddressHasIsKept) {
  for (unsigned log2 = address_bits; log2 <= UINT8_MAX; ++log2) {
    EXPECT_EQ(Alignment::from_log2(log2).log2(), log2);
  }
}

TEST(Alignment, BytesThatAreNoPowerOfTwoAreNoAlignment) {
  for (const ByteCount bytes : {ByteCount{0}, ByteCount{3}, ByteCount{96}, ~ByteCount{0}}) {
    expect_trap([&] { return Alignment::from_bytes(bytes); });
  }
}

TEST(Alignment, AnAlignmentThatNoAddressHasHasNoBytes) {
  for (const unsigned log2 : {address_bits, address_bits + 1, 200U}) {
    expect_trap([&] { return Alignment::from_log2(log2).bytes(); });
  }
}

}  // namespace
}  // namespace granary
