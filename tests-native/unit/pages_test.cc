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

TEST(Pages, ANumberOfPagesIsNotMistakenForBytes) {
  EXPECT_FALSE((std::is_convertible_v<PageCount, ByteCount>));
  EXPECT_FALSE((std::is_convertible_v<ByteCount, PageCount>));
}

}  // namespace
}  // namespace granary
