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
#include "runtime/page_source.h"

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

  // The heap begins at this address. Must be called before the calls below.
  [[clang::minsize]] void start(Address begin) {
    end_ = begin >> region_log2;
    add(reinterpret_cast<Address>(first_leaves_), first_leaves);
  }
  bool is_started() const { return end_ != 0; }

  // Whether there are bytes for a heap that ends with so many pages from the address 0 on.
  bool covers(PageCount heap) const { return regions_of(heap) <= end_; }

  // Returns how many pages have to be added before such a heap is covered.
  PageCount lacks(PageCount heap) const {
    return {(regions_of(heap) - end_ + leaves_of_page - 1) / leaves_of_page};
  }

  // Adds pages of zeros for the bytes of the regions above.
  [[clang::minsize]] void add_pages(Address pages, PageCount count) {
    add(pages, count.value * leaves_of_page);
  }

 private:
  static constexpr unsigned region_log2 = 24;
  static constexpr unsigned leaf_log2 = region_log2 - span_log2;
  static constexpr ByteCount leaf_size = power_of_two(leaf_log2);
  static constexpr ByteCount leaves_of_page = wasm_page_size / leaf_size;
  // The first leaves lie here, so that a heap below 64 MiB needs no page for them.
  static constexpr unsigned first_leaves = 4;
  // The regions of 4 GiB and of what the last page of leaves covers above: a heap of 64-bit
  // addresses that is longer would not fit.
  static constexpr unsigned regions = 2U << (32 - region_log2);

  static constexpr ByteCount regions_of(PageCount pages) {
    constexpr ByteCount pages_of_region = power_of_two(region_log2 - wasm_page_log2);
    return (pages.value + pages_of_region - 1) / pages_of_region;
  }

  [[gnu::noinline, clang::minsize]] void add(Address leaf, ByteCount count) {
    for (; count != 0; --count) {
      // The root has the address of a leaf less the number of its first span, so the number of a
      // span need not be masked to find its byte.
      root_[end_ % regions] = leaf - (end_ << leaf_log2);
      leaf += leaf_size;
      ++end_;
    }
  }

  [[gnu::always_inline]] Address byte_of(Address address) const {
    return root_[(address >> region_log2) % regions] + (address >> span_log2);
  }

  Address root_[regions] = {};
  uint8_t first_leaves_[first_leaves * leaf_size] = {};
  // The number of the first region, counted from the address 0, above those that have a leaf.
  Address end_ = 0;
};

}  // namespace granary
