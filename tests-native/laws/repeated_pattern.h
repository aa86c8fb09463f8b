// Patterns of calls that a program may repeat for ever: groups of objects that are built and given
// up in turn, with spacers between them, blocks that shrink where they are or grow as buffers do.
// A seed draws the pattern. What lives at once is bounded by the groups' budgets, in every
// repetition by the same.
#pragma once

#include "tests-native/laws/blocks.h"

namespace granary::test {

class RepeatedPattern {
 public:
  static constexpr unsigned most_groups = 6;

  // Of a repetition: the same as in the one before, drawn anew, or a little smaller each time until
  // they begin again from the largest.
  enum class Sizes : uint8_t { same, anew, falling };

  void draw(uint64_t seed, Sizes sizes) {
    seed_ = seed;
    sizes_ = sizes;
    Random random(seed * 2 + 1);
    group_count_ = static_cast<unsigned>(random.between(2, most_groups));
    for (unsigned index = 0; index < group_count_; ++index) groups_[index] = drawn(random);
  }

  // Once more, the `repetition`th time from 0 on. False when something was refused. Of the groups
  // each is freed when its turn comes again.
  template <class Heap>
  bool repeat(Heap& heap, unsigned repetition) {
    Random random(seed_ * 1'000'003 + (sizes_ == Sizes::anew ? repetition + 1 : 0));
    for (unsigned index = 0; index < group_count_; ++index) {
      if (!refill(heap, groups_[index], repetition, random)) return false;
    }
    return true;
  }

  template <class Heap>
  void free_all(Heap& heap) {
    Random random(seed_);
    for (unsigned index = 0; index < group_count_; ++index) empty(heap, index, random);
  }

 private:
  using Blocks = BlockList<2048>;

  struct Group {
    ByteCount least;
    ByteCount most;
    // Of all blocks of the group together, spacers included.
    ByteCount budget;
    // What of it each block takes for its alignment and its tag.
    ByteCount padding;
    // A block between any two; 0 for none. All of them are freed when the group is complete, or
    // with it.
    ByteCount spacer;
    bool spacers_go_first;
    // What the blocks shrink to once all are there, where they lie; 0: they keep their sizes.
    ByteCount shrunk;
    // A block grows step by step like a buffer.
    bool grows;
    unsigned alignment_log2;
    Order order;
  };

  static Group drawn(Random& random) {
    struct Range {
      ByteCount least;
      ByteCount most;
    };
    constexpr Range ranges[] = {{8, 120},         {100, 2000},      {1000, 4000},
                                {2100, 2300},     {3000, 20000},    {10000, 10200},
                                {60000, 70000},   {102000, 147440}, {131072, 147440},
                                {200000, 400000}, {16, 4000},       {64, 64}};
    const Range range = ranges[random.below(sizeof(ranges) / sizeof(ranges[0]))];
    const ByteCount blocks = random.between(3, range.most < 5000 ? 400 : 40);
    constexpr ByteCount spacers[] = {0, 0, 24, 200, 3000};
    constexpr ByteCount shrunk[] = {0, 0, 12, 100, 1};
    constexpr unsigned alignments[] = {4, 4, 4, 4, 3, 0, 6, 12};
    const unsigned alignment_log2 = alignments[random.below(8)];
    const ByteCount padding =
        ByteCount{16} + (alignment_log2 > 4 ? power_of_two(alignment_log2) : 0);
    return {.least = range.least,
            .most = range.most,
            .budget = blocks * (range.most + padding),
            .padding = padding,
            .spacer = spacers[random.below(5)],
            .spacers_go_first = random.one_in(2),
            .shrunk = shrunk[random.below(5)],
            .grows = random.one_in(4),
            .alignment_log2 = alignment_log2,
            .order = static_cast<Order>(random.below(order_count))};
  }

  ByteCount length_of(const Group& group, unsigned repetition, Random& random) const {
    if (sizes_ != Sizes::falling) return random.between(group.least, group.most);
    return group.most - repetition * ByteCount{16} % (group.most - group.least + 1);
  }

  template <class Heap>
  void empty(Heap& heap, unsigned index, Random& random) {
    blocks_[index].free_all(heap, groups_[index].order, random);
    spacers_[index].free_all(heap, Order::as_allocated, random);
  }

  template <class Heap>
  bool refill(Heap& heap, const Group& group, unsigned repetition, Random& random) {
    const auto index = static_cast<unsigned>(&group - groups_);
    Blocks& blocks = blocks_[index];
    Blocks& spacers = spacers_[index];
    if (repetition == 0) {
      blocks.clear();
      spacers.clear();
    }
    empty(heap, index, random);
    ByteCount left = group.budget;
    for (;;) {
      const ByteCount length = length_of(group, repetition, random);
      const ByteCount taken = length + group.spacer + group.padding;
      if (taken > left || blocks.is_full()) break;
      left -= taken;
      if (!build(heap, group, length, blocks)) return false;
      if (group.spacer != 0 && !spacers.add(heap.alloc(group.spacer))) return false;
    }
    if (group.spacers_go_first) spacers.free_all(heap, Order::as_allocated, random);
    return shrink(heap, group, blocks);
  }

  template <class Heap>
  static bool build(Heap& heap, const Group& group, ByteCount length, Blocks& blocks) {
    Block block = heap.alloc(group.grows ? length / 8 + 1 : length,
                             Alignment::from_log2(group.alignment_log2));
    while (block.address != 0 && block.length < length) {
      const ByteCount next = block.length * 2 < length ? block.length * 2 : length;
      if (!heap.realloc(block, next)) return false;
    }
    return blocks.add(block);
  }

  template <class Heap>
  static bool shrink(Heap& heap, const Group& group, Blocks& blocks) {
    for (unsigned index = 0; index < blocks.count(); ++index) {
      Block block = blocks[index];
      if (group.shrunk == 0 || group.shrunk >= block.length) continue;
      if (!heap.realloc(block, group.shrunk)) return false;
      blocks.set(index, block);
    }
    return true;
  }

  uint64_t seed_ = 0;
  unsigned group_count_ = 0;
  Sizes sizes_ = Sizes::same;
  Group groups_[most_groups] = {};
  Blocks blocks_[most_groups] = {};
  Blocks spacers_[most_groups] = {};
};

}  // namespace granary::test
