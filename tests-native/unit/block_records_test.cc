// The records of a checked heap: who gets which number, what is found by it, and that growing
// loses nothing. The array lies in an engine that counts, and refuses when it is told to.
#include "alloc/checks/block_records.h"

#include <gtest/gtest.h>

#include "tests-native/support/counting_engine.h"
#include "tests-native/support/precondition.h"

namespace granary {
namespace {

using test::CountingEngine;
using test::expect_trap;

using Records = BlockRecords<CountingEngine>;

constexpr uint32_t many = 1000;

// What nobody else has: so a record that was lost or swapped is noticed.
BlockRecord record_of(uint32_t number) {
  return {.address = 0x1000 + number,
          .length = 3 * ByteCount{number},
          .allocated_by = 5 * Address{number},
          .freed_by = 7 * Address{number},
          .heap = 13 * Address{number},
          .next = 11 * number,
          .alignment_log2 = static_cast<uint8_t>(number % 64),
          .state = BlockState::live};
}

void expect_is_record_of(const BlockRecord& record, uint32_t number) {
  const BlockRecord expected = record_of(number);
  EXPECT_EQ(record.address, expected.address);
  EXPECT_EQ(record.length, expected.length);
  EXPECT_EQ(record.allocated_by, expected.allocated_by);
  EXPECT_EQ(record.freed_by, expected.freed_by);
  EXPECT_EQ(record.heap, expected.heap);
  EXPECT_EQ(record.next, expected.next);
  EXPECT_EQ(record.alignment_log2, expected.alignment_log2);
  EXPECT_EQ(record.state, expected.state);
}

TEST(BlockRecords, NumbersAreGivenOutOneByOneFrom1On) {
  CountingEngine engine;
  Records records;
  for (uint32_t number = 1; number <= many; ++number) {
    EXPECT_EQ(records.take(engine), number);
    EXPECT_EQ(records.end(), number + 1);
  }
}

TEST(BlockRecords, GrowingKeepsEveryRecord) {
  CountingEngine engine;
  Records records;
  for (uint32_t number = 1; number <= many; ++number) {
    records[records.take(engine)] = record_of(number);
    expect_is_record_of(records[1], 1);
    expect_is_record_of(records[number], number);
  }
  for (uint32_t number = 1; number <= many; ++number) expect_is_record_of(records[number], number);
}

TEST(BlockRecords, TheArrayDoubles) {
  CountingEngine engine;
  Records records;
  unsigned allocs = 1;
  for (uint32_t number = 1; number <= many; ++number) {
    records.take(engine);
    // The record `none` takes a place too.
    if (number >= 64 && (number & (number - 1)) == 0) ++allocs;
    EXPECT_EQ(engine.allocs, allocs) << "with " << number << " records";
  }
}

TEST(BlockRecords, StartingMakesTheFirstArrayOnce) {
  CountingEngine engine;
  Records records;
  records.start(engine);
  EXPECT_EQ(engine.allocs, 1U);
  records.start(engine);
  EXPECT_EQ(engine.allocs, 1U);
  EXPECT_EQ(records.take(engine), 1U);
  EXPECT_EQ(engine.allocs, 1U);
}

TEST(BlockRecords, ABlockIsFoundByItsAddressAndItsNumberOnly) {
  CountingEngine engine;
  Records records;
  for (uint32_t number = 1; number <= many; ++number) {
    records[records.take(engine)] = record_of(number);
  }
  for (uint32_t number = 1; number <= many; ++number) {
    const Address address = record_of(number).address;
    EXPECT_EQ(records.find(address, number), &records[number]);
    for (const uint32_t other : {Records::none, number - 1, number + 1, many + 1, ~uint32_t{0}}) {
      EXPECT_EQ(records.find(address, other), nullptr) << address << ", " << other;
    }
  }
}

TEST(BlockRecords, NothingIsFoundBeforeTheFirstRecord) {
  const Records records;
  EXPECT_EQ(records.find(0x1000, Records::none), nullptr);
  EXPECT_EQ(records.find(0x1000, 1), nullptr);
}

TEST(BlockRecords, WhatWasGivenBackIsUsedAgainTheLatestFirst) {
  CountingEngine engine;
  Records records;
  for (uint32_t number = 1; number <= many; ++number) records.take(engine);
  for (uint32_t number = 1; number <= many; number += 3) records.give_back(number);
  const unsigned allocs = engine.allocs;
  for (uint32_t number = many; number >= 1; number -= 3) {
    EXPECT_EQ(records.take(engine), number);
    if (number == 1) break;
  }
  EXPECT_EQ(engine.allocs, allocs);
  EXPECT_EQ(records.take(engine), many + 1);
}

TEST(BlockRecords, ARecordThatWasGivenBackSaysNothingOfItsBlock) {
  CountingEngine engine;
  Records records;
  const uint32_t number = records.take(engine);
  records[number] = record_of(number);
  records.give_back(number);
  EXPECT_EQ(records[number].state, BlockState::none);
  EXPECT_EQ(records[number].length, 0U);
  EXPECT_EQ(records.find(record_of(number).address, number), nullptr);
}

TEST(BlockRecords, WithoutMemoryThereIsNoNumberAndNothingHasChanged) {
  CountingEngine engine;
  Records records;
  engine.refuses = true;
  records.start(engine);
  EXPECT_EQ(records.take(engine), Records::none);
  EXPECT_EQ(records.end(), 0U);
  engine.refuses = false;
  uint32_t number = 1;
  for (; number <= 63; ++number) records[records.take(engine)] = record_of(number);
  engine.refuses = true;
  EXPECT_EQ(records.take(engine), Records::none);
  for (uint32_t kept = 1; kept <= 63; ++kept) expect_is_record_of(records[kept], kept);
  records.give_back(17);
  EXPECT_EQ(records.take(engine), 17U) << "one that was given back needs no memory";
  EXPECT_EQ(records.take(engine), Records::none);
  engine.refuses = false;
  EXPECT_EQ(records.take(engine), 64U);
}

TEST(BlockRecords, ForgettingBeginsAnewAndCountsHowOften) {
  CountingEngine first;
  CountingEngine second;
  Records records;
  EXPECT_EQ(records.generation(), 0U);
  for (uint32_t number = 1; number <= many; ++number) records.take(first);
  records.give_back(5);
  records.forget();
  EXPECT_EQ(records.generation(), 1U);
  EXPECT_EQ(records.end(), 0U);
  EXPECT_EQ(records.find(0x1000, 1), nullptr);
  EXPECT_EQ(records.take(second), 1U);
  EXPECT_EQ(second.allocs, 1U) << "the array of the other engine is not used";
  records.forget();
  EXPECT_EQ(records.generation(), 2U);
}

TEST(BlockRecords, ARecordHoldsAnyAlignment) {
  for (unsigned log2 = 0; log2 < address_bits; ++log2) {
    BlockRecord record = {};
    record.alignment_log2 = static_cast<uint8_t>(log2);
    EXPECT_EQ(record.alignment().log2(), log2);
  }
}

TEST(BlockRecords, ANumberThatWasNotGivenOutHasNoRecord) {
  CountingEngine engine;
  Records records;
  expect_trap([&] { return records[Records::none].length; });
  const uint32_t number = records.take(engine);
  expect_trap([&] { return records[number + 1].length; });
  expect_trap([&] { records.give_back(number + 1); });
}

TEST(BlockRecords, TheNumberOfNoRecordIsNotGivenBack) {
  CountingEngine engine;
  Records records;
  records.start(engine);
  expect_trap([&] { records.give_back(Records::none); });
}

}  // namespace
}  // namespace granary
