// Bins: which sizes share one, and that each holds what was put into it and not taken out, whatever
// the order.
#include "alloc/granary/bins.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "tests-native/support/precondition.h"

namespace granary {
namespace {

using test::expect_trap;

constexpr ByteCount unit = TaggedBlock::unit;
constexpr ByteCount largest_size = power_of_two(memory_bits) - unit;

unsigned bin_of_units(ByteCount units) { return Bins::index_of(units * unit); }

// The sizes of most bins are larger than any memory; of a free block in a bin nothing is touched
// but its tag and its links, so a tag that says the size is enough.
template <unsigned capacity>
class Blocks {
 public:
  TaggedBlock make(unsigned index, ByteCount size) {
    Cell& cell = cells_[index];
    cell.tag = size | 1;
    return TaggedBlock(reinterpret_cast<Address>(&cell.tag + 1));
  }

 private:
  struct alignas(TaggedBlock::unit) Cell {
    Address padding[3];
    Address tag;
    Address links[4];
  };
  std::array<Cell, capacity> cells_ = {};
};

// The smallest size of each bin that has any: bin 0 has none, and the last ones may have none.
std::vector<ByteCount> smallest_sizes() {
  std::vector<ByteCount> sizes;
  for (ByteCount units = 1; units < 16; ++units) sizes.push_back(units * unit);
  for (unsigned shift = 1; largest_size / unit >> shift >= 8; ++shift) {
    for (ByteCount eighths = 8; eighths < 16; ++eighths) {
      if (eighths <= largest_size / unit >> shift) sizes.push_back((eighths << shift) * unit);
    }
  }
  return sizes;
}

class StartedBins : public Bins {
 public:
  StartedBins() { start(); }

  using Bins::insert;
  void insert(TaggedBlock block) { insert(block, block.size()); }
};

std::vector<Address> contents(const Bins& bins, unsigned bin) {
  std::vector<Address> found;
  Address link = bins.head_of(bin);
  for (TaggedBlock block = bins.first(bin); !bins.is_end(block);) {
    EXPECT_EQ(block.link_in_bin(), link);
    EXPECT_EQ(*reinterpret_cast<const Address*>(link), block.address());
    link = reinterpret_cast<Address>(&block.next_in_bin());
    found.push_back(block.address());
    block = TaggedBlock(block.next_in_bin());
  }
  return found;
}

TEST(Bins, EachSizeUpTo15UnitsHasABinOfItsOwn) {
  for (unsigned units = 1; units < 16; ++units) EXPECT_EQ(bin_of_units(units), units);
}

TEST(Bins, EachDoublingHasEightBinsOfSizesAnEighthApart) {
  unsigned bin = 0;
  for (const ByteCount smallest : smallest_sizes()) {
    ++bin;
    EXPECT_EQ(Bins::index_of(smallest), bin) << smallest / unit << " units";
    EXPECT_EQ(Bins::index_of(smallest - unit), bin - 1) << smallest / unit - 1 << " units";
  }
  EXPECT_EQ(Bins::index_of(largest_size), bin);
}

TEST(Bins, EverySizeHasABin) { EXPECT_LT(Bins::index_of(largest_size), Bins::count); }

TEST(Bins, TheBitsBelowAUnitDoNotCount) {
  for (const ByteCount size : smallest_sizes()) {
    EXPECT_EQ(Bins::index_of(size), Bins::index_of(size + unit - 1));
  }
}

TEST(Bins, StartedBinsHoldNothing) {
  const StartedBins bins;
  for (unsigned bin = 0; bin < Bins::count; ++bin) {
    EXPECT_TRUE(bins.is_end(bins.first(bin)));
    EXPECT_GE(bins.next_marked(bin), Bins::count);
  }
}

TEST(Bins, TheNextMarkedBinIsTheFirstThatHoldsABlock) {
  const std::vector<ByteCount> sizes = smallest_sizes();
  for (ByteCount low = 0; low < sizes.size(); ++low) {
    for (ByteCount high = low; high < sizes.size(); high += 7) {
      Blocks<2> blocks;
      StartedBins bins;
      bins.insert(blocks.make(0, sizes[low]));
      bins.insert(blocks.make(1, sizes[high]));
      const auto low_bin = static_cast<unsigned>(low + 1);
      const auto high_bin = static_cast<unsigned>(high + 1);
      for (unsigned from = 0; from < Bins::count; ++from) {
        const unsigned next = bins.next_marked(from);
        if (from <= low_bin) {
          ASSERT_EQ(next, low_bin);
        } else if (from <= high_bin) {
          ASSERT_EQ(next, high_bin);
        } else {
          ASSERT_GE(next, Bins::count);
        }
      }
    }
  }
}

TEST(Bins, TheLatestBlockOfABinIsTheFirst) {
  Blocks<4> blocks;
  StartedBins bins;
  std::vector<Address> expected;
  for (unsigned index = 0; index < 4; ++index) {
    // 16 and 17 units share a bin.
    const TaggedBlock block = blocks.make(index, (16 + index % 2) * unit);
    bins.insert(block);
    expected.insert(expected.begin(), block.address());
    EXPECT_EQ(contents(bins, 16), expected);
  }
}

TEST(Bins, WhatIsLeftStaysInOrderInWhateverOrderBlocksGo) {
  constexpr unsigned count = 5;
  // Three share a bin; one lies in another, one in a bin of another word of the bitmap.
  constexpr std::array<ByteCount, count> units = {16, 17, 3, 16, ByteCount{16} << 20};
  std::array<unsigned, count> inserted;
  std::iota(inserted.begin(), inserted.end(), 0U);
  do {
    std::array<unsigned, count> removed;
    std::iota(removed.begin(), removed.end(), 0U);
    do {
      Blocks<count> blocks;
      StartedBins bins;
      std::array<std::vector<Address>, Bins::count> model;
      for (const unsigned index : inserted) {
        const TaggedBlock block = blocks.make(index, units[index] * unit);
        bins.insert(block);
        std::vector<Address>& bin = model[bin_of_units(units[index])];
        bin.insert(bin.begin(), block.address());
      }
      for (const unsigned index : removed) {
        const TaggedBlock block = blocks.make(index, units[index] * unit);
        const unsigned own = bin_of_units(units[index]);
        bins.remove(block);
        bins.unmark_if_empty(own);
        std::erase(model[own], block.address());
        for (const ByteCount of : units) {
          const unsigned bin = bin_of_units(of);
          ASSERT_EQ(contents(bins, bin), model[bin]);
          ASSERT_EQ(bins.next_marked(bin) == bin, !model[bin].empty());
        }
      }
      ASSERT_GE(bins.next_marked(0), Bins::count);
    } while (std::next_permutation(removed.begin(), removed.end()));
  } while (std::next_permutation(inserted.begin(), inserted.end()));
}

TEST(Bins, ABinStaysMarkedUntilASearchFindsItEmpty) {
  Blocks<2> blocks;
  StartedBins bins;
  const TaggedBlock block = blocks.make(0, 3 * unit);
  bins.insert(block);
  bins.insert(blocks.make(1, 5 * unit));
  bins.unmark_if_empty(3);
  EXPECT_EQ(bins.next_marked(0), 3U);
  bins.remove(block);
  EXPECT_EQ(bins.next_marked(0), 3U);
  bins.unmark_if_empty(3);
  EXPECT_EQ(bins.next_marked(0), 5U);
}

TEST(Bins, OnlyAMarkedBinIsUnmarked) {
  StartedBins bins;
  expect_trap([&] { bins.unmark_if_empty(3); });
}

TEST(Bins, ABlockThatWasRemovedCanBeInsertedWithAnotherSize) {
  Blocks<1> blocks;
  StartedBins bins;
  for (const ByteCount size : smallest_sizes()) {
    const TaggedBlock block = blocks.make(0, size);
    bins.insert(block);
    EXPECT_EQ(bins.next_marked(0), Bins::index_of(size));
    bins.remove(block);
    bins.unmark_if_empty(Bins::index_of(size));
  }
  EXPECT_GE(bins.next_marked(0), Bins::count);
}

// A block in use: its tag says a size, and nothing else.
TaggedBlock in_use(TaggedBlock block) {
  block.make_used(block.size());
  return block;
}

TEST(Bins, ABlockInUseDoesNotComeIntoABinOrOutOfOne) {
  Blocks<1> blocks;
  StartedBins bins;
  const TaggedBlock block = blocks.make(0, unit);
  bins.insert(block);
  in_use(block);
  expect_trap([&] { bins.insert(block, unit); });
  expect_trap([&] { bins.remove(block); });
}

TEST(Bins, ABlockComesIntoTheBinOfItsOwnSizeOnly) {
  Blocks<1> blocks;
  StartedBins bins;
  const TaggedBlock block = blocks.make(0, 3 * unit);
  expect_trap([&] { bins.insert(block, 2 * unit); });
  expect_trap([&] { bins.insert(block, 4 * unit); });
}

TEST(Bins, ABlockThatIsInNoBinIsNotTakenOut) {
  Blocks<3> blocks;
  StartedBins bins;
  const TaggedBlock never = blocks.make(0, unit);
  expect_trap([&] { bins.remove(never); });
  for (unsigned other = 0; other < 3; ++other) {
    StartedBins holding;
    for (unsigned index = 0; index < 3; ++index) holding.insert(blocks.make(index, unit));
    const TaggedBlock gone = blocks.make(other, unit);
    holding.remove(gone);
    expect_trap([&] { holding.remove(gone); });
  }
}

TEST(Bins, ABlockWhoseLinksWereOverwrittenIsNotTakenOut) {
  for (const bool is_next : {false, true}) {
    for (unsigned elsewhere = 0; elsewhere < 3; ++elsewhere) {
      Blocks<3> blocks;
      StartedBins bins;
      for (unsigned index = 0; index < 3; ++index) bins.insert(blocks.make(index, unit));
      const TaggedBlock middle = blocks.make(1, unit);
      Address& link = is_next ? middle.next_in_bin() : middle.link_in_bin();
      const Address other = blocks.make(elsewhere, unit).address();
      if (link == other) continue;  // The first word of a block is the one that leads on.
      link = other;
      expect_trap([&] { bins.remove(middle); });
    }
  }
}

TEST(Bins, ThereIsNoBinAfterTheLast) {
  const Bins bins;
  expect_trap([&] { return bins.first(Bins::count); });
  expect_trap([&] { return bins.head_of(Bins::count); });
  expect_trap([&] { return bins.is_marked(Bins::count); });
}

}  // namespace
}  // namespace granary
