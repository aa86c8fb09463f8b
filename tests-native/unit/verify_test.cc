// Verify over a heap that has every kind of word: it is whole, and each rule is the one that is
// named when somebody has overwritten a word that it is about.
#include "alloc/inspection/verify.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <vector>

#include "tests-native/support/own_heap.h"
#include "tests-native/support/random_calls.h"
#include "tests-native/support/seeds.h"

namespace granary {
namespace {

using test::for_all_seeds;
using test::OwnHeap;
using test::Random;
using test::RandomCalls;

constexpr ByteCount page = wasm_page_size;
constexpr Alignment usual = Alignment::from_log2(4);
constexpr ByteCount word = sizeof(Address);
constexpr SizeClass listed_class = SizeClass{size_class_count - 1};
constexpr SizeClass unused_class = SizeClass{0};

Address& word_at(Address address) { return *reinterpret_cast<Address*>(address); }

// A stray pointer asks nobody.
template <class Object>
Address address_of(const Object& object) {
  return reinterpret_cast<Address>(&object);
}

// Large blocks, free ones of several bins, two of one bin; a gap; of one class a current span, a
// full one and two listed ones.
class Damaged {
 public:
  Damaged() {
    for (const unsigned length : {4000U, 3000U, 5000U, 3000U, 5000U, 2600U, 9000U, 2600U}) {
      blocks.push_back(heap.engine.alloc(length, usual));
    }
    heap.memory.grow_as_stranger({1});
    while (heap.state().small.of(listed_class).spans < 4) {
      slots.push_back(heap.engine.alloc(2048, usual));
    }
    std::erase_if(slots, [&](Address slot) { return !heap.state().table.owns(slot); });
    for (const unsigned index : {0U, 2U, 4U, 6U}) heap.engine.free_unsized(blocks[index]);
    // Two slots of each of the first two spans.
    for (const unsigned index : {0U, 1U, 7U, 8U}) heap.engine.free_unsized(slots[index]);
    // Nothing as large lies free.
    heap.memory.pages_left = 0;
    heap.engine.alloc(50 * page, usual);
  }

  Rule verify() const { return granary::verify(heap.state()); }

  // What `wrong` in the place of a word makes verify say; the word is put back.
  Rule verify_with(Address place, Address wrong) {
    const Address right = word_at(place);
    word_at(place) = wrong;
    const Rule rule = verify();
    word_at(place) = right;
    return rule;
  }

  const auto& state() const { return heap.state(); }

  // --- where words lie that nobody else may write ---

  // The only word of the large heap, but for its bins, with this value.
  Address place_in_large(Address value) const {
    const Address begin = address_of(state().large.bins()) + sizeof(Bins);
    Address found = 0;
    for (Address place = begin; place < address_of(state().large) + sizeof state().large;
         place += word) {
      if (word_at(place) != value) continue;
      EXPECT_EQ(found, 0U) << "the value is in two words";
      found = place;
    }
    EXPECT_NE(found, 0U);
    return found;
  }

  SmallHeap::Class& of(SizeClass size_class) {
    return const_cast<SmallHeap::Class&>(state().small.of(size_class));
  }
  Address place_of_waiting(SizeClass size_class) {
    return address_of(of(SizeClass{0})) - (size_class_count - index_of(size_class)) * word;
  }
  SpanRecord& record_of(Address address) { return state().table.at(SpanTable::offset_of(address)); }
  Address place_of_state(Address span) { return address_of(record_of(span).state); }
  Address first_free_block() const { return blocks[0]; }

  OwnHeap<> heap;
  std::vector<Address> blocks;
  std::vector<Address> slots;
};

// Bits of a span's state: its count and its class.
constexpr Address one_more = Address{1} << 52;
constexpr Address no_class = Address{63} << 46;

TEST(Verify, TheHeapThatIsDamagedHereIsWholeAndHasEveryKindOfWord) {
  const Damaged damaged;
  EXPECT_EQ(damaged.verify(), GRANARY_NO_RULE);
  const auto& state = damaged.state();
  EXPECT_EQ(state.role_of(SpanTable::offset_of(damaged.slots[0])), SpanRole::listed);
  EXPECT_EQ(state.role_of(SpanTable::offset_of(damaged.slots[7])), SpanRole::listed);
  EXPECT_EQ(state.role_of(SpanTable::offset_of(damaged.slots[14])), SpanRole::full);
  EXPECT_EQ(state.role_of(SpanTable::offset_of(damaged.slots[21])), SpanRole::current);
  EXPECT_NE(state.small.waiting(listed_class), 0U);
  EXPECT_FALSE(state.small.has_spans(unused_class));
  EXPECT_TRUE(state.large.denies(state.large.first(), 60 * page));
}

// Rule by rule, a word that breaks it and no other one before it.
void expect_named(Rule rule, const std::function<Rule(Damaged&)>& damage) {
  Damaged damaged;
  EXPECT_EQ(damage(damaged), rule);
}

TEST(Verify, ExtentsAreNamed) {
  expect_named(GRANARY_RULE_EXTENTS, [](Damaged& heap) {
    const auto& large = heap.state().large;
    return heap.verify_with(heap.place_in_large(large.top()), large.limit() + TaggedBlock::unit);
  });
  expect_named(GRANARY_RULE_EXTENTS, [](Damaged& heap) {
    const auto& large = heap.state().large;
    return heap.verify_with(heap.place_in_large(large.first()), large.first() + TaggedBlock::unit);
  });
}

TEST(Verify, TheTableIsNamedForEachOfItsWords) {
  Damaged heap;
  const SpanTable& table = heap.state().table;
  for (ByteCount offset = 0; offset < sizeof table; offset += word) {
    const Address place = address_of(table) + offset;
    for (unsigned bit = 0; bit < 32; ++bit) {
      const Rule rule = heap.verify_with(place, word_at(place) ^ (Address{1} << bit));
      EXPECT_TRUE(rule == GRANARY_RULE_TABLE || rule == GRANARY_RULE_EXTENTS)
          << "word " << offset / word << ", bit " << bit << ": rule " << rule;
    }
  }
}

TEST(Verify, TheLadderIsNamedForEveryClassOfALength) {
  Damaged heap;
  for (Address place = address_of(heap.state().small); place < heap.place_of_waiting(SizeClass{0});
       place += word) {
    for (unsigned bit = 0; bit < address_bits; ++bit) {
      EXPECT_EQ(heap.verify_with(place, word_at(place) ^ (Address{1} << bit)), GRANARY_RULE_LADDER);
    }
  }
}

TEST(Verify, TheLadderIsNamedForTheSlotsOfAClass) {
  Damaged heap;
  heap.of(listed_class).capacity += 1;
  EXPECT_EQ(heap.verify(), GRANARY_RULE_LADDER);
}

TEST(Verify, GrownPagesAreNamed) {
  Damaged heap;
  const Address place = address_of(heap.state().grown);
  EXPECT_EQ(heap.verify_with(place, word_at(place) + 1), GRANARY_RULE_GROWN);
  EXPECT_EQ(heap.verify_with(place, word_at(place) - 1), GRANARY_RULE_GROWN);
}

TEST(Verify, FreshMemoryIsNamedWhereverItIsNotZero) {
  Damaged heap;
  const auto& large = heap.state().large;
  ASSERT_LT(large.fresh(), large.limit());
  for (Address place = large.fresh(); place < large.limit(); place += word) {
    ASSERT_EQ(heap.verify_with(place, 1), GRANARY_RULE_FRESH);
  }
}

TEST(Verify, SizesOfBlocksAreNamed) {
  Damaged heap;
  for (const Address block : heap.blocks) {
    const Address tag = block - word;
    for (const Address wrong : {Address{0}, word_at(tag) | 8, word_at(tag) | 16, ~Address{7}}) {
      EXPECT_EQ(heap.verify_with(tag, wrong), GRANARY_RULE_BLOCK_SIZE);
    }
  }
}

TEST(Verify, WhatATagSaysOfThePreviousBlockIsNamed) {
  Damaged heap;
  for (const Address block : heap.blocks) {
    EXPECT_EQ(heap.verify_with(block - word, word_at(block - word) ^ 2),
              GRANARY_RULE_PREVIOUS_FREE);
  }
}

TEST(Verify, FreeNeighboursAreNamed) {
  Damaged heap;
  for (const unsigned used : {1U, 3U, 5U}) {
    const Address tag = heap.blocks[used] - word;
    EXPECT_EQ(heap.verify_with(tag, word_at(tag) | 1), GRANARY_RULE_FREE_NEIGHBOUR);
  }
}

TEST(Verify, TheSizeAtTheEndOfAFreeBlockIsNamed) {
  Damaged heap;
  for (const unsigned free : {0U, 2U, 4U, 6U}) {
    const Address end = TaggedBlock(heap.blocks[free]).next().address();
    EXPECT_EQ(heap.verify_with(end - 2 * word, TaggedBlock::unit), GRANARY_RULE_FREE_SIZE);
  }
}

TEST(Verify, AGapIsNamed) {
  Damaged heap;
  Address gap = 0;
  HeapWalk walk(heap.state());
  for (HeapItem item = walk.next(); item.kind != GRANARY_END; item = walk.next()) {
    if (item.kind == GRANARY_GAP) gap = item.address;
  }
  ASSERT_NE(gap, 0U);
  EXPECT_EQ(heap.verify_with(gap - word, word_at(gap - word) | 1), GRANARY_RULE_GAP);
}

TEST(Verify, LinksOfBinsAreNamed) {
  Damaged heap;
  for (const unsigned free : {0U, 2U, 4U, 6U}) {
    const Address block = heap.blocks[free];
    for (const Address wrong : {heap.blocks[1], block + 1, Address{8}, ~Address{0}}) {
      EXPECT_EQ(heap.verify_with(block, wrong), GRANARY_RULE_BIN_LINK);
      EXPECT_EQ(heap.verify_with(block + word, wrong), GRANARY_RULE_BIN_LINK);
    }
  }
}

TEST(Verify, EveryBitOfTheBitmapIsNamed) {
  Damaged heap;
  for (unsigned bin = 0; bin < Bins::count; ++bin) {
    const Address place = address_of(heap.state().large.bins()) + bin / 64 * word;
    EXPECT_EQ(heap.verify_with(place, word_at(place) ^ (Address{1} << bin % 64)),
              GRANARY_RULE_BIN_BITMAP);
  }
}

TEST(Verify, AFreeBlockInNoBinIsNamed) {
  Damaged heap;
  // The one that was freed last is the first of its bin, and leads to the other.
  const Address last = heap.blocks[4];
  const Address first = heap.blocks[2];
  ASSERT_EQ(word_at(last), first);
  word_at(last) = 0;
  EXPECT_EQ(heap.verify(), GRANARY_RULE_BIN_COUNT);
}

TEST(Verify, ARecordOfNoSpanIsNamed) {
  Damaged heap;
  SpanRecord& record = heap.record_of(heap.blocks[0]);
  record.next = 1;
  EXPECT_EQ(heap.verify(), GRANARY_RULE_RECORD);
  record.next = 0;
  EXPECT_EQ(heap.verify_with(address_of(record.state), 8), GRANARY_RULE_RECORD);
}

TEST(Verify, TheClassOfASpanIsNamed) {
  Damaged heap;
  const Address place = heap.place_of_state(heap.slots[0]);
  EXPECT_EQ(heap.verify_with(place, word_at(place) | no_class), GRANARY_RULE_SPAN_CLASS);
}

TEST(Verify, AFreeListThatLeavesItsSpanIsNamed) {
  Damaged heap;
  // The slot that was freed last leads to the other.
  for (const Address wrong : {heap.slots[7], heap.slots[0] + 8, heap.slots[1], Address{16}}) {
    EXPECT_EQ(heap.verify_with(heap.slots[1], wrong), GRANARY_RULE_FREE_LIST);
  }
}

TEST(Verify, TheCountOfASpanIsNamedWhateverItsRole) {
  Damaged heap;
  for (const unsigned slot : {0U, 7U, 14U, 21U}) {
    const Address place = heap.place_of_state(heap.slots[slot]);
    EXPECT_EQ(heap.verify_with(place, word_at(place) + one_more), GRANARY_RULE_SPAN_COUNT) << slot;
  }
}

TEST(Verify, ACurrentSpanOfAnotherClassIsNamed) {
  Damaged heap;
  SmallHeap::Class& unused = heap.of(unused_class);
  unused.capacity = static_cast<unsigned>(span_slot_bytes / slot_size(unused_class));
  unused.current = SpanTable::offset_of(heap.slots[0]);
  EXPECT_EQ(heap.verify(), GRANARY_RULE_CURRENT);
}

TEST(Verify, AWaitingListOfOtherSlotsIsNamed) {
  Damaged heap;
  const Address place = heap.place_of_waiting(listed_class);
  for (const Address wrong : {heap.slots[0], word_at(place) + 8, heap.blocks[1]}) {
    EXPECT_EQ(heap.verify_with(place, wrong), GRANARY_RULE_WAITING_LIST);
  }
}

TEST(Verify, AQueueThatIsNoRingIsNamed) {
  Damaged heap;
  SpanRecord& record = heap.record_of(heap.slots[0]);
  for (const SpanOffset wrong : {SpanTable::offset_of(heap.slots[0]), SpanOffset{0}}) {
    EXPECT_EQ(heap.verify_with(address_of(record.previous), wrong), GRANARY_RULE_QUEUE);
  }
  heap.of(listed_class).queue = SpanTable::offset_of(heap.slots[21]);
  EXPECT_EQ(heap.verify(), GRANARY_RULE_QUEUE);
}

TEST(Verify, SpansOfAClassThatAreNotCountedAreNamed) {
  Damaged heap;
  heap.of(listed_class).spans += 1;
  EXPECT_EQ(heap.verify(), GRANARY_RULE_CLASS_SPANS);
}

TEST(Verify, ASearchThatShouldHaveFoundABlockIsNamed) {
  Damaged heap;
  const Address place = heap.place_in_large(block_size(50 * page));
  EXPECT_EQ(heap.verify_with(place, TaggedBlock::unit), GRANARY_RULE_UNAVAILABLE);
}

TEST(Verify, AHeapThatWasNeverUsedHasNothingInItsState) {
  OwnHeap<> heap(1000);
  EXPECT_EQ(verify(heap.state()), GRANARY_NO_RULE);
  const auto& large = heap.state().large;
  for (Address place = address_of(large.bins()); place < address_of(large.bins()) + sizeof(Bins);
       place += word) {
    word_at(place) = 1;
    EXPECT_EQ(verify(heap.state()), GRANARY_RULE_EXTENTS);
    word_at(place) = 0;
  }
}

TEST(Verify, WhateverAHeapHoldsVerifyComesBack) {
  ByteCount named = 0;
  for_all_seeds(60, [&](Random& random) {
    OwnHeap<> heap(random.below(page));
    RandomCalls calls(heap.engine, random);
    calls.make(300, 3);
    ASSERT_EQ(verify(heap.state()), GRANARY_NO_RULE);
    const Address begin = heap.state().first_page();
    const ByteCount words = (heap.state().end() - begin) / word;
    for (unsigned damage = 0; damage < 200; ++damage) {
      const Address place = begin + random.below(words) * word;
      const Address right = word_at(place);
      word_at(place) = random.one_in(2) ? begin + random.below(words * word)
                                        : right ^ (Address{1} << random.below(address_bits));
      if (verify(heap.state()) != GRANARY_NO_RULE) ++named;
      word_at(place) = right;
    }
    ASSERT_EQ(verify(heap.state()), GRANARY_NO_RULE);
  });
  EXPECT_NE(named, 0U) << "some of the words were the heap's own";
}

}  // namespace
}  // namespace granary
