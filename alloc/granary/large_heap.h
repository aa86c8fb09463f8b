// One coalescing heap for everything that is not a small slot: blocks from a few bytes to the whole
// memory, and the spans that small slots are cut from. Free neighbours are merged at once.
//
//   | block | free | block | block |  top: never used since it was grown, or free again ...  |
//                                  ^ top_                                            limit_ ^
//
// The top is no block and in no bin: the last block grows into it, and a block freed before it
// becomes part of it. `add` and `extend` bring new memory in; nothing here knows where it comes
// from. Every call is O(1), for of each bin a few blocks are looked at, and the number of bins is
// fixed; but for a search of all blocks, which is asked for only before the memory grows.
#pragma once

#include "alloc/common/alignment.h"
#include "alloc/granary/bins.h"
#include "alloc/granary/block.h"
#include "alloc/granary/configuration.h"
#include "runtime/page_source.h"

namespace granary {

template <Configuration configuration>
class LargeHeap {
 public:
  // Where the next block would come that has to lie behind all others.
  Address top() const { return top_; }
  Address limit() const { return limit_; }
  bool is_empty() const { return limit_ == 0; }
  // All memory of the top from here on is as it was when it was grown: zero.
  Address fresh() const { return used_ < top_ ? top_ : used_; }
  // All memory of the top below this may have been written to.
  Address used() const { return used_; }

  // The first block of all, in a heap that can be walked.
  Address first() const { return first_; }
  const Bins& bins() const { return bins_; }
  // Whether the `size` free bytes at `begin` would hold what a search of all free blocks is noted
  // not to have found.
  bool denies(Address begin, ByteCount size) const {
    const auto alignment = Alignment::from_log2(unavailable_log2_);
    return unavailable_size_ != 0 && unavailable_log2_ < address_bits &&
           place(begin, size, unavailable_size_, alignment) != 0;
  }

  // Forgets all memory, as if none had been brought in yet: everything is zero then.
  void forget() { __builtin_memset(this, 0, sizeof *this); }

  // Makes the top end at `limit`. What is below `used` may have been written to.
  [[clang::minsize]] void extend(Address limit, Address used) {
    limit_ = limit;
    used_ = used;
  }

  // Takes in a new region, which becomes the top; what is left of the old top is a free block.
  // Ends are multiples of a unit.
  [[clang::minsize]] void add(Address begin, Address limit) {
    const Address first = first_in(begin);
    if (limit_ != 0) {
      if constexpr (configuration.walkable) {
        TaggedBlock(limit_).make_gap(first - limit_);
      } else {
        TaggedBlock(limit_).make_fence();
      }
      pad(top_, limit_);
    } else if constexpr (configuration.walkable) {
      first_ = first;
    }
    top_ = first;
    limit_ = limit;
  }

  // Where the first block of a new region is.
  static constexpr Address first_in(Address begin) {
    return (begin + TaggedBlock::overhead + TaggedBlock::unit - 1) & ~(TaggedBlock::unit - 1);
  }

  // How many blocks of a bin a search looks at.
  static constexpr unsigned usual_depth = 16;
  static constexpr unsigned whole_depth = ~0U;

  // A block of `size` bytes, tag included, or 0: out of a free block, if one of the first `depth`
  // of a bin fits, or else out of the top if `from_top` says so.
  [[gnu::noinline]] Address take(ByteCount size, Alignment alignment, unsigned depth,
                                 bool from_top) {
    Found found = {0, 0, 0};
    if (!is_unavailable(size, alignment)) found = find(size, alignment, depth);
    if (found.begin == 0 && (!from_top || place(top_, room(), size, alignment) == 0)) return 0;
    const Address begin = found.begin == 0 ? top_ : found.begin;
    const Address address = aligned(begin, alignment);
    const TaggedBlock rest(address + size);
    if (found.begin == 0) {
      top_ = rest.address();
    } else {
      bins_.remove(TaggedBlock(begin), found.bin);
      put_back(rest, begin + found.size - rest.address());
    }
    TaggedBlock(address).make_used(size);
    pad(begin, address);
    return address;
  }

  [[gnu::always_inline]] void release(Address address) {
    TaggedBlock block(address);
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

  // The bytes that the block at `address` can hold where it is.
  static ByteCount size_of(Address address) { return TaggedBlock(address).size(); }

  bool is_last(Address address) const { return address + size_of(address) == top_; }

  // Whether the block now has this size: a smaller one always, a larger one out of the free block
  // behind it or the top.
  [[gnu::noinline, clang::minsize]] bool resize(Address address, ByteCount size) {
    const TaggedBlock block(address);
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

  // Moves the block down to the beginning of the free block before it, if the two together have
  // `size` bytes and the alignment allows. Returns where the block now is, with this size, or 0.
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
  // A free block and its bin; or no block, at the address 0.
  struct Found {
    Address begin;
    ByteCount size;
    unsigned bin;
  };

  // Of the request's own bin the smallest that fits of the first `depth`, for the others may be
  // much larger or too small; of the next bin where one fits, the first.
  [[gnu::always_inline]] Found find(ByteCount size, Alignment alignment, unsigned depth) {
    const unsigned own_bin = Bins::index_of(size);
    Found best = {0, ~ByteCount{0}, own_bin};
    for (;; ++best.bin) {
      best.bin = bins_.next_filled(best.bin);
      if (best.bin >= Bins::count) break;
      TaggedBlock block = bins_.first(best.bin);
      for (unsigned tries = depth; tries != 0 && block.exists(); --tries) {
        const ByteCount available = block.size();
        if (available < best.size && place(block.address(), available, size, alignment) != 0) {
          best.begin = block.address();
          best.size = available;
          if (available == size || best.bin != own_bin) return best;
        }
        block = TaggedBlock(block.next_in_bin());
      }
      if (best.begin != 0) return best;
    }
    if (depth == whole_depth) {
      unavailable_size_ = size;
      unavailable_log2_ = alignment.log2();
    }
    return best;
  }

  // Frees the `size` bytes from `rest` on, which were in no bin and have a block in use before and
  // after them; they may be none.
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

  // Where a block of `size` bytes goes in the `available` bytes from `begin` on, or 0.
  [[gnu::always_inline]] static Address place(Address begin, ByteCount available, ByteCount size,
                                              Alignment alignment) {
    // May wrap to below `begin` near the end of memory; then the padding is too large to fit.
    const Address address = aligned(begin, alignment);
    const ByteCount padding = address - begin;
    return available >= size && available - size >= padding ? address : 0;
  }

  // Frees what a block in use, which ends at `begin`, left of a stretch that is in no bin.
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

  // Frees what alignment left before the block at `end`, whose tag is already written.
  [[gnu::noinline]] void pad(Address begin, Address end) {
    if (begin != end) insert(TaggedBlock(begin), end - begin);
  }

  [[gnu::noinline]] void insert(TaggedBlock block, ByteCount size) { insert_inline(block, size); }

  [[gnu::always_inline]] void insert_inline(TaggedBlock block, ByteCount size) {
    block.make_free(size);
    bins_.insert(block);
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
  // As far as the top has been, or other writes behind it.
  Address used_ = 0;
  // Unless it is 0: no free block holds a block of this size and alignment. A search of all of them
  // has found none, and none as large was freed since.
  ByteCount unavailable_size_ = 0;
  unsigned unavailable_log2_ = 0;
  Address first_ = 0;
};

}  // namespace granary
