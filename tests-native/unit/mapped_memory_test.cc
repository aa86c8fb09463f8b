// The memory with a class map: every page has its bytes before it is handed out, also the slack and
// pages above a stranger's; spare pages are used; what is refused loses nothing.
#include "alloc/threads/mapped_memory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include "tests-native/support/low_memory.h"
#include "tests-native/support/native_sync.h"

namespace granary {
namespace {

using test::LowMemory;
using test::NativeSync;

using Mapped = MappedMemory<LowMemory::Pages, NativeSync>;

constexpr ByteCount pages_of_16_mib = 256;
// As many as the map has room for without a page for its own bytes.
constexpr ByteCount without_leaf = 4 * pages_of_16_mib;

std::unique_ptr<Mapped> mapped(LowMemory& memory) {
  auto mapped = std::make_unique<Mapped>(memory.pages());
  mapped->start();
  return mapped;
}

// Every 16 KiB from `begin` on has a byte of its own, which nobody else writes.
void expect_covered(const Mapped& mapped, Address begin, ByteCount pages) {
  for (ByteCount span = 0; span < pages << (wasm_page_log2 - span_log2); ++span) {
    ASSERT_EQ(mapped.map().at(begin + span * span_size), ClassMap::no_slots);
    mapped.map().set(begin + span * span_size, 1 + span % size_class_count);
  }
  for (ByteCount span = 0; span < pages << (wasm_page_log2 - span_log2); ++span) {
    ASSERT_EQ(mapped.map().at(begin + span * span_size), 1 + span % size_class_count);
    mapped.map().set(begin + span * span_size, ClassMap::no_slots);
  }
}

TEST(MappedMemory, EveryPageThatItGrowsHasBytesInTheMap) {
  LowMemory memory(0, {3000});
  const auto pages = mapped(memory);
  for (ByteCount count = 1; memory.grown_pages() < 2500; count = count * 3 % 211 + 1) {
    const Address begin = pages->grow({count});
    ASSERT_NE(begin, 0U);
    expect_covered(*pages, begin, count);
  }
}

TEST(MappedMemory, TheSlackHasBytesInTheMap) {
  LowMemory memory(40'000'000, {10});
  const auto pages = mapped(memory);
  const Region slack = pages->slack();
  EXPECT_EQ(slack.end - slack.begin, 40'000'000U);
  expect_covered(*pages, slack.begin, (slack.end - slack.begin) >> wasm_page_log2);
}

TEST(MappedMemory, ASlackThatIsTooLargeForTheMapGivesItsLastPageForItWhateverWasThere) {
  LowMemory memory(150'000'000, {0});
  const Region all = memory.pages().slack();
  std::memset(reinterpret_cast<void*>(all.end - 200'000), 255, 200'000);
  const auto pages = mapped(memory);
  const Region slack = pages->slack();
  EXPECT_EQ(slack.begin, all.begin);
  EXPECT_EQ(slack.end, all.end - wasm_page_size);
  expect_covered(*pages, slack.begin, (slack.end - slack.begin) >> wasm_page_log2);
  pages->start();
  EXPECT_EQ(pages->slack().end, slack.end) << "starting again does nothing";
}

TEST(MappedMemory, PagesAboveManyOfAStrangerHaveBytesInTheMap) {
  LowMemory memory(1000, {3000});
  const auto pages = mapped(memory);
  memory.grow({2000});
  const Address begin = pages->grow({5});
  ASSERT_NE(begin, 0U);
  expect_covered(*pages, begin, 5);
}

TEST(MappedMemory, PagesThatLieTooFarUpBecauseAStrangerWasFasterAreNotHandedOut) {
  // Between the question how large the memory is and the growth, a stranger grows it.
  struct Disturbed : LowMemory::Pages {
    Address grow(PageCount count) const {
      memory->grow({without_leaf + 1});
      return memory->grow(count);
    }
  };
  LowMemory memory(1000, {3000});
  const auto pages =
      std::make_unique<MappedMemory<Disturbed, NativeSync>>(Disturbed{memory.pages()});
  pages->start();
  EXPECT_EQ(pages->grow({1}), 0U);
  EXPECT_NE(pages->grow({1}), 0U) << "the next one has pages for the map";
}

TEST(MappedMemory, WithoutAPageForTheMapNothingIsGrownAndWhatIsThereStays) {
  LowMemory memory(0, {without_leaf - pages_of_16_mib});
  const auto pages = mapped(memory);
  const Address begin = pages->grow(PageCount{memory.pages_left()});
  ASSERT_NE(begin, 0U);
  pages->map().set(begin, 3);
  memory.allow({0});
  EXPECT_EQ(pages->grow({pages_of_16_mib}), 0U);
  EXPECT_EQ(pages->map().at(begin), 3U);
  memory.allow({pages_of_16_mib + 10});
  const ByteCount before = memory.grown_pages();
  EXPECT_NE(pages->grow({pages_of_16_mib}), 0U);
  EXPECT_EQ(memory.grown_pages(), before + pages_of_16_mib + 1) << "with one for the map";
  EXPECT_EQ(pages->map().at(begin), 3U);
}

TEST(MappedMemory, AGrowthByOnePageTakesASparePageAndALargerOneDoesNot) {
  LowMemory memory;
  const auto pages = mapped(memory);
  const Address spare = memory.grow({1});
  pages->leave_spare(spare);
  const Address two = pages->grow({2});
  EXPECT_NE(two, spare);
  LowMemory other(1000);
  const auto others = mapped(other);
  const Address first = other.grow({1});
  const Address second = other.grow({1});
  others->leave_spare(second);
  others->leave_spare(first);
  EXPECT_EQ(others->grow({1}), first);
  EXPECT_EQ(others->grow({1}), second);
  EXPECT_EQ(other.grown_pages(), 2U);
  EXPECT_EQ(others->grow({1}), second + wasm_page_size);
  expect_covered(*others, first, 3);
}

TEST(MappedMemory, ARefusedGrowthTakesNoPageForTheMap) {
  LowMemory memory(0, {16});
  const auto pages = mapped(memory);
  ASSERT_NE(pages->grow({1}), 0U);
  EXPECT_EQ(pages->grow({50'000}), 0U);
  EXPECT_EQ(memory.pages_left(), 15U);
  EXPECT_NE(pages->grow({15}), 0U);
}

TEST(MappedMemory, WhatItReturnsLiesAboveAllThatItReturnedBefore) {
  // An engine relies on it: its table and its regions only ever go up.
  LowMemory memory;
  const auto pages = mapped(memory);
  const Address spare = memory.grow({1});
  Address latest = pages->grow({3});
  pages->leave_spare(spare);
  for (unsigned growth = 0; growth < 4; ++growth) {
    const Address begin = pages->grow({1});
    EXPECT_GT(begin, latest);
    latest = begin;
  }
}

}  // namespace
}  // namespace granary
