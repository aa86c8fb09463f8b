// The bins hold the free blocks by size: up to 15 units each bin has one size, and then there are
// eight bins to a doubling. A bitmap has a bit for each bin, by which a search finds those that
// hold a block.
//
//   units      1 2 3 .. 15 | 16-17 18-19 .. 30-31 | 32-35 36-39 .. 60-63 | ...
//   bin        1 2 3 .. 15 |  16    17   ..  23   |  24    25   ..  31   | ...
//
// A bin is a list, which leads from its head to the end, a block that all bins share and that none
// holds. A block in a bin also has the address of the word that leads to it, which is the head or
// the first word of another block. So two stores take a block out, whatever lies before and behind
// it: no processor could foresee a branch there.
//
//   heads_[bin] -> block -> block -> end
//
// A bin that holds a block has its bit set. The bit of an empty bin may be set too, until a search
// comes there: to clear it whenever a block goes would cost more than such a search.
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

  // Makes every bin empty. Must be called before the first block comes.
  [[clang::minsize]] void start() {
    for (Address& head : heads_) head = end();
  }

  // `size` is the size of the block.
  [[gnu::always_inline]] void insert(TaggedBlock block, ByteCount size) {
    expect(block.is_free());
    expect(block.size() == size);
    const unsigned bin = index_of(size);
    Address& head = heads_[bin];
    const TaggedBlock next(head);
    block.next_in_bin() = next.address();
    block.link_in_bin() = address_of(head);
    next.link_in_bin() = block.address();
    head = block.address();
    bitmap_[bin / word_bits] |= uint32_t{1} << (bin % word_bits);
  }

  [[gnu::always_inline]] void remove(TaggedBlock block) {
    expect(block.is_free());
    expect(block.link_in_bin() != 0);
    expect(holds(block));
    const TaggedBlock next(block.next_in_bin());
    const Address link = block.link_in_bin();
    next.link_in_bin() = link;
    TaggedBlock(link).next_in_bin() = next.address();
  }

  // Clears the bit of a bin, which is set, if the bin holds no block.
  [[gnu::always_inline]] void unmark_if_empty(unsigned bin) {
    expect(is_marked(bin));
    bitmap_[bin / word_bits] ^= uint32_t{heads_[bin] == end()} << (bin % word_bits);
  }

  // Returns the first bin from `bin` on whose bit is set; `count` or more when there is none.
  [[gnu::always_inline]] unsigned next_marked(unsigned bin) const {
    for (; bin < count; bin = (bin | (word_bits - 1)) + 1) {
      const uint32_t bits = bitmap_[bin / word_bits] >> (bin % word_bits);
      if (bits != 0) return bin + static_cast<unsigned>(__builtin_ctz(bits));
    }
    return bin;
  }

  // Returns the first block of the bin, or the end.
  TaggedBlock first(unsigned bin) const {
    expect(bin < count);
    return TaggedBlock(heads_[bin]);
  }

  bool is_end(TaggedBlock block) const { return block.address() == end(); }

  // The address of the word that leads to the first block of the bin.
  Address head_of(unsigned bin) const {
    expect(bin < count);
    return address_of(heads_[bin]);
  }

  // Returns whether the bit of the bin is set.
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
  // Whether the words before and behind the block lead to it. The function is pure and not inlined,
  // so that a product, which does not ask, has no trace of it.
  [[gnu::noinline, gnu::pure]] bool holds(TaggedBlock block) const {
    const TaggedBlock next(block.next_in_bin());
    const TaggedBlock link(block.link_in_bin());
    const Address from_next = is_end(next) ? block.address() : next.link_in_bin();
    const Address from_link = link.next_in_bin();
    return ((from_next ^ block.address()) | (from_link ^ block.address())) == 0;
  }

  static Address address_of(const Address& word) { return reinterpret_cast<Address>(&word); }
  Address end() const { return address_of(end_[0]); }

  static unsigned floor_log2(ByteCount value) {
    return address_bits - 1 - static_cast<unsigned>(__builtin_clzg(value));
  }

  uint32_t bitmap_[count / word_bits] = {};
  Address heads_[count] = {};
  // The links of the end. They are written to like those of a block, and never read.
  Address end_[2] = {};
};

}  // namespace granary
