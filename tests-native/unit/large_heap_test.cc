// The large heap over regions of a memory of its own, walkable or not: laws over every order of
// frees and every pair of sizes, and random calls against a model that knows every byte of every
// block.
#include "alloc/granary/large_heap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
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

constexpr ByteCount unit = TaggedBlock::unit;
constexpr Alignment unit_aligned = Alignment::from_log2(5);

struct Item {
  Address address;
  ByteCount size;
  bool is_free;

  bool operator==(const Item&) const = default;
};

// A large heap in one region at first, with as many further ones as a test adds.
template <bool walkable>
class Heap {
 public:
  using Large = LargeHeap<Configuration{.walkable = walkable}>;

  explicit Heap(ByteCount pages = 4) { add_region(pages); }

  // Pages that do not follow those before.
  void add_region(ByteCount pages) {
    memory_.grow_as_stranger({1});
    const Address begin = memory_.grow({pages});
    const Address limit = begin + (pages << wasm_page_log2);
    if (large.is_empty()) {
      large.add(begin, limit);
    } else {
      const Address old_limit = large.limit();
      large.extend(old_limit, old_limit);
      large.add(begin, limit);
    }
    firsts.push_back(Large::first_in(begin));
    ends.push_back(limit);
  }

  Address take(ByteCount size, Alignment alignment = unit_aligned,
               unsigned depth = Large::usual_depth, bool from_top = true) {
    return large.take(size, alignment, depth, from_top);
  }

  // Free blocks of these sizes, which blocks in use keep apart. The last is the first of its bin.
  std::vector<Address> make_free(const std::vector<ByteCount>& sizes) {
    std::vector<Address> blocks;
    for (const ByteCount size : sizes) {
      blocks.push_back(take(size));
      take(unit);
    }
    for (const Address block : blocks) large.release(block);
    return blocks;
  }
  Address make_free(ByteCount size) { return make_free(std::vector{size})[0]; }

  // All blocks of all regions, found by their tags.
  std::vector<Item> items() const {
    std::vector<Item> found;
    for (ByteCount region = 0; region < firsts.size(); ++region) {
      const bool is_last = region + 1 == firsts.size();
      const Address end = is_last ? large.top() : ends[region];
      bool previous_is_free = false;
      Address address = firsts[region];
      while (address < end) {
        const TaggedBlock block(address);
        EXPECT_EQ(block.previous_is_free(), previous_is_free) << "tag at " << address;
        if (block.is_free()) EXPECT_FALSE(previous_is_free) << "free blocks coalesce";
        previous_is_free = block.is_free();
        found.push_back({address, block.size(), previous_is_free});
        address += block.size();
        if (block.size() == 0) break;
      }
      EXPECT_EQ(address, end);
      if (is_last) EXPECT_FALSE(previous_is_free) << "a free block below the top is part of it";
      if (!is_last) EXPECT_EQ(TaggedBlock(end).previous_is_free(), previous_is_free);
    }
    return found;
  }

  // The free ones, as the bins have them.
  std::vector<Item> binned() const {
    std::vector<Item> found;
    for (unsigned bin = 0; bin < Bins::count; ++bin) {
      TaggedBlock block = large.bins().first(bin);
      while (!large.bins().is_end(block)) {
        EXPECT_EQ(Bins::index_of(block.size()), bin);
        found.push_back({block.address(), block.size(), true});
        block = TaggedBlock(block.next_in_bin());
      }
    }
    std::sort(found.begin(), found.end(),
              [](const Item& a, const Item& b) { return a.address < b.address; });
    return found;
  }

  void check() const {
    std::vector<Item> free = items();
    std::erase_if(free, [](const Item& item) { return !item.is_free; });
    EXPECT_EQ(binned(), free) << "the free blocks are those of the bins";
  }

  Large large;
  std::vector<Address> firsts;
  std::vector<Address> ends;

 private:
  OwnMemory memory_;
};

using Walkable = Heap<true>;
using Plain = Heap<false>;

template <class AHeap>
class LargeHeap_ : public testing::Test {};
using Both = testing::Types<Walkable, Plain>;
TYPED_TEST_SUITE(LargeHeap_, Both);

TYPED_TEST(LargeHeap_, AFreshRegionIsAllTop) {
  TypeParam heap;
  EXPECT_FALSE(heap.large.is_empty());
  EXPECT_EQ(heap.large.top(), heap.firsts[0]);
  EXPECT_EQ(heap.large.limit(), heap.ends[0]);
  EXPECT_TRUE(heap.items().empty());
  EXPECT_TRUE(heap.binned().empty());
}

TYPED_TEST(LargeHeap_, AHeapWithoutMemoryHasNoBlock) {
  typename TypeParam::Large large;
  EXPECT_TRUE(large.is_empty());
  EXPECT_EQ(large.take(unit, unit_aligned, TypeParam::Large::whole_depth, true), 0U);
}

TYPED_TEST(LargeHeap_, BlocksOfTheTopLieEndToEnd) {
  TypeParam heap;
  Address expected = heap.firsts[0];
  for (ByteCount size = unit; size <= 40 * unit; size += unit) {
    EXPECT_EQ(heap.take(size), expected);
    EXPECT_EQ(TypeParam::Large::size_of(expected), size);
    EXPECT_TRUE(heap.large.is_last(expected));
    expected += size;
    EXPECT_EQ(heap.large.top(), expected);
  }
  heap.check();
}

TYPED_TEST(LargeHeap_, TheLastByteOfTheTopIsHadAndNoMore) {
  TypeParam heap;
  const ByteCount all = heap.ends[0] - heap.firsts[0];
  EXPECT_EQ(heap.take(all + unit), 0U);
  EXPECT_EQ(heap.take(~ByteCount{0} & ~(unit - 1)), 0U);
  EXPECT_EQ(heap.take(unit, unit_aligned, TypeParam::Large::usual_depth, false), 0U);
  EXPECT_EQ(heap.take(all & ~(unit - 1)), heap.firsts[0]);
  EXPECT_EQ(heap.take(unit), 0U);
}

TYPED_TEST(LargeHeap_, InWhateverOrderBlocksAreFreedTheyCoalesce) {
  constexpr unsigned count = 6;
  std::array<unsigned, count> order = {0, 1, 2, 3, 4, 5};
  do {
    for (const bool last_stays : {false, true}) {
      TypeParam heap;
      std::array<Address, count> blocks;
      ByteCount size = 0;
      for (unsigned index = 0; index < count; ++index) {
        blocks[index] = heap.take((index + 1) * unit);
        size += (index + 1) * unit;
      }
      const Address last = last_stays ? heap.take(unit) : 0;
      for (const unsigned index : order) heap.large.release(blocks[index]);
      if (last_stays) {
        const std::vector<Item> expected = {{heap.firsts[0], size, true}, {last, unit, false}};
        ASSERT_EQ(heap.items(), expected);
        heap.check();
        heap.large.release(last);
      }
      ASSERT_EQ(heap.large.top(), heap.firsts[0]);
      ASSERT_TRUE(heap.binned().empty());
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

TYPED_TEST(LargeHeap_, AnAlignedBlockLeavesWhatLiesBelowItFree) {
  for (unsigned log2 = 0; log2 <= wasm_page_log2; ++log2) {
    for (const bool in_a_free_block : {false, true}) {
      TypeParam heap(8);
      const Alignment alignment = Alignment::from_log2(log2);
      Address hole = 0;
      if (in_a_free_block) hole = heap.make_free(4 * wasm_page_size);
      const Address top = heap.large.top();
      const Address address = heap.take(5 * unit, alignment);
      ASSERT_NE(address, 0U);
      ASSERT_EQ(address % alignment.bytes(), 0U);
      ASSERT_EQ(address < top, in_a_free_block);
      heap.check();
      heap.large.release(address);
      heap.check();
      ASSERT_EQ(heap.large.top(), top);
      ASSERT_EQ(heap.binned().size(), in_a_free_block ? 1U : 0U) << hole;
    }
  }
}

// 16 and 17 units share a bin, and so do 18 and 19.
TYPED_TEST(LargeHeap_, OfItsOwnBinARequestGetsTheSmallestBlockThatFits) {
  for (const bool small_first : {false, true}) {
    TypeParam heap;
    std::vector<ByteCount> sizes = {16 * unit, 17 * unit, 20 * unit};
    if (!small_first) std::swap(sizes[0], sizes[1]);
    const std::vector<Address> blocks = heap.make_free(sizes);
    EXPECT_EQ(heap.take(16 * unit), blocks[small_first ? 0 : 1]);
    EXPECT_EQ(heap.take(17 * unit), blocks[small_first ? 1 : 0]);
    heap.check();
  }
}

TYPED_TEST(LargeHeap_, ASearchUnmarksTheEmptyBinsThatItComesTo) {
  TypeParam heap;
  const Address low = heap.take(3 * unit);
  const Address high = heap.take(3 * unit);
  heap.take(unit);
  heap.large.release(low);
  heap.large.release(high);
  // The two are one block of 6 units now, which the search takes.
  EXPECT_TRUE(heap.large.bins().is_marked(3));
  EXPECT_EQ(heap.take(2 * unit), low);
  EXPECT_EQ(heap.large.bins().next_marked(0), 4U) << "what is left of the 6 units";
  EXPECT_EQ(heap.take(4 * unit), low + 2 * unit);
  EXPECT_GE(heap.large.bins().next_marked(0), Bins::count);
}

TYPED_TEST(LargeHeap_, WhatIsLeftOfABlockIsFree) {
  for (ByteCount held = 2 * unit; held <= 40 * unit; held += unit) {
    for (ByteCount size = unit; size <= held; size += unit) {
      TypeParam heap;
      const Address hole = heap.make_free(held);
      ASSERT_EQ(heap.take(size), hole);
      std::vector<Item> expected;
      if (size != held) expected.push_back({hole + size, held - size, true});
      ASSERT_EQ(heap.binned(), expected);
      heap.check();
    }
  }
}

// How many blocks there are in the bin before the one that fits.
TYPED_TEST(LargeHeap_, ASearchLooksAtSoManyBlocksOfABin) {
  constexpr unsigned usual = TypeParam::Large::usual_depth;
  for (unsigned others = 0; others <= 2 * usual; ++others) {
    TypeParam heap;
    std::vector<ByteCount> sizes = {17 * unit};
    sizes.insert(sizes.end(), others, 16 * unit);
    const Address fits = heap.make_free(sizes)[0];
    const Address found = heap.take(17 * unit, unit_aligned, usual, false);
    EXPECT_EQ(found, others < usual ? fits : 0U) << others;
    if (found == 0) {
      EXPECT_EQ(heap.take(17 * unit, unit_aligned, TypeParam::Large::whole_depth, false), fits);
    }
  }
}

TYPED_TEST(LargeHeap_, WhatWasUnavailableIsAvailableOnceABlockThatFitsIsFree) {
  for (ByteCount size = unit; size <= 40 * unit; size += unit) {
    TypeParam heap;
    const auto search = [&](ByteCount wanted, Alignment alignment) {
      return heap.take(wanted, alignment, TypeParam::Large::whole_depth, false);
    };
    const Address block = heap.take(size);
    const Address smaller = heap.take(unit);
    heap.take(unit);
    EXPECT_EQ(search(size, unit_aligned), 0U);
    EXPECT_EQ(search(size, unit_aligned), 0U);
    heap.large.release(smaller);
    EXPECT_EQ(search(unit, unit_aligned), smaller);
    heap.large.release(block);
    EXPECT_EQ(search(size, unit_aligned), block);
  }
}

TYPED_TEST(LargeHeap_, WhatIsUnavailableAtOneAlignmentMayBeHadAtALesserOne) {
  for (unsigned log2 = 6; log2 <= 14; ++log2) {
    TypeParam heap;
    const auto search = [&](unsigned alignment_log2) {
      return heap.take(unit, Alignment::from_log2(alignment_log2), TypeParam::Large::whole_depth,
                       false);
    };
    // The first block lies above a page by a unit.
    const Address hole = heap.make_free(unit);
    EXPECT_EQ(search(log2), 0U);
    EXPECT_EQ(search(log2), 0U);
    EXPECT_EQ(search(log2 - 1), log2 == 6 ? hole : 0U);
    EXPECT_EQ(search(5), log2 == 6 ? 0 : hole);
  }
}

TYPED_TEST(LargeHeap_, NoFreeBlockHoldsWhatASearchDidNotFind) {
  TypeParam heap;
  heap.make_free(7 * unit);
  EXPECT_FALSE(heap.large.denies(heap.firsts[0], 1000 * unit)) << "nothing was searched for";
  heap.take(8 * unit, unit_aligned, TypeParam::Large::whole_depth, false);
  EXPECT_FALSE(heap.large.denies(heap.firsts[0], 7 * unit));
  EXPECT_TRUE(heap.large.denies(heap.firsts[0], 8 * unit));
}

// What lies above the block that is resized.
enum class Above { top, used, free };

TYPED_TEST(LargeHeap_, ABlockIsResizedWhereItIsIfThereIsRoomAboveIt) {
  for (const Above above : {Above::top, Above::used, Above::free}) {
    for (ByteCount from = unit; from <= 12 * unit; from += unit) {
      for (ByteCount to = unit; to <= 20 * unit; to += unit) {
        TypeParam heap;
        const Address block = heap.take(from);
        constexpr ByteCount hole = 4 * unit;
        if (above == Above::free) heap.make_free(hole);
        if (above == Above::used) heap.take(unit);
        std::memset(reinterpret_cast<void*>(block), 0x5a, from - TaggedBlock::overhead);
        const bool has_room = above == Above::top || to <= from + (above == Above::free ? hole : 0);
        ASSERT_EQ(heap.large.resize(block, to), has_room) << from << " to " << to;
        ASSERT_EQ(TypeParam::Large::size_of(block), has_room ? to : from);
        const auto* const bytes = reinterpret_cast<const uint8_t*>(block);
        const ByteCount kept = std::min(from, has_room ? to : from) - TaggedBlock::overhead;
        ASSERT_EQ(std::count(bytes, bytes + kept, 0x5a), kept);
        ByteCount free = above == Above::free ? hole : 0;
        if (has_room && above != Above::top) free = free + from - to;
        std::vector<Item> expected;
        if (free != 0) expected.push_back({block + TypeParam::Large::size_of(block), free, true});
        ASSERT_EQ(heap.binned(), expected);
        heap.check();
      }
    }
  }
}

TYPED_TEST(LargeHeap_, TheLastBlockGrowsToTheLimitAndNoFurther) {
  TypeParam heap;
  const Address block = heap.take(unit);
  const ByteCount most = (heap.ends[0] - block) & ~(unit - 1);
  EXPECT_FALSE(heap.large.resize(block, most + unit));
  EXPECT_TRUE(heap.large.resize(block, most));
  EXPECT_TRUE(heap.large.resize(block, unit));
  EXPECT_EQ(heap.large.top(), block + unit);
}

TYPED_TEST(LargeHeap_, ABlockSlidesDownIntoTheFreeBlockBelowItWithItsBytes) {
  for (ByteCount hole = unit; hole <= 12 * unit; hole += unit) {
    for (ByteCount from = unit; from <= 8 * unit; from += unit) {
      for (ByteCount to = from + unit; to <= 20 * unit; to += unit) {
        TypeParam heap;
        const Address lower = heap.take(hole);
        const Address block = heap.take(from);
        heap.take(unit);
        auto* const bytes = reinterpret_cast<uint8_t*>(block);
        for (ByteCount index = 0; index < from - TaggedBlock::overhead; ++index) {
          bytes[index] = static_cast<uint8_t>(index);
        }
        ASSERT_EQ(heap.large.slide_down(block, to, unit_aligned), 0U) << "nothing is free below";
        heap.large.release(lower);
        const bool fits = to <= hole + from;
        ASSERT_EQ(heap.large.slide_down(block, to, unit_aligned), fits ? lower : 0);
        const Address now = fits ? lower : block;
        ASSERT_EQ(TypeParam::Large::size_of(now), fits ? to : from);
        for (ByteCount index = 0; index < from - TaggedBlock::overhead; ++index) {
          ASSERT_EQ(reinterpret_cast<uint8_t*>(now)[index], static_cast<uint8_t>(index));
        }
        heap.check();
      }
    }
  }
}

TYPED_TEST(LargeHeap_, ABlockDoesNotSlideToWhereItsAlignmentWouldBreak) {
  TypeParam heap;
  const Alignment alignment = Alignment::from_log2(10);
  const Address block = heap.take(unit, alignment);
  heap.take(100 * unit);
  ASSERT_TRUE(TaggedBlock(block).previous_is_free());
  EXPECT_EQ(heap.large.slide_down(block, 2 * unit, alignment), 0U);
  EXPECT_EQ(heap.large.slide_down(block, 2 * unit, unit_aligned), heap.firsts[0]);
}

TYPED_TEST(LargeHeap_, TheRestOfAnOldTopIsAFreeBlockOfItsRegion) {
  TypeParam heap;
  const Address block = heap.take(unit);
  const Address rest = heap.large.top();
  const Address old_end = heap.ends[0];
  heap.add_region(1);
  EXPECT_EQ(heap.large.top(), heap.firsts[1]);
  const std::vector<Item> free = {{rest, old_end - rest, true}};
  EXPECT_EQ(heap.binned(), free);
  heap.check();
  heap.large.release(block);
  const std::vector<Item> whole = {{block, old_end - block, true}};
  EXPECT_EQ(heap.items(), whole) << "and a region by itself";
}

TYPED_TEST(LargeHeap_, BlocksOfTwoRegionsDoNotCoalesce) {
  TypeParam heap(1);
  const Address last = heap.take((heap.ends[0] - heap.firsts[0]) & ~(unit - 1));
  heap.add_region(1);
  const Address first = heap.take(unit);
  heap.take(unit);
  heap.large.release(last);
  heap.large.release(first);
  EXPECT_EQ(heap.binned().size(), 2U);
  heap.check();
}

TEST(LargeHeapWalkable, AGapLeadsToTheFirstBlockOfTheNextRegion) {
  Walkable heap(1);
  EXPECT_EQ(heap.large.first(), heap.firsts[0]);
  heap.add_region(1);
  heap.add_region(1);
  EXPECT_EQ(heap.large.first(), heap.firsts[0]);
  for (unsigned region = 0; region < 2; ++region) {
    const TaggedBlock gap(heap.ends[region]);
    EXPECT_TRUE(gap.is_gap());
    EXPECT_FALSE(gap.is_free());
    EXPECT_EQ(gap.next().address(), heap.firsts[region + 1]);
  }
}

TYPED_TEST(LargeHeap_, MemoryAsFarAsTheTopHasBeenIsNotFresh) {
  TypeParam heap;
  EXPECT_EQ(heap.large.fresh(), heap.large.top());
  const Address block = heap.take(100 * unit);
  const Address reached = heap.large.top();
  EXPECT_EQ(heap.large.fresh(), reached);
  heap.large.release(block);
  EXPECT_EQ(heap.large.top(), heap.firsts[0]);
  EXPECT_EQ(heap.large.fresh(), reached);
  heap.take(unit);
  EXPECT_EQ(heap.large.fresh(), reached);
  heap.take(200 * unit);
  EXPECT_EQ(heap.large.fresh(), heap.large.top());
  heap.large.extend(heap.large.limit(), heap.large.limit());
  EXPECT_EQ(heap.large.fresh(), heap.large.limit());
}

TYPED_TEST(LargeHeap_, AForgottenHeapHasNoMemory) {
  TypeParam heap;
  heap.make_free(unit);
  heap.take(100 * unit, unit_aligned, TypeParam::Large::whole_depth, false);
  heap.large.forget();
  EXPECT_TRUE(heap.large.is_empty());
  EXPECT_EQ(heap.large.top(), 0U);
  EXPECT_EQ(heap.large.fresh(), 0U);
  EXPECT_EQ(heap.large.first(), 0U);
  EXPECT_GE(heap.large.bins().next_marked(0), Bins::count);
  EXPECT_FALSE(heap.large.denies(heap.firsts[0], 1000 * unit));
}

// A block of the model: its bytes are all its mark.
struct Live {
  Address address;
  ByteCount size;
  Alignment alignment;
  uint8_t mark;
};

template <class AHeap>
class Model {
 public:
  Model(AHeap& heap, Random& random) : heap_(heap), random_(random) {}

  void take() {
    const ByteCount size = random_size();
    const Alignment alignment = random_alignment();
    const bool from_top = random_.one_in(2);
    const unsigned depth =
        random_.one_in(2) ? AHeap::Large::usual_depth : AHeap::Large::whole_depth;
    const bool is_there = fits_free_block(size, alignment);
    const Address address = heap_.take(size, alignment, depth, from_top);
    if (!is_there && !from_top) EXPECT_EQ(address, 0U);
    if (is_there && depth == AHeap::Large::whole_depth) EXPECT_NE(address, 0U);
    if (address == 0) return;
    EXPECT_EQ(address % alignment.bytes(), 0U);
    live_.push_back({address, size, alignment, 0});
    write(live_.back());
  }

  void release() {
    if (live_.empty()) return;
    const Live block = pick();
    live_.pop_back();
    heap_.large.release(block.address);
  }

  void resize() {
    if (live_.empty()) return;
    Live& block = pick();
    const ByteCount size = random_size();
    const bool is_resized = heap_.large.resize(block.address, size);
    if (size <= block.size) EXPECT_TRUE(is_resized) << "a smaller size always succeeds";
    if (is_resized) change(block, size);
  }

  void slide_down() {
    if (live_.empty()) return;
    Live& block = pick();
    const ByteCount size = block.size + random_.below(10) * unit;
    const Address moved = heap_.large.slide_down(block.address, size, block.alignment);
    if (moved == 0) return;
    EXPECT_LT(moved, block.address);
    EXPECT_EQ(moved % block.alignment.bytes(), 0U);
    block.address = moved;
    change(block, size);
  }

  // Every block is where the model has it, with its bytes, and between them all is free.
  void check() const {
    heap_.check();
    std::map<Address, ByteCount> used;
    for (const Item& item : heap_.items()) {
      if (!item.is_free) used[item.address] = item.size;
    }
    ASSERT_EQ(used.size(), live_.size());
    for (const Live& block : live_) {
      ASSERT_EQ(used[block.address], block.size);
      ASSERT_TRUE(has_mark(block, block.size)) << "a block keeps its bytes";
    }
  }

  ByteCount count() const { return live_.size(); }

 private:
  static ByteCount room(ByteCount size) { return size - TaggedBlock::overhead; }

  bool has_mark(const Live& block, ByteCount size) const {
    const auto* const bytes = reinterpret_cast<const uint8_t*>(block.address);
    return std::all_of(bytes, bytes + room(size), [&](uint8_t byte) { return byte == block.mark; });
  }

  void write(Live& block) {
    block.mark = static_cast<uint8_t>(random_.below(256));
    std::memset(reinterpret_cast<void*>(block.address), block.mark, room(block.size));
  }

  void change(Live& block, ByteCount size) {
    EXPECT_TRUE(has_mark(block, std::min(size, block.size)));
    block.size = size;
    write(block);
  }

  Live& pick() {
    std::swap(live_[random_.below(live_.size())], live_.back());
    return live_.back();
  }

  ByteCount random_size() {
    const ByteCount most = random_.one_in(8) ? 1000 : 40;
    return random_.between(1, most) * unit;
  }

  Alignment random_alignment() {
    return Alignment::from_log2(
        static_cast<unsigned>(random_.one_in(4) ? random_.between(0, 14) : 5));
  }

  bool fits_free_block(ByteCount size, Alignment alignment) const {
    for (const Item& item : heap_.binned()) {
      const Address mask = alignment.bytes() - 1;
      const Address begin = (item.address + mask) & ~mask;
      if (begin + size <= item.address + item.size) return true;
    }
    return false;
  }

  AHeap& heap_;
  Random& random_;
  std::vector<Live> live_;
};

TYPED_TEST(LargeHeap_, EveryBlockKeepsItsBytesAndAllElseIsFreeWhateverTheCalls) {
  for_all_seeds(30, [](Random& random) {
    TypeParam heap(random.between(1, 4));
    Model model(heap, random);
    for (unsigned phase = 0; phase < 10 && !testing::Test::HasFailure(); ++phase) {
      if (phase % 4 == 3) heap.add_region(random.between(1, 3));
      const ByteCount releases_of_8 = random.between(1, 6);
      for (unsigned call = 0; call < 60; ++call) {
        if (random.below(8) < releases_of_8) {
          model.release();
        } else {
          model.take();
        }
        if (random.one_in(4)) model.resize();
        if (random.one_in(4)) model.slide_down();
      }
      model.check();
    }
    while (model.count() != 0) model.release();
    model.check();
    EXPECT_EQ(heap.large.top(), heap.firsts.back());
    EXPECT_EQ(heap.binned().size(), heap.firsts.size() - 1) << "a free block in each old region";
  });
}

TYPED_TEST(LargeHeap_, ABlockThatIsFreeIsNotFreedOrResized) {
  TypeParam heap;
  const Address hole = heap.make_free(4 * unit);
  expect_trap([&] { heap.large.release(hole); });
  expect_trap([&] { heap.large.resize(hole, unit); });
}

TYPED_TEST(LargeHeap_, ABlockHasWholeUnits) {
  TypeParam heap;
  expect_trap([&] { heap.take(unit + 8); });
}

TYPED_TEST(LargeHeap_, TheTopDoesNotEndBelowItsBeginning) {
  TypeParam heap;
  expect_trap([&] { heap.large.extend(heap.large.top() - unit, 0); });
}

}  // namespace
}  // namespace granary
