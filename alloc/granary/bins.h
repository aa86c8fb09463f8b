// The bins hold the free blocks by size: up to 15 units each bin has one size, and then there are
// eight bins to a doubling. A bitmap has a bit for each bin, which says whether it holds a block.
//
//   units      1 2 3 .. 15 | 16-17 18-19 .. 30-31 | 32-35 36-39 .. 60-63 | ...
//   bin        1 2 3 .. 15 |  16    17   ..  23   |  24    25   ..  31   | ...
#pragma once

#include "alloc/granary/block.h"
#include "runtime/bits.h"
#include "runtime/expect.h"

namespace granary {

class Bins {
 public:
  static unsigned index_of(ByteCount size) {
    const ByteCount units = size / TaggedBlock::unit;
    const unsigned log2 = floor_log2(units | 8);
    const unsigned doubling = log2 - 3;
    return doubling * 8 + static_cast<unsigned>(units >> doubling);
  }

  [[gnu::always_inline]] void insert(TaggedBlock block) {
    expect(block.is_free());
    const unsigned bin = index_of(block.size());
    const Address head = heads_[bin];
    block.next_in_bin() = head;
    block.previous_in_bin() = 0;
    if (head != 0) TaggedBlock(head).previous_in_bin() = block.address();
    heads_[bin] = block.address();
    bitmap_[bin / word_bits] |= uint32_t{1} << (bin % word_bits);
  }

  [[gnu::noinline, clang::minsize]] void remove(TaggedBlock block) {
    remove(block, index_of(block.size()));
  }

  // Does the same for callers that know the bin.
  [[gnu::always_inline]] void remove(TaggedBlock block, unsigned bin) {
    expect(block.is_free());
    expect(bin == index_of(block.size()));
    expect(holds(block, bin));
    const Address next = block.next_in_bin();
    const Address previous = block.previous_in_bin();
    if (next != 0) TaggedBlock(next).previous_in_bin() = previous;
    if (previous != 0) {
      TaggedBlock(previous).next_in_bin() = next;
      return;
    }
    heads_[bin] = next;
    if (next == 0) bitmap_[bin / word_bits] &= ~(uint32_t{1} << (bin % word_bits));
  }

  // Returns the first bin from `bin` on that holds a block; `count` or more when there is none.
  [[gnu::always_inline]] unsigned next_filled(unsigned bin) const {
    for (; bin < count; bin = (bin | (word_bits - 1)) + 1) {
      const uint32_t bits = bitmap_[bin / word_bits] >> (bin % word_bits);
      if (bits != 0) return bin + static_cast<unsigned>(__builtin_ctz(bits));
    }
    return bin;
  }

  TaggedBlock first(unsigned bin) const {
    expect(bin < count);
    return TaggedBlock(heads_[bin]);
  }

  // Returns whether the bit of the bin says that it holds a block.
  bool is_marked(unsigned bin) const {
    expect(bin < count);
    return (bitmap_[bin / word_bits] >> (bin % word_bits) & 1) != 0;
  }

 private:
  static constexpr unsigned word_bits = 32;

 public:
  // The size of a block in a memory has at most memory_bits - 4 bits of units, of which the first
  // three share the exact bins. A request may be larger: its bin is no bin, and none lies above it.
  static constexpr unsigned count = ((memory_bits - 4) * 8 + word_bits - 1) / word_bits * word_bits;

 private:
  // Whether the next and the previous block of the bin lead to this one. The function is pure and
  // not inlined, so that a product, which does not ask, has no trace of it.
  [[gnu::noinline, gnu::pure]] bool holds(TaggedBlock block, unsigned bin) const {
    const TaggedBlock next(block.next_in_bin());
    const TaggedBlock previous(block.previous_in_bin());
    const Address from_next = next.exists() ? next.previous_in_bin() : block.address();
    const Address from_previous = previous.exists() ? previous.next_in_bin() : heads_[bin];
    return ((from_next ^ block.address()) | (from_previous ^ block.address())) == 0;
  }

  static unsigned floor_log2(ByteCount value) {
    return address_bits - 1 - static_cast<unsigned>(__builtin_clzg(value));
  }

  uint32_t bitmap_[count / word_bits] = {};
  Address heads_[count] = {};
};

}  // namespace granary
