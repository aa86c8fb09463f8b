// The units of a memory that grows by pages.
#include "runtime/pages.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace granary {
namespace {

TEST(Pages, APageHas64KiB) {
  EXPECT_EQ(wasm_page_size, 64U * 1024);
  EXPECT_EQ(wasm_page_size >> wasm_page_log2, 1U);
}

TEST(Pages, ThePagesForSoManyBytesHoldThemAndOneFewerDoNot) {
  for (ByteCount bytes = 1; bytes < 5 * wasm_page_size; bytes += 1021) {
    const ByteCount pages = pages_for(bytes).value;
    EXPECT_GE(pages * wasm_page_size, bytes);
    EXPECT_LT((pages - 1) * wasm_page_size, bytes);
  }
  EXPECT_EQ(pages_for(wasm_page_size).value, 1U);
  EXPECT_EQ(pages_for(wasm_page_size + 1).value, 2U);
}

TEST(Pages, ANumberOfPagesIsNotMistakenForBytes) {
  EXPECT_FALSE((std::is_convertible_v<PageCount, ByteCount>));
  EXPECT_FALSE((std::is_convertible_v<ByteCount, PageCount>));
}

}  // namespace
}  // namespace granary
