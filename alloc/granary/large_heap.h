// The large heap: one coalescing heap for everything that is not a slot, which is blocks from a few
// bytes to the whole memory, and the spans that slots are cut from. Free neighbours coalesce at
// once.
//
//   | block | free | block | block |  top: never used since it was grown, or free again ...  |
//                                  ^ top_                                            limit_ ^
//
// The top is no block and in no bin: the last block grows into it, and a block that is freed right
// below it becomes part of it. `add` and `extend` bring new memory in; nothing here knows where it
// comes from. Every call is O(1), because it looks at a few blocks of each bin, and the number of
// bins is fixed. Only a search of all blocks takes longer; the engine asks for one only before the
// memory grows.
#pragma once

#include "alloc/common/alignment.h"
#include "alloc/granary/bins.h"
#include "alloc/granary/block.h"
#include "alloc/granary/configuration.h"
#include "runtime/expect.h"
#include "runtime/page_source.h"

namespace granary {

template <Configuration configuration>
class LargeHeap {
 public:
  // The address of the next block that would lie above all others.
  Address top() const { return top_; }
  Address limit() const { return limit_; }
  bool is_empty() const { return limit_ == 0; }
  // All memory of the top from this address on is as it was when it was grown: zero.
  Address fresh() const { return used_ < top_ ? top_ : used_; }
  // All memory of the top below this address may have been written to.
  Address used() const { return used_; }

  // The first block of all, in a walkable heap.
  Address first() const { return first_; }
  const Bins& bins() const { return bins_; }
  // Returns whether the `size` free bytes at `begin` could hold the request for which, as noted, a
  // search of all free blocks found nothing.
  bool denies(Address begin, ByteCount size) const {
    const auto alignment = Alignment::from_log2(unavailable_log2_);
    return unavailable_size_ != 0 && unavailable_log2_ < address_bits &&
           place(begin, size, unavailable_size_, alignment) != 0;
  }

  // Forgets all memory, as if none had been brought in yet: all of this state is zero then.
  void forget() { __builtin_memset(this, 0, sizeof *this); }

  // Makes the top end at `limit`. Memory below `used` may have been written to.
  [[clang::minsize]] void extend(Address limit, Address used) {
    expect(limit >= top_);
    limit_ = limit;
    used_ = used;
  }

  // Takes in a new region, which becomes the top; the rest of the old top becomes a free block.
  // Both ends of the region are multiples of a unit.
  [[clang::minsize]] void add(Address begin, Address limit) {
    const Address first = first_in(begin);
    if (limit_ != 0) {
      if constexpr (configuration.walkable) {
        TaggedBlock(limit_).make_gap(first - limit_);
      } else {
        TaggedBlock(limit_).make_fence();
      }
      if (top_ != limit_) insert(TaggedBlock(top_), limit_ - top_);
    } else {
      bins_.start();
      if constexpr (configuration.walkable) first_ = first;
    }
    top_ = first;
    limit_ = limit;
  }

  // Returns the address of the first block of a new region.
  static constexpr Address first_in(Address begin) {
    return (begin + TaggedBlock::overhead + TaggedBlock::unit - 1) & ~(TaggedBlock::unit - 1);
  }

  // The depth of a search is the number of blocks of each bin that it looks at.
  static constexpr unsigned usual_depth = 16;
  static constexpr unsigned whole_depth = ~0U;

  // Returns a block of `size` bytes, tag included, or 0. The block is cut from a free block, if one
  // of the first `depth` of a bin fits, or else from the top, if `from_top` says so.
  [[gnu::noinline]] Address take(ByteCount size, Alignment alignment, unsigned depth,
                                 bool from_top) {
    expect(size % TaggedBlock::unit == 0);
    Found found = {0, 0, 0};
    if (!is_unavailable(size, alignment)) found = find(size, alignment, depth);
    if (found.begin == 0 && (!from_top || place(top_, room(), size, alignment) == 0)) return 0;
    const Address begin = found.begin == 0 ? top_ : found.begin;
    const Address address = aligned(begin, alignment);
    const TaggedBlock rest(address + size);
    if (found.begin == 0) {
      top_ = rest.address();
    } else {
      bins_.remove(TaggedBlock(begin));
      bins_.unmark_if_empty(found.bin);
      put_back(rest, begin + found.size - rest.address());
    }
    TaggedBlock(address).make_used(size);
    // The padding that alignment left.
    if (begin != address) insert(TaggedBlock(begin), address - begin);
    return address;
  }

  [[gnu::always_inline]] void release(Address address) {
    TaggedBlock block(address);
    expect(!block.is_free());
    ByteCount size = block.size();
    const TaggedBlock next = block.next();
    if (block.previous_is_free()) {
      block = block.previous();
      size += block.size();
      bins_.remove(block);
    }
    if (next.address() == top_) {
      lower_top(block.address());
      return;
    }
    if (next.is_free()) {
      size += next.size();
      bins_.remove(next);
    }
    insert_inline(block, size);
  }

  // Returns the size of the block at `address`, tag included.
  static ByteCount size_of(Address address) { return TaggedBlock(address).size(); }

  bool is_last(Address address) const { return address + size_of(address) == top_; }

  // Returns whether the block now has this size. A smaller size always succeeds; a larger one takes
  // memory from the free block above or from the top.
  [[gnu::noinline, clang::minsize]] bool resize(Address address, ByteCount size) {
    const TaggedBlock block(address);
    expect(!block.is_free());
    const TaggedBlock next = block.next();
    const ByteCount old_size = block.size();
    Address end = next.address();
    if (size > old_size) {
      if (end == top_) {
        if (size - old_size > room()) return false;
        top_ = address + size;
        end = top_;
      } else {
        if (!next.is_free() || next.size() < size - old_size) return false;
        bins_.remove(next);
        end = next.next().address();
      }
    }
    block.resize_used(size);
    release_rest(address + size, end);
    return true;
  }

  // Moves the block down to the beginning of the free block below it, if the two together have
  // `size` bytes and the alignment allows it. Returns where the block now is, with this size, or 0.
  [[clang::minsize]] Address slide_down(Address address, ByteCount size, Alignment alignment) {
    const TaggedBlock block(address);
    if (!block.previous_is_free()) return 0;
    const TaggedBlock previous = block.previous();
    const Address lower = previous.address();
    const ByteCount available = block.next().address() - lower;
    if (available < size || !is_multiple_of_power_of_two(lower, alignment.log2())) return 0;
    bins_.remove(previous);
    const ByteCount held = block.size() - TaggedBlock::overhead;
    previous.make_used(available);
    __builtin_memmove(reinterpret_cast<void*>(lower), reinterpret_cast<const void*>(address), held);
    resize(lower, size);
    return lower;
  }

 private:
  // A free block and its bin. The address 0 means that no block was found.
  struct Found {
    Address begin;
    ByteCount size;
    unsigned bin;
  };

  // Looks for a free block. In the request's own bin it takes the smallest of the first `depth`
  // blocks that fits, because blocks there may be much larger than the request or too small. In the
  // next bin where a block fits, it takes the first that does. Empty bins on the way are unmarked.
  [[gnu::always_inline]] Found find(ByteCount size, Alignment alignment, unsigned depth) {
    const unsigned own_bin = Bins::index_of(size);
    Found best = {0, ~ByteCount{0}, own_bin};
    for (;; ++best.bin) {
      best.bin = bins_.next_marked(best.bin);
      if (best.bin >= Bins::count) break;
      TaggedBlock block = bins_.first(best.bin);
      for (unsigned tries = depth; tries != 0 && !bins_.is_end(block); --tries) {
        const ByteCount available = block.size();
        if (available < best.size && place(block.address(), available, size, alignment) != 0) {
          best.begin = block.address();
          best.size = available;
          if (available == size || best.bin != own_bin) return best;
        }
        block = TaggedBlock(block.next_in_bin());
      }
      if (best.begin != 0) return best;
      bins_.unmark_if_empty(best.bin);
    }
    if (depth == whole_depth) {
      unavailable_size_ = size;
      unavailable_log2_ = alignment.log2();
    }
    return best;
  }

  // Frees the `size` bytes from `rest` on, which were in no bin and lie between two blocks in use.
  // `size` may be 0.
  [[gnu::always_inline]] void put_back(TaggedBlock rest, ByteCount size) {
    if (size != 0) {
      insert(rest, size);
    } else {
      rest.previous_became_used();
    }
  }

  ByteCount room() const { return limit_ - top_; }

  [[gnu::always_inline]] static Address aligned(Address address, Alignment alignment) {
    const Address mask = alignment.bytes() - 1;
    return (address + mask) & ~mask;
  }

  // Returns where a block of `size` bytes fits in the `available` bytes from `begin` on, or 0.
  [[gnu::always_inline]] static Address place(Address begin, ByteCount available, ByteCount size,
                                              Alignment alignment) {
    // Near the end of memory this may wrap to below `begin`; then the padding is too large to fit.
    const Address address = aligned(begin, alignment);
    const ByteCount padding = address - begin;
    return available >= size && available - size >= padding ? address : 0;
  }

  // Frees the bytes from `begin` to `end`, which are in no bin: a block in use, which ends at
  // `begin`, no longer has them.
  [[gnu::noinline, clang::minsize]] void release_rest(Address begin, Address end) {
    if (end == top_) return lower_top(begin);
    const TaggedBlock next(end);
    ByteCount size = end - begin;
    if (next.is_free()) {
      bins_.remove(next);
      size += next.size();
    }
    put_back(TaggedBlock(begin), size);
  }

  [[gnu::noinline]] void insert(TaggedBlock block, ByteCount size) { insert_inline(block, size); }

  [[gnu::always_inline]] void insert_inline(TaggedBlock block, ByteCount size) {
    block.make_free(size);
    bins_.insert(block, size);
    if (size > unavailable_size_ - 1) unavailable_size_ = 0;
  }

  [[clang::minsize]] void lower_top(Address top) {
    if (used_ < top_) used_ = top_;
    top_ = top;
  }

  bool is_unavailable(ByteCount size, Alignment alignment) const {
    return size > unavailable_size_ - 1 && alignment.log2() >= unavailable_log2_;
  }

  Bins bins_;
  Address top_ = 0;
  Address limit_ = 0;
  // The top's memory above this address was never written to.
  Address used_ = 0;
  // Unless this is 0, no free block can hold a block of this size and alignment: a search of all
  // free blocks found none, and none as large was freed since.
  ByteCount unavailable_size_ = 0;
  unsigned unavailable_log2_ = 0;
  Address first_ = 0;
};

}  // namespace granary
