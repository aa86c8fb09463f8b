// Alignments in their two forms, for every one that an address can have.
#include "alloc/common/alignment.h"

#include <gtest/gtest.h>

namespace granary {
namespace {

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

}  // namespace
}  // namespace granary
