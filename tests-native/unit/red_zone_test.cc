// Red zones, on an array of bytes: for every length up to a few words at every offset, each byte of
// a zone or a pattern is looked at, and no other.
#include "alloc/checks/red_zone.h"

#include <gtest/gtest.h>

#include <array>

#include "tests-native/support/precondition.h"

namespace granary {
namespace {

using test::expect_trap;

constexpr ByteCount most_bytes = 64;
constexpr ByteCount margin = 48;
constexpr uint64_t patterns[] = {RedZone::zone_pattern, RedZone::fresh_pattern,
                                 RedZone::freed_pattern};

// Bytes that no pattern has, and room around those that a test looks at.
class Memory {
 public:
  Memory() { bytes_.fill(0x11); }

  uint8_t& operator[](ByteCount index) { return bytes_[index]; }
  ByteCount size() const { return bytes_.size(); }
  Address address_of(ByteCount index) { return reinterpret_cast<Address>(&bytes_[index]); }

  // Whether the bytes from `begin` up to `end` are the only ones that were written to.
  bool is_untouched_outside(ByteCount begin, ByteCount end) const {
    for (ByteCount index = 0; index < bytes_.size(); ++index) {
      if ((index < begin || index >= end) && bytes_[index] != 0x11) return false;
    }
    return true;
  }

 private:
  alignas(16) std::array<uint8_t, 2 * margin + most_bytes> bytes_;
};

// Which bytes the answer depends on: those that turn it from true to false, whatever is in them.
template <class Question>
void expect_depends_on(Memory& memory, ByteCount begin, ByteCount end, Question is_whole) {
  ASSERT_TRUE(is_whole());
  for (ByteCount index = 0; index < memory.size(); ++index) {
    const uint8_t right = memory[index];
    for (unsigned wrong = 1; wrong <= UINT8_MAX; wrong += index % 2 == 0 ? 1 : 37) {
      memory[index] = static_cast<uint8_t>(right ^ wrong);
      ASSERT_EQ(is_whole(), index < begin || index >= end)
          << "byte " << index << " of those from " << begin << " up to " << end;
    }
    memory[index] = right;
  }
}

TEST(RedZone, TheFrontHasRoomForTheZoneAndKeepsTheAlignment) {
  for (unsigned log2 = 0; log2 < address_bits; ++log2) {
    const Alignment alignment = Alignment::from_log2(log2);
    const ByteCount front = RedZone::front_of(alignment);
    EXPECT_GE(front, RedZone::front_size);
    EXPECT_EQ(front % alignment.bytes(), 0U);
    EXPECT_TRUE(front == RedZone::front_size || front == alignment.bytes()) << "and no more";
  }
}

TEST(RedZone, ABlockWithZonesIsAlignedAsItWasAndToAWord) {
  for (unsigned log2 = 0; log2 < address_bits; ++log2) {
    const unsigned with_zones = RedZone::alignment_with_zones(Alignment::from_log2(log2)).log2();
    EXPECT_EQ(with_zones, log2 < 3 ? 3 : log2);
  }
}

TEST(RedZone, ALengthWithZonesHasRoomForThemOrIsOneThatNoMemoryHas) {
  for (unsigned log2 = 0; log2 < address_bits; ++log2) {
    const Alignment alignment = Alignment::from_log2(log2);
    const ByteCount zones = RedZone::front_of(alignment) + RedZone::rear_size;
    EXPECT_EQ(RedZone::length_with_zones(0, alignment), zones);
    EXPECT_EQ(RedZone::length_with_zones(100, alignment), saturating_add(100, zones));
    EXPECT_EQ(RedZone::length_with_zones(~ByteCount{0} - zones, alignment), ~ByteCount{0});
    EXPECT_EQ(RedZone::length_with_zones(~ByteCount{0} - zones + 1, alignment), ~ByteCount{0});
  }
}

TEST(RedZone, TheFrontKeepsTheNumberOfTheRecord) {
  for (unsigned bit = 0; bit < 32; ++bit) {
    for (const uint32_t number : {uint32_t{1} << bit, ~(uint32_t{1} << bit)}) {
      Memory memory;
      RedZone::write_front(memory.address_of(margin), number);
      EXPECT_EQ(RedZone::number_before(memory.address_of(margin)), number);
      EXPECT_TRUE(RedZone::front_is_whole(memory.address_of(margin)));
    }
  }
}

TEST(RedZone, TheFrontIsThe16BytesBelowTheBlock) {
  for (ByteCount offset = 0; offset < 16; ++offset) {
    Memory memory;
    RedZone::write_front(memory.address_of(margin + offset), 0);
    EXPECT_TRUE(memory.is_untouched_outside(margin + offset - 16, margin + offset));
  }
}

TEST(RedZone, EveryByteOfTheFrontButTheNumberIsLookedAt) {
  for (ByteCount offset = 0; offset < 16; ++offset) {
    Memory memory;
    const ByteCount begin = margin + offset;
    RedZone::write_front(memory.address_of(begin), 0xb7b7b7b7);
    expect_depends_on(memory, begin - 12, begin,
                      [&] { return RedZone::front_is_whole(memory.address_of(begin)); });
  }
}

TEST(RedZone, TheRearIsThe16BytesAboveTheBlock) {
  for (ByteCount offset = 0; offset < 16; ++offset) {
    Memory memory;
    RedZone::write_rear(memory.address_of(margin + offset));
    EXPECT_TRUE(memory.is_untouched_outside(margin + offset, margin + offset + 16));
  }
}

TEST(RedZone, EveryByteOfTheRearIsLookedAt) {
  for (ByteCount offset = 0; offset < 16; ++offset) {
    Memory memory;
    const ByteCount end = margin + offset;
    RedZone::write_rear(memory.address_of(end));
    expect_depends_on(memory, end, end + 16,
                      [&] { return RedZone::rear_is_whole(memory.address_of(end)); });
  }
}

TEST(RedZone, FillingWritesTheBlockAndNoMoreThanItsRear) {
  for (const uint64_t pattern : patterns) {
    for (ByteCount length = 0; length <= most_bytes; ++length) {
      Memory memory;
      RedZone::fill(memory.address_of(margin), length, pattern);
      EXPECT_TRUE(memory.is_untouched_outside(margin, margin + length + RedZone::rear_size));
      for (ByteCount index = margin; index < margin + length; ++index) {
        ASSERT_EQ(memory[index], pattern & 0xff) << "byte " << index << " of " << length;
      }
    }
  }
}

TEST(RedZone, EveryByteOfAFilledBlockIsLookedAt) {
  for (const uint64_t pattern : patterns) {
    for (ByteCount length = 0; length <= most_bytes; ++length) {
      Memory memory;
      const ByteCount begin = margin + length % 16;
      const Address address = memory.address_of(begin);
      RedZone::fill(address, length, pattern);
      expect_depends_on(memory, begin, begin + length,
                        [&] { return RedZone::is_filled(address, length, pattern); });
    }
  }
}

TEST(RedZone, NoPatternPassesForAnother) {
  for (const uint64_t written : patterns) {
    for (const uint64_t asked : patterns) {
      for (ByteCount length = 1; length <= most_bytes; ++length) {
        Memory memory;
        RedZone::fill(memory.address_of(margin), length, written);
        EXPECT_EQ(RedZone::is_filled(memory.address_of(margin), length, asked), written == asked);
      }
    }
  }
}

TEST(RedZone, AnAlignmentThatNoAddressHasHasNoZones) {
  const Alignment alignment = Alignment::from_log2(address_bits);
  expect_trap([&] { return RedZone::front_of(alignment); });
  expect_trap([&] { return RedZone::length_with_zones(0, alignment); });
}

}  // namespace
}  // namespace granary
