// What follows from the state of a heap: where it ends, which role each span has, and how many of
// its slots live.
#include "alloc/granary/heap_state.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "alloc/granary/span_engine.h"
#include "tests-native/support/own_memory.h"
#include "tests-native/support/seeds.h"

namespace granary {
namespace {

using test::for_all_seeds;
using test::OwnMemory;
using test::Random;

using Engine = SpanEngine<OwnMemory::Pages, DefaultGrowth, Configuration{.walkable = true}>;

constexpr Alignment usual = Alignment::from_log2(4);

TEST(HeapState, AMemoryWithoutStateTakesNoBytesOfIt) {
  struct Nothing {
    Address grow(PageCount /*count*/) const { return 0; }
    PageCount size() const { return {0}; }
    Region slack() const { return {0, 0}; }
  };
  using Small = HeapState<Nothing, Configuration{}>;
  using Larger = HeapState<OwnMemory::Pages, Configuration{}>;
  EXPECT_EQ(sizeof(Small) + sizeof(OwnMemory::Pages), sizeof(Larger));
}

TEST(HeapState, AHeapEndsWithItsLatestRegionAndBeginsInThePageOfItsSlack) {
  OwnMemory memory(1000);
  Engine engine(memory.pages());
  EXPECT_EQ(engine.anatomy().wide_end(), 0U);
  const Address slack = memory.pages().slack().begin;
  EXPECT_EQ(engine.anatomy().first_page(), slack / wasm_page_size * wasm_page_size);
  for (unsigned growth = 1; growth < 10; ++growth) {
    memory.grow_as_stranger({growth});
    engine.alloc(growth * 50'000, usual);
    EXPECT_EQ(engine.anatomy().wide_end(), engine.anatomy().memory_end());
  }
}

TEST(HeapState, ASpanHasTheRoleThatItsQueueAndClassGiveItAndItsLiveSlotsAreThoseInUse) {
  for_all_seeds(10, [](Random& random) {
    OwnMemory memory;
    Engine engine(memory.pages());
    engine.alloc(600'000, usual);
    std::vector<Address> live;
    for (unsigned call = 0; call < 3000; ++call) {
      if (live.empty() || random.below(5) > 1) {
        live.push_back(engine.alloc(random.one_in(2) ? 200 : 1000, usual));
        continue;
      }
      std::swap(live[random.below(live.size())], live.back());
      engine.free_unsized(live.back());
      live.pop_back();
    }
    const auto& state = engine.anatomy();
    std::map<SpanOffset, unsigned> expected;
    for (const Address block : live) ++expected[SpanTable::offset_of(block)];
    unsigned of_role[4] = {};
    const SpanOffset end = state.table.first() + state.table.size();
    for (SpanOffset span = state.table.first(); span != end; span += sizeof(SpanRecord)) {
      const SpanRole role = state.role_of(span);
      ++of_role[static_cast<unsigned>(role)];
      if (role == SpanRole::absent) continue;
      ASSERT_EQ(state.live_slots(span), expected[span]);
      const SpanRecord& record = state.table.at(span);
      const SmallHeap::Class& of_class = state.small.of(record.state.size_class());
      EXPECT_EQ(role == SpanRole::current, of_class.current == span);
      EXPECT_EQ(role == SpanRole::listed, record.next != 0);
      if (role == SpanRole::full) EXPECT_EQ(expected[span], of_class.capacity);
    }
    for (const unsigned spans : of_role) EXPECT_NE(spans, 0U);
  });
}

}  // namespace
}  // namespace granary
