// The small heap over spans of a memory of its own: laws over every size class and every order of
// frees, and random calls against a model that knows every live slot.
#include "alloc/granary/small_heap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include "tests-native/support/own_memory.h"
#include "tests-native/support/precondition.h"
#include "tests-native/support/seeds.h"

namespace granary {
namespace {

using test::expect_trap;
using test::for_all_seeds;
using test::OwnMemory;
using test::Random;

// A small heap with spans to cut, and a table for them. It gets a span by `cut` alone.
class Heap {
 public:
  static constexpr unsigned most_spans = 128;

  Heap() {
    const Address end = begin_ + most_spans * span_size;
    table_.move_to(end, SpanTable::bytes_for(end - begin_), begin_);
    for (unsigned span = most_spans; span-- != 0;) free_spans.push_back(begin_ + span * span_size);
    small.start();
  }

  Address cut(SizeClass size_class) {
    const Address span = free_spans.back();
    free_spans.pop_back();
    return small.cut(table_, size_class, span);
  }

  // A free slot, of a new span if there is none.
  Address alloc(SizeClass size_class) {
    const Address slot = small.pop(size_class);
    if (slot != 0) return slot;
    const Address listed = small.take_over(table_, size_class);
    return listed != 0 ? listed : cut(size_class);
  }

  // The span that holds no block any more, or 0.
  Address free(Address slot) {
    if (SmallHeap::push(table_, slot)) return 0;
    const Address span = small.push_last(table_, slot);
    if (span != 0) free_spans.push_back(span);
    return span;
  }

  Address take_over(SizeClass size_class) { return small.take_over(table_, size_class); }
  Address forget_idle(SizeClass size_class) { return small.forget_idle(table_, size_class); }
  bool is_worth_span(SizeClass size_class, ByteCount length) {
    return small.is_worth_span(table_, size_class, length - 1);
  }

  SpanRole role_of(Address address) const {
    return small.role_of(table_, SpanTable::offset_of(address));
  }
  unsigned live_slots(Address address) const {
    return small.live_slots(table_, SpanTable::offset_of(address));
  }

  // Another table, which has records for so many bytes.
  void make_table(ByteCount bytes) {
    const Address begin = table_.begin();
    table_ = SpanTable();
    table_.move_to(begin, SpanTable::bytes_for(bytes), begin_);
  }

  SmallHeap small;
  std::vector<Address> free_spans;

 private:
  OwnMemory memory_;
  Address begin_ = memory_.grow({2 * most_spans * span_size >> wasm_page_log2});
  SpanTable table_;
};

constexpr SizeClass class_at(unsigned index) { return SizeClass{index}; }
constexpr SizeClass largest_class = class_at(size_class_count - 1);

unsigned capacity_of(SizeClass size_class) {
  return static_cast<unsigned>(span_slot_bytes / slot_size(size_class));
}

Address span_of(Address slot) { return slot & ~(span_size - 1); }

template <class Action>
void for_all_classes(Action action) {
  for (unsigned index = 0; index < size_class_count; ++index) action(class_at(index));
}

std::vector<Address> alloc_many(Heap& heap, SizeClass size_class, unsigned count) {
  std::vector<Address> slots;
  for (unsigned slot = 0; slot < count; ++slot) slots.push_back(heap.alloc(size_class));
  return slots;
}

TEST(SmallHeap, ASpanIsHandedOutSlotBySlotInTheOrderOfAddresses) {
  for_all_classes([](SizeClass size_class) {
    Heap heap;
    const ByteCount size = slot_size(size_class);
    const Address first = heap.cut(size_class);
    ASSERT_EQ(first % span_size, 0U);
    for (Address slot = first + size; slot + size <= first + span_slot_bytes; slot += size) {
      ASSERT_EQ(heap.small.pop(size_class), slot) << "slots of " << size;
    }
    ASSERT_EQ(heap.small.pop(size_class), 0U);
    ASSERT_EQ(heap.take_over(size_class), 0U);
  });
}

TEST(SmallHeap, AClassWithoutASpanHasNoSlot) {
  Heap heap;
  heap.cut(class_at(5));
  for_all_classes([&](SizeClass size_class) {
    if (size_class == class_at(5)) return;
    EXPECT_FALSE(heap.small.has_spans(size_class));
    EXPECT_EQ(heap.small.pop(size_class), 0U);
    EXPECT_EQ(heap.take_over(size_class), 0U);
  });
}

TEST(SmallHeap, BeforeItStartsEveryLengthIsOfAClassWithoutASlot) {
  SmallHeap small;
  for (ByteCount last_byte = 0; last_byte < largest_small; ++last_byte) {
    EXPECT_EQ(small.pop(small.class_of(last_byte)), 0U);
  }
}

TEST(SmallHeap, FreedSlotsOfTheCurrentSpanAreHandedOutWhenItsListRunsDry) {
  for_all_classes([](SizeClass size_class) {
    Heap heap;
    const std::vector<Address> slots = alloc_many(heap, size_class, capacity_of(size_class));
    for (const Address slot : slots) ASSERT_EQ(heap.free(slot), 0U);
    ASSERT_EQ(heap.role_of(slots[0]), SpanRole::current);
    // The latest first.
    for (unsigned left = capacity_of(size_class); left != 0;) {
      ASSERT_EQ(heap.alloc(size_class), slots[--left]);
    }
    ASSERT_EQ(heap.free_spans.size(), Heap::most_spans - 1);
  });
}

TEST(SmallHeap, ASpanThatIsNoLongerCurrentGoesWhenItsLastBlockGoes) {
  for_all_classes([](SizeClass size_class) {
    Heap heap;
    const unsigned capacity = capacity_of(size_class);
    const std::vector<Address> slots = alloc_many(heap, size_class, capacity);
    heap.alloc(size_class);
    ASSERT_EQ(heap.role_of(slots[0]), SpanRole::full);
    for (unsigned slot = 0; slot < capacity; ++slot) {
      const bool is_last = slot + 1 == capacity;
      ASSERT_EQ(heap.free(slots[slot]), is_last ? slots[0] : 0U) << "slot " << slot;
      ASSERT_EQ(heap.role_of(slots[0]), is_last ? SpanRole::absent : SpanRole::listed);
    }
  });
}

TEST(SmallHeap, ASpanGoesInWhateverOrderItsSlotsAreFreed) {
  const unsigned capacity = capacity_of(largest_class);
  std::vector<unsigned> order(capacity);
  std::iota(order.begin(), order.end(), 0U);
  Heap heap;
  do {
    const std::vector<Address> slots = alloc_many(heap, largest_class, capacity);
    const Address of_another_span = heap.alloc(largest_class);
    for (unsigned slot = 0; slot < capacity; ++slot) {
      const Address gone = heap.free(slots[order[slot]]);
      ASSERT_EQ(gone, slot + 1 == capacity ? span_of(slots[0]) : 0U);
    }
    // The other one is current, and stays so until it is forgotten.
    ASSERT_EQ(heap.free(of_another_span), 0U);
    heap.free_spans.push_back(heap.forget_idle(largest_class));
    ASSERT_EQ(heap.free_spans.size(), Heap::most_spans);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(SmallHeap, TheSpanThatWasListedFirstIsTakenOverFirst) {
  constexpr unsigned spans = 4;
  std::array<unsigned, spans> order = {0, 1, 2, 3};
  do {
    Heap heap;
    const unsigned capacity = capacity_of(largest_class);
    const std::vector<Address> slots = alloc_many(heap, largest_class, (spans + 1) * capacity);
    for (const unsigned span : order) heap.free(slots[span * capacity]);
    // The first free listed a span; the second only adds to it.
    for (const unsigned span : order) heap.free(slots[span * capacity + 1]);
    for (const unsigned span : order) {
      ASSERT_EQ(heap.role_of(slots[span * capacity]), SpanRole::listed);
      ASSERT_EQ(heap.alloc(largest_class), slots[span * capacity + 1]);
      ASSERT_EQ(heap.role_of(slots[span * capacity]), SpanRole::current);
      ASSERT_EQ(heap.alloc(largest_class), slots[span * capacity]);
    }
    ASSERT_EQ(heap.take_over(largest_class), 0U);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(SmallHeap, ListedSpansGoInWhateverOrder) {
  constexpr unsigned spans = 4;
  std::array<unsigned, spans> order = {0, 1, 2, 3};
  do {
    Heap heap;
    const unsigned capacity = capacity_of(largest_class);
    const std::vector<Address> slots = alloc_many(heap, largest_class, (spans + 1) * capacity);
    for (unsigned span = 0; span < spans; ++span) heap.free(slots[span * capacity]);
    for (unsigned gone = 0; gone < spans; ++gone) {
      const Address* const own = &slots[order[gone] * capacity];
      for (unsigned slot = 1; slot < capacity; ++slot) {
        ASSERT_EQ(heap.free(own[slot]), slot + 1 == capacity ? span_of(*own) : 0U);
      }
    }
    ASSERT_EQ(heap.small.spans(), 1U);
    ASSERT_EQ(heap.take_over(largest_class), 0U) << "the current span is full";
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(SmallHeap, ACurrentSpanIsForgottenOnceNoSlotOfItHoldsABlock) {
  for_all_classes([](SizeClass size_class) {
    for (const unsigned live : {1U, 2U, capacity_of(size_class)}) {
      Heap heap;
      const std::vector<Address> slots = alloc_many(heap, size_class, live);
      for (const Address slot : slots) {
        ASSERT_EQ(heap.forget_idle(size_class), 0U);
        ASSERT_EQ(heap.free(slot), 0U);
      }
      ASSERT_EQ(heap.live_slots(slots[0]), 0U);
      ASSERT_EQ(heap.forget_idle(size_class), slots[0]);
      ASSERT_EQ(heap.forget_idle(size_class), 0U);
      ASSERT_FALSE(heap.small.has_spans(size_class));
      ASSERT_EQ(heap.small.pop(size_class), 0U);
      ASSERT_EQ(heap.role_of(slots[0]), SpanRole::absent);
    }
  });
}

TEST(SmallHeap, SpansAreCountedByClassAndInAll) {
  Heap heap;
  unsigned classes = 0;
  std::vector<Address> slots;
  for (unsigned index = size_class_count - 4; index < size_class_count; ++index) {
    const unsigned capacity = capacity_of(class_at(index));
    for (unsigned spans = 1; spans <= 3; ++spans) {
      for (const Address slot : alloc_many(heap, class_at(index), capacity)) slots.push_back(slot);
      EXPECT_EQ(heap.small.spans(), 3 * classes + spans);
      EXPECT_EQ(heap.small.of(class_at(index)).spans, spans);
      EXPECT_EQ(heap.small.of(class_at(index)).capacity, capacity);
      EXPECT_EQ(heap.small.classes_with_spans(), classes + 1);
      EXPECT_EQ(heap.small.has_few_spans(), heap.small.spans() <= classes + 1);
    }
    ++classes;
  }
  for (const Address slot : slots) heap.free(slot);
  EXPECT_EQ(heap.small.spans(), classes);
  EXPECT_TRUE(heap.small.has_few_spans());
  for_all_classes([&](SizeClass size_class) {
    if (heap.forget_idle(size_class) != 0) --classes;
    EXPECT_EQ(heap.small.classes_with_spans(), classes);
  });
  EXPECT_EQ(heap.small.spans(), 0U);
}

// Small blocks by themselves, until the class is worth a span; how many there were.
unsigned blocks_until_worth_span(Heap& heap, SizeClass size_class, ByteCount length) {
  unsigned blocks = 1;
  while (!heap.is_worth_span(size_class, length) && blocks < 10'000) ++blocks;
  return blocks;
}

TEST(SmallHeap, AClassIsWorthASpanOnceSingleBlocksOfItHadMoreThanASpansBytes) {
  for_all_classes([](SizeClass size_class) {
    Heap heap;
    const ByteCount length = slot_size(size_class);
    EXPECT_EQ(blocks_until_worth_span(heap, size_class, length), span_size / length + 1);
  });
}

TEST(SmallHeap, NoClassIsWorthASpanInAHeapOfFewSpansForEachClassThatHasOrWantsOne) {
  // 3 spans for each class that has one or is expected to want one.
  for (unsigned with_spans = 0; with_spans <= 20; ++with_spans) {
    for (unsigned wanting = 1; wanting <= 12; ++wanting) {
      Heap heap;
      for (unsigned index = 0; index < with_spans; ++index) heap.cut(class_at(index));
      for (unsigned index = 0; index < wanting; ++index) {
        EXPECT_FALSE(heap.is_worth_span(class_at(20 + index), 1));
      }
      const unsigned expected = wanting < 8 ? wanting : 8;
      EXPECT_EQ(heap.small.classes_expected(), expected);
      const ByteCount enough = 3 * span_size * (with_spans + expected);
      heap.make_table(enough - span_size);
      EXPECT_EQ(blocks_until_worth_span(heap, class_at(20), 2048), 10'000U);
      heap.make_table(enough);
      EXPECT_TRUE(heap.is_worth_span(class_at(20), 2048));
    }
  }
}

TEST(SmallHeap, WhatWasAskedForBeforeTheStartIsExpectedOfNoClass) {
  SmallHeap small;
  const SpanTable none;
  small.is_worth_span(none, small.class_of(100), 100);
  EXPECT_EQ(small.classes_expected(), 1U);
  small.start();
  EXPECT_EQ(small.classes_expected(), 0U);
}

TEST(SmallHeap, AForgottenHeapIsAsBeforeItsFirstSpan) {
  Heap heap;
  for_all_classes([&](SizeClass size_class) {
    heap.is_worth_span(size_class, 1);
    alloc_many(heap, size_class, capacity_of(size_class) + 1);
  });
  heap.small.forget();
  EXPECT_EQ(heap.small.spans(), 0U);
  EXPECT_EQ(heap.small.classes_with_spans(), 0U);
  EXPECT_EQ(heap.small.classes_expected(), 0U);
  for_all_classes([&](SizeClass size_class) {
    EXPECT_EQ(heap.small.pop(size_class), 0U);
    EXPECT_EQ(heap.take_over(size_class), 0U);
    EXPECT_EQ(heap.small.of(size_class).capacity, 0U);
    EXPECT_EQ(heap.small.of(size_class).single_bytes, 0U);
    EXPECT_EQ(heap.small.class_of(slot_size(size_class) - 1), size_class)
        << "the classes of lengths stay";
  });
}

// What a model knows of the slots of a few classes: which are live, and in which span.
class Model {
 public:
  void alloc(Heap& heap, SizeClass size_class) {
    const bool reaches_none = count_free_slots(size_class) == 0;
    const unsigned spans = heap.small.spans();
    const Address slot = heap.alloc(size_class);
    EXPECT_EQ(heap.small.spans() != spans, reaches_none) << "a span is cut when no slot is free";
    EXPECT_EQ((slot - span_of(slot)) % slot_size(size_class), 0U);
    EXPECT_LE(slot + slot_size(size_class), span_of(slot) + span_slot_bytes);
    class_of_span_[span_of(slot)] = size_class;
    EXPECT_TRUE(live_of_span_[span_of(slot)].insert(slot).second) << "the slot was live already";
    live_.push_back(slot);
  }

  void free(Heap& heap, Random& random) {
    if (live_.empty()) return;
    std::swap(live_[random.below(live_.size())], live_.back());
    const Address slot = live_.back();
    live_.pop_back();
    std::set<Address>& others = live_of_span_[span_of(slot)];
    others.erase(slot);
    const bool was_current = heap.role_of(slot) == SpanRole::current;
    const Address gone = heap.free(slot);
    EXPECT_EQ(gone, others.empty() && !was_current ? span_of(slot) : 0);
    if (gone != 0) forget(gone);
  }

  void forget(Address span) {
    live_of_span_.erase(span);
    class_of_span_.erase(span);
  }

  bool is_idle(Address span) const { return live_of_span_.at(span).empty(); }

  void check(const Heap& heap) const {
    for (const auto& [span, live] : live_of_span_) {
      ASSERT_EQ(heap.live_slots(span), live.size());
      const SpanRole role = heap.role_of(span);
      const unsigned capacity = capacity_of(class_of_span_.at(span));
      ASSERT_NE(role, SpanRole::absent);
      if (role == SpanRole::full) ASSERT_EQ(live.size(), capacity);
      if (role == SpanRole::listed) ASSERT_LT(live.size(), capacity);
    }
  }

 private:
  unsigned count_free_slots(SizeClass size_class) const {
    ByteCount free = 0;
    for (const auto& [span, live] : live_of_span_) {
      if (class_of_span_.at(span) == size_class) free += capacity_of(size_class) - live.size();
    }
    return static_cast<unsigned>(free);
  }

  std::vector<Address> live_;
  std::map<Address, std::set<Address>> live_of_span_;
  std::map<Address, SizeClass> class_of_span_;
};

TEST(SmallHeap, NoSlotIsLiveTwiceOrOutOfReachWhateverTheOrderOfCalls) {
  for_all_seeds(40, [](Random& random) {
    Heap heap;
    Model model;
    for (unsigned phase = 0; phase < 12 && !testing::Test::HasFailure(); ++phase) {
      const ByteCount frees_of_8 = random.between(1, 7);
      for (unsigned call = 0; call < 150; ++call) {
        const SizeClass size_class = class_at(40 + static_cast<unsigned>(random.below(8)));
        if (random.below(8) < frees_of_8) {
          model.free(heap, random);
        } else {
          model.alloc(heap, size_class);
        }
        if (random.one_in(20)) {
          const SpanOffset current = heap.small.of(size_class).current;
          const Address span = SpanTable::span_at(current);
          const bool is_idle = current != 0 && model.is_idle(span);
          ASSERT_EQ(heap.forget_idle(size_class), is_idle ? span : 0);
          if (is_idle) {
            model.forget(span);
            heap.free_spans.push_back(span);
          }
        }
      }
      model.check(heap);
    }
  });
}

TEST(SmallHeap, OnlyMemoryWithTheAlignmentOfASpanIsCut) {
  Heap heap;
  heap.free_spans.back() += span_size / 2;
  expect_trap([&] { heap.cut(class_at(0)); });
}

TEST(SmallHeap, WhatIsNoSlotIsNotFreed) {
  Heap heap;
  const Address slot = heap.alloc(largest_class);
  expect_trap([&] { heap.free(slot + span_size); });
}

}  // namespace
}  // namespace granary
