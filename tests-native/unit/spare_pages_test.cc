// The spare pages: what was left is taken, each page once, and as zero as it was. Threads that
// leave pages at the same time lose none.
#include "alloc/threads/spare_pages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

#include "runtime/pages.h"
#include "tests-native/support/low_memory.h"
#include "tests-native/support/native_sync.h"

namespace granary {
namespace {

using test::LowMemory;
using test::NativeSync;

bool is_zero(Address page) {
  const auto* const bytes = reinterpret_cast<const uint8_t*>(page);
  return std::all_of(bytes, bytes + wasm_page_size, [](uint8_t byte) { return byte == 0; });
}

TEST(SparePages, NothingIsTakenWhereNothingWasLeft) {
  SparePages<NativeSync> spares;
  EXPECT_EQ(spares.take(0), 0U);
  LowMemory memory;
  spares.leave(memory.grow({1}));
  EXPECT_NE(spares.take(0), 0U);
  EXPECT_EQ(spares.take(0), 0U);
}

TEST(SparePages, EachPageIsTakenOnceAndAllOfItIsZero) {
  LowMemory memory;
  SparePages<NativeSync> spares;
  std::set<Address> left;
  for (unsigned page = 0; page < 5; ++page) {
    const Address address = memory.grow({1});
    spares.leave(address);
    left.insert(address);
  }
  while (!left.empty()) {
    const Address page = spares.take(0);
    ASSERT_EQ(left.erase(page), 1U);
    EXPECT_TRUE(is_zero(page));
  }
  EXPECT_EQ(spares.take(0), 0U);
}

TEST(SparePages, APageThatDoesNotLieAboveStays) {
  LowMemory memory;
  SparePages<NativeSync> spares;
  const Address page = memory.grow({1});
  spares.leave(page);
  EXPECT_EQ(spares.take(page), 0U);
  EXPECT_EQ(spares.take(page + wasm_page_size), 0U);
  EXPECT_EQ(spares.take(page - wasm_page_size), page);
}

TEST(SparePages, PagesThatAreLeftByManyWhileOneTakesAreAllTakenOnce) {
  LowMemory memory;
  SparePages<NativeSync> spares;
  constexpr unsigned leaving = 3;
  constexpr unsigned each = 200;
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < leaving; ++thread) {
    threads.emplace_back([&] {
      for (unsigned page = 0; page < each; ++page) spares.leave(memory.grow({1}));
    });
  }
  std::set<Address> taken;
  while (taken.size() < leaving * each) {
    const Address page = spares.take(0);
    if (page == 0) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(*reinterpret_cast<uint32_t*>(page), 0U);
    ASSERT_TRUE(taken.insert(page).second) << "a page was taken twice";
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(spares.take(0), 0U);
}

}  // namespace
}  // namespace granary
