// The blocks of the large heap and their boundary tags: one word below each block, and in a free
// block also a word at its end. Blocks lie end to end, so a block leads to the blocks that touch
// it. In this file `next` is the block above and `previous` the block below.
//
//   in use         | tag |  the owner's bytes ...                                 | tag of next
//   free           | tag | next in bin | link to it in bin |      ...      | size | tag of next
//                        ^ address, a multiple of unit
//                        |<------------------- size, a multiple of unit ----------------->|
//
//   tag   | size | previous is free (bit 1) | free (bit 0) |
//
// Above the last block of a region lies a fence, a tag of size 0 that is never free. In a walkable
// heap a gap lies there instead, which looks like a block in use: its size leads over the memory of
// a stranger, or of the span table, to the first block of the next region.
//
//   tag of a gap   | size | gap (bit 2) | previous is free (bit 1) | 0 |
#pragma once

#include "runtime/bits.h"
#include "runtime/expect.h"
#include "runtime/integers.h"

namespace granary {

class TaggedBlock {
 public:
  // A free block has to hold four words: tag, two links, size.
  static constexpr ByteCount unit = 4 * sizeof(Address);
  static constexpr ByteCount overhead = sizeof(Address);

  explicit constexpr TaggedBlock(Address address) : address_(address) {}

  constexpr Address address() const { return address_; }

  ByteCount size() const { return tag() & ~(unit - 1); }
  // Does the same for the thread that has the block, while another one, under a lock, writes to the
  // tag what became of the previous block. The size in it stays the same, and an aligned word is
  // read and written as a whole; so whichever tag this reads has the right size. A race detector
  // takes it for a mistake.
  [[clang::no_sanitize("thread")]] ByteCount size_for_its_owner() const {
    return *reinterpret_cast<const Address*>(address_ - overhead) & ~(unit - 1);
  }
  bool is_free() const { return (tag() & free_bit) != 0; }
  bool previous_is_free() const { return (tag() & previous_free_bit) != 0; }

  TaggedBlock next() const { return TaggedBlock(address_ + size()); }
  TaggedBlock previous() const {
    expect(previous_is_free());
    return TaggedBlock(address_ - below(address_).size_of_previous);
  }

  // Writes the tag of a block in use whose previous block is in use too.
  void make_used(ByteCount size) const {
    expect_size(size);
    tag() = size;
  }
  // Does the same, but keeps what the tag says about the previous block.
  void resize_used(ByteCount size) const {
    expect_size(size);
    tag() = size | (tag() & previous_free_bit);
  }
  // The previous block is in use, because free neighbours always coalesce. The next block's tag
  // learns of it too.
  [[gnu::always_inline]] void make_free(ByteCount size) const {
    expect_size(size);
    tag() = size | free_bit;
    below(address_ + size).size_of_previous = size;
    below(address_ + size).tag |= previous_free_bit;
  }
  void previous_became_used() const { tag() &= ~previous_free_bit; }
  void make_fence() const { tag() = 0; }
  void make_gap(ByteCount size) const {
    expect_size(size);
    tag() = size | gap_bit;
  }
  bool is_gap() const { return (tag() & gap_bit) != 0; }

  // The address of the next block of the bin.
  Address& next_in_bin() const { return links().next; }
  // The address of the word that leads to this block in its bin: see bins.h.
  Address& link_in_bin() const { return links().link; }

 private:
  static constexpr Address free_bit = 1;
  static constexpr Address previous_free_bit = 2;
  static constexpr Address gap_bit = 4;

  static void expect_size(ByteCount size) {
    expect(size != 0);
    expect(size % unit == 0);
  }

  // The words below and in a block are fields, because then a load or a store itself adds the place
  // of a field to an address. Where the block below is in use, it has the lower word.
  struct Below {
    Address size_of_previous;
    Address tag;
  };
  struct Links {
    Address next;
    Address link;
  };

  static Below& below(Address address) {
    return *reinterpret_cast<Below*>(address - sizeof(Below));
  }
  Address& tag() const { return below(address_).tag; }
  Links& links() const { return *reinterpret_cast<Links*>(address_); }

  Address address_;
};

static_assert((TaggedBlock::unit & (TaggedBlock::unit - 1)) == 0,
              "sizes are multiples of the unit, which leaves the low bits of a tag for flags");

// Returns the size of a block that holds `length` bytes; saturates at a size that no memory has.
constexpr ByteCount block_size(ByteCount length) {
  const ByteCount padded = saturating_add(length, TaggedBlock::overhead + TaggedBlock::unit - 1);
  return padded & ~(TaggedBlock::unit - 1);
}

}  // namespace granary
