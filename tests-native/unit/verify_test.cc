// Verify: a heap that only its engine has written to is whole, and of one that somebody else wrote
// to it names the rule that is broken. tests-js/inspect-corruption.test.js does the same to every
// word of the module, with every value that a word could be taken for.
#include "alloc/inspection/verify.h"

#include <gtest/gtest.h>

#include <type_traits>
#include <vector>

#include "tests-native/support/own_heap.h"
#include "tests-native/support/random_calls.h"
#include "tests-native/support/seeds.h"

namespace granary {
namespace {

using test::for_all_seeds;
using test::Random;
using test::RandomCalls;

using AHeap = test::OwnHeap<Configuration{.walkable = true}, DefaultGrowth>;
using State = std::remove_cvref_t<decltype(AHeap().state())>;

constexpr SizeClass of_512{31};
static_assert(slot_size(of_512) == 512, "the class that the heap below has spans of");

// Has a region behind a gap, free blocks of one bin, and a current, a full and a listed span.
class Heap : public AHeap {
 public:
  Heap() : AHeap(60'000) {
    alloc(600'000);
    // The first ones are single blocks; then there are spans, of which the last is current.
    while (spans.size() < 4) {
      const Address block = alloc(512);
      if (!state().table.owns(block)) continue;
      if (slots.empty() || block / span_size != slots.back() / span_size) spans.push_back(block);
      slots.push_back(block);
    }
    memory.grow_as_stranger({2});
    alloc(200'000);
    engine.free_unsized(alloc(100'000));
    for (const Address slot : slots) {
      if (slot / span_size == spans[0] / span_size && slot % 1024 != 0) engine.free_unsized(slot);
    }
    std::vector<Address> blocks;
    for (unsigned block = 0; block < 6; ++block) blocks.push_back(alloc(40'000));
    for (unsigned block = 0; block < 6; block += 2) engine.free_unsized(blocks[block]);
    last = blocks[5];
  }

  Address alloc(ByteCount length) { return engine.alloc(length, Alignment::from_log2(4)); }
  uint32_t rule() const { return verify(state()); }

  SpanRecord& record_of(Address slot) const { return state().table.at(SpanTable::offset_of(slot)); }
  // The first of a bin that has several.
  TaggedBlock first_of_bin() const {
    for (unsigned bin = 0; bin < Bins::count; ++bin) {
      const Bins& bins = state().large.bins();
      const TaggedBlock first = bins.first(bin);
      if (bins.is_end(first)) continue;
      if (!bins.is_end(TaggedBlock(first.next_in_bin()))) return first;
    }
    return TaggedBlock(0);
  }

  Address listed() const { return spans[0]; }
  Address full() const { return spans[1]; }
  Address current() const { return spans[3]; }

  std::vector<Address> slots;
  // The first slot that was had of each.
  std::vector<Address> spans;
  Address last;
};

Address& word_at(Address address) { return *reinterpret_cast<Address*>(address); }
Address& tag_of(Address block) { return word_at(block - TaggedBlock::overhead); }

// The rule that is broken while the word has another value.
template <class Word>
uint32_t rule_with(const Heap& heap, Word& word, Address value) {
  const Word right = word;
  word = value;
  const uint32_t rule = heap.rule();
  word = right;
  return rule;
}

TEST(Verify, AHeapThatWasNeverUsedIsWhole) {
  const AHeap heap(1000);
  EXPECT_EQ(verify(heap.state()), GRANARY_NO_RULE);
}

TEST(Verify, AHeapIsWholeAfterAnyCalls) {
  for_all_seeds(20, [](Random& random) {
    AHeap heap(random.below(70'000));
    RandomCalls calls(heap.engine, random);
    for (unsigned round = 0; round < 50; ++round) {
      if (random.one_in(3)) heap.memory.grow_as_stranger({1});
      calls.make(30, 3);
      ASSERT_EQ(verify(heap.state()), GRANARY_NO_RULE) << round;
    }
  });
}

TEST(Verify, TheHeapOfTheseTestsIsWholeAndHasASpanOfEachRole) {
  const Heap heap;
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
  const auto role = [&](Address slot) { return heap.state().role_of(SpanTable::offset_of(slot)); };
  EXPECT_EQ(role(heap.listed()), SpanRole::listed);
  EXPECT_EQ(role(heap.full()), SpanRole::full);
  EXPECT_EQ(role(heap.current()), SpanRole::current);
  EXPECT_EQ(role(heap.last), SpanRole::absent);
}

// A count of bytes in single blocks may be any; so may the size that was not found, while no free
// block has it. The bits of empty bins and the links of the end of bins mean nothing.
TEST(Verify, NoWordOfTheTwoHeapsButHintsCanBeFarTooLarge) {
  const Heap heap;
  const auto begin = reinterpret_cast<Address>(&heap.state().small);
  const auto end = reinterpret_cast<Address>(&heap.state().memory);
  const Bins& bins = heap.state().large.bins();
  const auto bitmap = reinterpret_cast<Address>(&bins);
  const Address end_of_bins = bins.first(0).address();
  unsigned unseen = 0;
  for (Address at = begin; at != end; at += sizeof(Address)) {
    if (at >= bitmap && at < bins.head_of(0)) continue;
    if (at == end_of_bins || at == end_of_bins + sizeof(Address)) continue;
    const uint32_t rule = rule_with(heap, word_at(at), ~Address{0} << 6);
    if (rule == GRANARY_NO_RULE) ++unseen;
  }
  EXPECT_EQ(unseen, size_class_count + 2);
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
}

TEST(Verify, TheTagsOfBlocksAreCompared) {
  const Heap heap;
  const TaggedBlock block = heap.first_of_bin();
  const Address free = block.address();
  Address& tag = tag_of(free);
  EXPECT_EQ(rule_with(heap, tag, tag | 8), GRANARY_RULE_BLOCK_SIZE);
  EXPECT_EQ(rule_with(heap, tag, 0), GRANARY_RULE_BLOCK_SIZE);
  EXPECT_EQ(rule_with(heap, tag, tag & ~Address{1}), GRANARY_RULE_PREVIOUS_FREE);
  EXPECT_EQ(rule_with(heap, tag_of(heap.last), tag_of(heap.last) | 1), GRANARY_RULE_FREE_NEIGHBOUR);
  Address& size = word_at(free + block.size() - 2 * sizeof(Address));
  EXPECT_EQ(rule_with(heap, size, size + TaggedBlock::unit), GRANARY_RULE_FREE_SIZE);
}

TEST(Verify, TheLinksOfABinLeadFromFreeBlockToFreeBlockAndBack) {
  const Heap heap;
  const TaggedBlock first = heap.first_of_bin();
  const TaggedBlock second(first.next_in_bin());
  EXPECT_EQ(rule_with(heap, first.next_in_bin(), heap.last), GRANARY_RULE_BIN_LINK);
  EXPECT_EQ(rule_with(heap, second.link_in_bin(), 0), GRANARY_RULE_BIN_LINK);
  EXPECT_EQ(rule_with(heap, second.next_in_bin(), 0), GRANARY_RULE_BIN_LINK);
  const Address end = heap.state().large.bins().first(0).address();  // No size has bin 0.
  EXPECT_EQ(rule_with(heap, first.next_in_bin(), end), GRANARY_RULE_BIN_COUNT);
}

TEST(Verify, ABinWithABlockIsMarkedAndAnEmptyOneMayBe) {
  const Heap heap;
  const unsigned bin = Bins::index_of(heap.first_of_bin().size());
  // The bitmap comes first in the bins.
  Address& word = (&word_at(reinterpret_cast<Address>(&heap.state().large)))[bin / address_bits];
  const Address bit = Address{1} << bin % address_bits;
  EXPECT_EQ(word & bit, bit);
  EXPECT_EQ(rule_with(heap, word, word & ~bit), GRANARY_RULE_BIN_BITMAP);
  EXPECT_EQ(rule_with(heap, word, ~Address{0}), GRANARY_NO_RULE);
}

TEST(Verify, TheRecordsOfSpansAgreeWithTheirSlots) {
  const Heap heap;
  const auto state_word = [&](Address slot) -> Address& {
    return *reinterpret_cast<Address*>(&heap.record_of(slot));
  };
  const Address one = Address{1} << (64 - 12);
  EXPECT_EQ(rule_with(heap, state_word(heap.listed()), state_word(heap.listed()) + one),
            GRANARY_RULE_SPAN_COUNT);
  EXPECT_EQ(rule_with(heap, state_word(heap.full()), state_word(heap.full()) + one),
            GRANARY_RULE_SPAN_COUNT);
  EXPECT_EQ(rule_with(heap, state_word(heap.current()), state_word(heap.current()) + one),
            GRANARY_RULE_SPAN_COUNT);
  EXPECT_EQ(rule_with(heap, state_word(heap.last), one), GRANARY_RULE_RECORD);
  EXPECT_EQ(rule_with(heap, heap.record_of(heap.full()).next, SpanTable::offset_of(heap.full())),
            GRANARY_RULE_SPAN_COUNT);
  EXPECT_EQ(rule_with(heap, heap.record_of(heap.listed()).previous, 16), GRANARY_RULE_QUEUE);
}

TEST(Verify, AFreeSlotIsASlotOfItsSpanAndIsFreeOnce) {
  const Heap heap;
  const Address first = heap.record_of(heap.listed()).state.first_free();
  EXPECT_EQ(rule_with(heap, word_at(first), first), GRANARY_RULE_FREE_LIST);
  EXPECT_EQ(rule_with(heap, word_at(first), first + 8), GRANARY_RULE_FREE_LIST);
  EXPECT_EQ(rule_with(heap, word_at(first), heap.full()), GRANARY_RULE_FREE_LIST);
  const Address waiting = heap.state().small.waiting(of_512);
  ASSERT_NE(waiting, 0U);
  EXPECT_EQ(rule_with(heap, word_at(waiting), waiting), GRANARY_RULE_WAITING_LIST);
}

TEST(Verify, AClassHasAsManySpansAsItCounts) {
  const Heap heap;
  auto& spans = const_cast<unsigned&>(heap.state().small.of(of_512).spans);
  const unsigned right = spans;
  for (const unsigned wrong : {right + 1, right - 1, 0U}) {
    spans = wrong;
    EXPECT_EQ(heap.rule(), GRANARY_RULE_CLASS_SPANS) << wrong << " spans";
  }
  spans = right;
}

TEST(Verify, MemoryThatWasNeverUsedIsZero) {
  const Heap heap;
  EXPECT_EQ(rule_with(heap, word_at(heap.state().large.limit() - sizeof(Address)), 1),
            heap.state().large.fresh() < heap.state().large.limit() ? GRANARY_RULE_FRESH
                                                                    : GRANARY_NO_RULE);
}

TEST(Verify, WhatIsNotedNotToBeThereIsInNoFreeBlock) {
  Heap heap;
  // Searched for everywhere, in vain: the memory has no page left.
  heap.memory.pages_left = 0;
  ASSERT_EQ(heap.alloc(30'000'000), 0U);
  ASSERT_EQ(heap.rule(), GRANARY_NO_RULE);
  const auto begin = reinterpret_cast<Address>(&heap.state().large);
  unsigned named = 0;
  for (Address at = begin; at != begin + sizeof(State::Large); at += sizeof(Address)) {
    if (word_at(at) != block_size(30'000'000)) continue;
    EXPECT_EQ(rule_with(heap, word_at(at), 64), GRANARY_RULE_UNAVAILABLE);
    ++named;
  }
  EXPECT_EQ(named, 1U);
}

}  // namespace
}  // namespace granary
