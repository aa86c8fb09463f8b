// The state of a span, for every class and count; and the span table in a memory of its own: which
// record is whose, and that moving keeps them.
#include "alloc/granary/span.h"

#include <gtest/gtest.h>

#include "tests-native/support/own_memory.h"
#include "tests-native/support/precondition.h"

namespace granary {
namespace {

using test::expect_trap;
using test::OwnMemory;

constexpr Address largest_link = (Address{1} << 46) - 8;
constexpr unsigned most_slots = span_slot_bytes / 8;

template <class Action>
void for_all_classes(Action action) {
  for (unsigned index = 0; index < size_class_count; ++index) action(SizeClass{index});
}

TEST(SpanState, ClassCountAndFirstFreeSlotAreKeptApart) {
  for_all_classes([](SizeClass size_class) {
    for (unsigned count = 0; count <= most_slots + 1; ++count) {
      for (const Address slot : {Address{0}, Address{8}, Address{0x1234'5678}, largest_link}) {
        const SpanState state(size_class, count, slot);
        ASSERT_EQ(state.size_class(), size_class);
        ASSERT_EQ(state.count(), count);
        ASSERT_EQ(state.first_free(), slot);
      }
    }
  });
}

TEST(SpanState, OnlyAStateThatWasNeverSetIsAbsent) {
  EXPECT_TRUE(SpanState().is_absent());
  EXPECT_EQ(SpanState().count(), 0U);
  for_all_classes([](SizeClass size_class) {
    for (unsigned count = 1; count <= most_slots + 1; ++count) {
      ASSERT_FALSE(SpanState(size_class, count, 0).is_absent());
    }
  });
}

TEST(SpanState, ASlotCanBePushedAsLongAsAnotherOneIsUsed) {
  EXPECT_FALSE(SpanState().can_push());
  for_all_classes([](SizeClass size_class) {
    for (unsigned count = 0; count <= most_slots + 1; ++count) {
      ASSERT_EQ(SpanState(size_class, count, 8).can_push(), count >= 2);
    }
  });
}

TEST(SpanState, APushedSlotIsTheFirstFreeOneAndIsNoLongerUsed) {
  for_all_classes([](SizeClass size_class) {
    for (unsigned count = 2; count <= most_slots + 1; ++count) {
      for (const Address slot : {Address{8}, Address{0x1234'5678}, largest_link}) {
        const SpanState state = SpanState(size_class, count, largest_link).pushed(slot);
        ASSERT_EQ(state.size_class(), size_class);
        ASSERT_EQ(state.count(), count - 1);
        ASSERT_EQ(state.first_free(), slot);
      }
    }
  });
}

// A table at the end of a memory of some pages, whose first record is that of the memory's first
// 16 KiB.
class Table {
 public:
  static constexpr ByteCount spans = 64;

  Table() {
    const Address end = begin_ + memory_size;
    table_.move_to(end - size, size, begin_);
  }

  Address begin() const { return begin_; }
  SpanTable& operator*() { return table_; }
  SpanTable* operator->() { return &table_; }

  static constexpr ByteCount memory_size = spans * span_size;
  static constexpr ByteCount size = SpanTable::bytes_for(memory_size);

 private:
  OwnMemory memory_;
  Address begin_ = memory_.grow({2 * memory_size >> wasm_page_log2});
  SpanTable table_;
};

TEST(SpanTable, ATableHasARecordForEach16KiB) {
  EXPECT_EQ(SpanTable::bytes_for(wasm_page_size), 4 * sizeof(SpanRecord));
  Table table;
  EXPECT_EQ(table->size(), Table::spans * sizeof(SpanRecord));
  EXPECT_EQ(table->end(), table.begin() + Table::memory_size);
  for (ByteCount span = 0; span < Table::spans; ++span) {
    const Address address = table.begin() + span * span_size;
    for (const Address inside : {address, address + 8, address + span_size - 1}) {
      EXPECT_EQ(&table->at(SpanTable::offset_of(inside)),
                reinterpret_cast<SpanRecord*>(table->begin()) + span);
    }
    EXPECT_EQ(SpanTable::span_at(SpanTable::offset_of(address)), address);
  }
  EXPECT_EQ(table->first(), SpanTable::offset_of(table.begin()));
}

TEST(SpanTable, ABlockIsASlotWhenTheRecordOfItsAddressIsThatOfASpan) {
  Table table;
  for_all_classes([&](SizeClass size_class) {
    const Address span = table.begin() + index_of(size_class) % Table::spans * span_size;
    EXPECT_FALSE(table->owns(span + 100));
    table->at(SpanTable::offset_of(span)).state = SpanState(size_class, 1, 0);
    EXPECT_TRUE(table->owns(span));
    EXPECT_TRUE(table->owns(span + span_size - 8));
    EXPECT_FALSE(table->owns(span + span_size));
    EXPECT_EQ(table->class_of_slot(span + 100), size_class);
  });
}

// Each record says something that no other does: its links are offsets of different records.
constexpr SpanOffset link(ByteCount number) { return number * span_record_size; }

void mark(SpanTable& table, Address begin) {
  for (ByteCount span = 0; span < Table::spans; ++span) {
    SpanRecord& record = table.at(SpanTable::offset_of(begin + span * span_size));
    record.next = link(2 * span + 1);
    record.previous = link(2 * span);
  }
}

TEST(SpanTable, MovingUpKeepsEveryRecordAndAddsEmptyOnes) {
  for (ByteCount more = 1; more <= Table::spans; ++more) {
    Table table;
    mark(*table, table.begin());
    const ByteCount size = Table::size + more * sizeof(SpanRecord);
    const Address end = table->end() + more * span_size;
    table->move_to(end - size, size, table.begin());
    ASSERT_EQ(table->end(), end);
    ASSERT_EQ(table->size(), size);
    for (ByteCount span = 0; span < Table::spans + more; ++span) {
      const SpanRecord& record = table->at(SpanTable::offset_of(table.begin() + span * span_size));
      const bool is_old = span < Table::spans;
      ASSERT_EQ(record.next, is_old ? link(2 * span + 1) : 0) << "record " << span;
      ASSERT_EQ(record.previous, is_old ? link(2 * span) : 0);
      ASSERT_TRUE(record.state.is_absent());
    }
  }
}

TEST(SpanTable, AForgottenTableHasEmptyRecords) {
  Table table;
  mark(*table, table.begin());
  table->forget();
  for (ByteCount span = 0; span < Table::spans; ++span) {
    const SpanRecord& record = table->at(SpanTable::offset_of(table.begin() + span * span_size));
    EXPECT_TRUE(record.state.is_absent());
    EXPECT_EQ(record.next, 0U);
    EXPECT_EQ(record.previous, 0U);
  }
}

TEST(SpanTable, ATableIsFixedOnceAndForAll) {
  Table table;
  EXPECT_FALSE(table->is_fixed());
  table->fix();
  EXPECT_TRUE(table->is_fixed());
  table->forget();
  EXPECT_TRUE(table->is_fixed());
}

TEST(SpanState, NothingThatItCannotHoldIsPutIntoAState) {
  expect_trap([] { return SpanState(SizeClass{size_class_count}, 1, 0); });
  expect_trap([] { return SpanState(SizeClass{0}, 1U << 12, 0); });
  expect_trap([] { return SpanState(SizeClass{0}, 1, Address{1} << 46); });
}

TEST(SpanState, TheLastUsedSlotIsNotPushed) {
  for (const unsigned count : {0U, 1U}) {
    expect_trap([&] { return SpanState(SizeClass{0}, count, 0).pushed(8); });
  }
}

TEST(SpanTable, ATableMovesUpAndDoesNotShrink) {
  Table table;
  const Address begin = table->begin();
  expect_trap([&] { table->move_to(begin - 8, Table::size, table.begin()); });
  expect_trap([&] { table->move_to(begin, Table::size - sizeof(SpanRecord), table.begin()); });
}

}  // namespace
}  // namespace granary
