// The blocks that a law has, in the order in which it got them, and the orders in which blocks are
// given back.
#pragma once

#include "alloc/common/engine.h"
#include "tests-native/laws/trial.h"
#include "tests-native/support/random.h"

namespace granary::test {

inline constexpr Alignment usual_alignment = Alignment::from_log2(4);

enum class Order : uint8_t { as_allocated, reverse, random, every_other };
inline constexpr unsigned order_count = 4;

template <unsigned capacity>
class BlockList {
 public:
  unsigned count() const { return count_; }
  bool is_full() const { return count_ == capacity; }
  Block operator[](unsigned index) const {
    const Stored& block = blocks_[index];
    return {block.address, block.length, Alignment::from_log2(block.alignment_log2)};
  }

  void clear() { count_ = 0; }

  void set(unsigned index, Block block) {
    blocks_[index] = {block.address, block.length, block.alignment.log2()};
  }

  // Whether there is a block: one that was refused is not added.
  bool add(Block block) {
    if (block.address == 0) return false;
    set(count_++, block);
    return true;
  }

  // The last one takes its place.
  Block take(unsigned index) {
    const Block block = (*this)[index];
    blocks_[index] = blocks_[--count_];
    return block;
  }

  // Frees every block.
  template <class Heap>
  void free_all(Heap& heap, Order order, Random& random) {
    if (order == Order::random) shuffle(random);
    if (order == Order::reverse) {
      for (unsigned index = count_; index-- != 0;) heap.free((*this)[index]);
    } else if (order == Order::every_other) {
      for (unsigned index = 1; index < count_; index += 2) heap.free((*this)[index]);
      for (unsigned index = 0; index < count_; index += 2) heap.free((*this)[index]);
    } else {
      for (unsigned index = 0; index < count_; ++index) heap.free((*this)[index]);
    }
    count_ = 0;
  }

  void shuffle(Random& random) {
    for (unsigned left = count_; left > 1; --left) {
      const auto other = static_cast<unsigned>(random.below(left));
      const Stored block = blocks_[left - 1];
      blocks_[left - 1] = blocks_[other];
      blocks_[other] = block;
    }
  }

  // Frees those for which `is_freed(index)`, and keeps the others in order. How many it was.
  template <class Heap, class Chooser>
  unsigned free_some(Heap& heap, Chooser is_freed) {
    unsigned kept = 0;
    for (unsigned index = 0; index < count_; ++index) {
      if (is_freed(index)) {
        heap.free((*this)[index]);
      } else {
        blocks_[kept++] = blocks_[index];
      }
    }
    const unsigned freed = count_ - kept;
    count_ = kept;
    return freed;
  }

 private:
  struct Stored {
    Address address;
    ByteCount length;
    unsigned alignment_log2;
  };

  unsigned count_ = 0;
  Stored blocks_[capacity] = {};
};

// Enough for a memory of 16 MiB full of blocks of 16 bytes, and more.
using ManyBlocks = BlockList<(1U << 20) + (1U << 17)>;

// All blocks of the law that is running; it begins by clearing them.
inline ManyBlocks& all_blocks() {
  static constinit ManyBlocks blocks;
  return blocks;
}

// Fills the memory with such blocks until one is refused, and adds them. How many they are.
template <class Heap>
unsigned fill(Heap& heap, ManyBlocks& blocks, ByteCount length,
              Alignment alignment = usual_alignment) {
  const unsigned before = blocks.count();
  while (!blocks.is_full() && blocks.add(heap.alloc(length, alignment))) {
  }
  return blocks.count() - before;
}

}  // namespace granary::test
