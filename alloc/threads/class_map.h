// The class map says of every 16 KiB of the heap whether they are a span, and of which size class.
// Unlike the span table it never moves, so a thread may look up a block of its own at any time,
// without the lock.
//
//   root     a word for each 16 MiB of addresses, which leads to their leaf
//   leaf     a byte for each 16 KiB: 0, or 1 + the size class of the slots that begin there
//
// The map changes under the lock only, and it is right about every block that a thread has: a byte
// is written before an address of its 16 KiB is handed out, and cannot change while a block that
// begins there lives. A thread that has a block got it after the byte was written, by whatever
// brought the address to it. About other addresses the map says nothing.
#pragma once

#include "alloc/granary/span.h"
#include "runtime/pages.h"

namespace granary {

class ClassMap {
 public:
  // The byte of 16 KiB in which blocks of the large heap begin.
  static constexpr unsigned no_slots = 0;

  static constexpr unsigned slots_of(SizeClass size_class) { return index_of(size_class) + 1; }

  // Returns the byte of the address of a block.
  [[gnu::always_inline]] unsigned at(Address address) const {
    return *reinterpret_cast<const uint8_t*>(byte_of(address));
  }

  // Must be called before a block at the address is handed out.
  void set(Address address, unsigned blocks) const {
    uint8_t& byte = *reinterpret_cast<uint8_t*>(byte_of(address));
    // A byte that is right may be read by others at this moment.
    if (byte != blocks) byte = static_cast<uint8_t>(blocks);
  }

  // Must be called before `cover`, with the address at which the heap begins.
  void start(Address begin) {
    if (leaves_ != 0) return;
    next_region_ = begin >> region_log2;
    leaves_ = reinterpret_cast<Address>(first_leaves_);
    leaves_end_ = leaves_ + sizeof first_leaves_;
  }

  // Returns how many pages `cover` takes at most where so many were grown: a page has the leaves of
  // 1 GiB, and the pages may begin and end within a region.
  static constexpr PageCount most_pages(PageCount grown) { return {(grown.value >> 13) + 1}; }

  // Makes room for the bytes of a heap that ends at `end`, in the `pages` pages of zeros that lie
  // there, as far as it needs them. Returns false, with less room, when they are not enough.
  [[gnu::noinline, clang::minsize]] bool cover(Address end, PageCount pages) {
    Address page = end;
    while (next_region_ <= (end - 1) >> region_log2) {
      if (leaves_ == leaves_end_) {
        if (pages.value-- == 0) return false;
        leaves_ = page;
        page += wasm_page_size;
        leaves_end_ = page;
      }
      // The root has the address of a leaf less the number of its first span, so the number of a
      // span need not be masked to find its byte.
      root_[next_region_ % regions] = leaves_ - (next_region_ << leaf_log2);
      leaves_ += leaf_size;
      ++next_region_;
    }
    return true;
  }

 private:
  static constexpr unsigned region_log2 = 24;
  static constexpr unsigned leaf_log2 = region_log2 - span_log2;
  static constexpr ByteCount leaf_size = power_of_two(leaf_log2);
  // The regions of 4 GiB: a heap of 64-bit addresses that is longer would not fit.
  static constexpr unsigned regions = 1U << (32 - region_log2);
  // The first leaves lie here, so that a heap below 64 MiB needs no page for them.
  static constexpr unsigned first_leaves = 4;

  [[gnu::always_inline]] Address byte_of(Address address) const {
    return root_[(address >> region_log2) % regions] + (address >> span_log2);
  }

  Address root_[regions] = {};
  uint8_t first_leaves_[first_leaves * leaf_size] = {};
  // Where the next leaf will lie.
  Address leaves_ = 0;
  Address leaves_end_ = 0;
  // The first region that has no leaf yet.
  Address next_region_ = 0;
};

}  // namespace granary
