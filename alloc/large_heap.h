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

#include "alloc/alignment.h"
#include "alloc/bins.h"
#include "alloc/block.h"
#include "alloc/configuration.h"
#include "runtime/page_source.h"

namespace granary {

template <Configuration configuration>
class LargeHeap {
  template <class>
  friend class HeapWalk;
  template <class>
  friend class Verifier;
  template <class>
  friend class Inspector;

 public:
  // Where the next block would come that has to lie behind all others.
  Address top() const { return top_; }
  Address limit() const { return limit_; }
  bool is_empty() const { return limit_ == 0; }
  // All memory of the top from here on is as it was when it was grown: zero.
  Address fresh() const { return used_ < top_ ? top_ : used_; }
  // All memory of the top below this may have been written to.
  Address used() const { return used_; }

  // Makes the top end at `limit`. What is below `used` may have been written to.
  void extend(Address limit, Address used) {
    limit_ = limit;
    used_ = used;
  }

  // Takes in a new region, which becomes the top; what is left of the old top is a free block.
  // Ends are multiples of a unit.
  void add(Address begin, Address limit) {
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

  // A block of `size` bytes, tag included: out of the smallest that fits of the first `depth` free
  // blocks of a bin, the smallest bin where one fits, or else out of the top if `from_top` says so.
  // 0 when there is none.
  [[gnu::noinline]] Address take(ByteCount size, Alignment alignment, unsigned depth,
                                 bool from_top) {
    if (!is_unavailable(size, alignment)) {
      const Address address = take_from_bins(size, alignment, depth);
      if (address != 0) return address;
    }
    if (!from_top) return 0;
    const Address begin = top_;
    const Address address = place(begin, room(), size, alignment);
    if (address != 0) {
      top_ = address + size;
      TaggedBlock(address).make_used(size);
      pad(begin, address);
    }
    return address;
  }

  [[gnu::always_inline]] void release(Address address) {
    TaggedBlock block(address);
    ByteCount size = block.size();
    if (block.previous_is_free()) {
      const TaggedBlock previous = block.previous();
      bins_.remove(previous);
      size += address - previous.address();
      block = previous;
    }
    release_free(block, size);
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
  Address slide_down(Address address, ByteCount size, Alignment alignment) {
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
  [[gnu::always_inline]] Address take_from_bins(ByteCount size, Alignment alignment,
                                                unsigned depth) {
    for (unsigned bin = Bins::index_of(size);; ++bin) {
      bin = bins_.next_filled(bin);
      if (bin >= Bins::count) break;
      TaggedBlock best(0);
      ByteCount least = ~ByteCount{0};
      TaggedBlock block = bins_.first(bin);
      for (unsigned tries = depth; tries != 0 && block.exists(); --tries) {
        const ByteCount available = block.size();
        if (available < least && place(block.address(), available, size, alignment) != 0) {
          best = block;
          least = available;
        }
        block = TaggedBlock(block.next_in_bin());
      }
      if (best.exists()) {
        const Address address = aligned(best.address(), alignment);
        bins_.remove(best);
        TaggedBlock(address).make_used(size);
        release_rest(address + size, best.address() + least);
        pad(best.address(), address);
        return address;
      }
    }
    if (depth == whole_depth) {
      unavailable_size_ = size;
      unavailable_log2_ = alignment.log2();
    }
    return 0;
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
    if (begin == end) {
      if (end != top_) TaggedBlock(end).previous_became_used();
    } else {
      release_free(TaggedBlock(begin), end - begin);
    }
  }

  // Frees what alignment left before the block at `end`, whose tag is already written.
  void pad(Address begin, Address end) {
    if (begin != end) insert(TaggedBlock(begin), end - begin);
  }

  [[gnu::noinline]] void insert(TaggedBlock block, ByteCount size) {
    block.make_free(size);
    bins_.insert(block);
    if (size > unavailable_size_ - 1) unavailable_size_ = 0;
  }

  bool is_unavailable(ByteCount size, Alignment alignment) const {
    return size > unavailable_size_ - 1 && alignment.log2() >= unavailable_log2_;
  }

  // `block` begins a stretch of `size` bytes that is in no bin and has no free block before it.
  [[gnu::always_inline]] void release_free(TaggedBlock block, ByteCount size) {
    const TaggedBlock next(block.address() + size);
    if (next.address() == top_) {
      if (used_ < top_) used_ = top_;
      top_ = block.address();
      return;
    }
    if (next.is_free()) {
      bins_.remove(next);
      size += next.size();
    }
    insert(block, size);
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
  // The first block of all, where a heap can be walked.
  Address first_ = 0;
};

}  // namespace granary
