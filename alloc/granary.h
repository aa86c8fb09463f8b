// The default engine: small blocks in slots of spans (small_heap.h), everything else and the spans
// themselves in one coalescing heap (large_heap.h), which grows by whole pages when nothing fits.
// This file ties the two together and is the only one that knows both.
//
//   alloc   small_.pop    or else  alloc_slow            small_.take_over, or large_.take
//                                  alloc_in_fresh_span   a span of large_ and small_.cut
//   free    small_.push   or else  free_slow             small_.push_last, large_.release
//
// The two calls on the left are all that most calls run; they are inlined into their callers, and
// all else is behind one call. No function that stays out of line takes or returns a struct of two
// fields: where nothing optimises the whole program, such a struct goes through a stack in memory.
//
//   | module | slack: blocks, spans ... | a stranger's | blocks, spans ...   top | span table |
//            ^ __heap_base              ^ end of initial memory       end of the heap         ^
//
// The span table lies at the end of the latest region. When the memory grows it moves to the new
// end, and its old place joins the top; so the last block can always grow into fresh pages.
#pragma once

#include "alloc/alignment.h"
#include "alloc/configuration.h"
#include "alloc/engine.h"
#include "alloc/growth.h"
#include "alloc/large_heap.h"
#include "alloc/size_classes.h"
#include "alloc/small_heap.h"
#include "runtime/page_source.h"

#if defined(__wasm_atomics__)
#error "granary is single-threaded: compile it without atomics (no -matomics, no -pthread)"
#endif

namespace granary {

template <PageSourceWithSlack Pages, GrowthSource Growth, Configuration configuration = {}>
class Granary {
  template <class>
  friend class HeapWalk;
  template <class>
  friend class Verifier;
  template <class>
  friend class Inspector;
  using Large = LargeHeap<configuration>;

 public:
  using Memory = Pages;

  [[gnu::always_inline]] Address alloc(ByteCount length, Alignment alignment) {
    const ByteCount last_byte = last_byte_of(length, alignment);
    if (is_small(last_byte, alignment)) [[likely]] {
      const Address slot = small_.pop(small_.class_of(last_byte));
      if (slot != 0) [[likely]]
        return slot;
    }
    return alloc_slow(length, alignment);
  }

  [[gnu::always_inline]] void free(Block block) {
    if (!small_.push(block.address)) [[unlikely]]
      free_slow(block.address, block.length);
  }

  // As `free`, for who does not know the length.
  [[gnu::always_inline]] void free_unsized(Address address) {
    if (!small_.push(address)) [[unlikely]]
      free_unsized_slow(address);
  }

  // How many bytes the block at `address` has room for: at least its length.
  ByteCount usable_size(Address address) const {
    return small_.owns(address) ? slot_size(small_.class_of_slot(address))
                                : Large::size_of(address) - TaggedBlock::overhead;
  }

  [[gnu::always_inline]] bool resize(Block block, ByteCount new_length) {
    return resize_slow(block.address, new_length);
  }

  [[gnu::always_inline]] Address remap(Block block, ByteCount new_length) {
    return remap_slow(block.address, block.alignment, new_length);
  }

  // As `remap`, for who does not know the length.
  [[gnu::always_inline]] Address remap_unsized(Address address, Alignment alignment,
                                               ByteCount new_length) {
    return remap_slow(address, alignment, new_length);
  }

  // As `alloc`, and every byte of the block is zero. What was never used is known to be zero and is
  // not cleared; a slot may hold the link of a list.
  Address alloc_zeroed(ByteCount length, Alignment alignment) {
    Address used = large_.fresh();
    const Address address = alloc(length, alignment);
    if (address == 0) return 0;
    // Growing leaves the place where the records were.
    if (used < large_.used()) used = large_.used();
    ByteCount dirty = used < address ? 0 : used - address;
    if (dirty > length || small_.owns(address)) dirty = length;
    __builtin_memset(reinterpret_cast<void*>(address), 0, dirty);
    return address;
  }

 private:
  [[gnu::noinline, clang::minsize]] bool resize_slow(Address address, ByteCount new_length) {
    if (small_.owns(address)) {
      const ByteCount slot = slot_size(small_.class_of_slot(address));
      return new_length <= slot && (new_length >= slot / 2 || slot <= 16);
    }
    const ByteCount size = block_size(new_length);
    if (large_.resize(address, size)) return true;
    return large_.is_last(address) && next_page() == small_.table().end() &&
           grow(size - Large::size_of(address), unit_alignment) && large_.resize(address, size);
  }

  [[gnu::noinline]] Address remap_slow(Address address, Alignment alignment, ByteCount new_length) {
    if (resize_slow(address, new_length)) return address;
    if (small_.owns(address)) return 0;
    return large_.slide_down(address, block_size(new_length), alignment);
  }

  static constexpr Alignment unit_alignment = Alignment::from_log2(ceil_log2(TaggedBlock::unit));
  static constexpr Alignment span_alignment = Alignment::from_log2(span_log2);

  // All that `alloc` cannot do by itself: the next list of a class, or a block of the large heap.
  [[gnu::noinline]] Address alloc_slow(ByteCount length, Alignment alignment) {
    const ByteCount last_byte = last_byte_of(length, alignment);
    if (is_small(last_byte, alignment)) {
      const SizeClass size_class = small_.class_of(last_byte);
      Address slot = small_.has_unused_span(size_class) ? alloc_in_lower_span(size_class) : 0;
      if (slot == 0) slot = small_.take_over(size_class);
      if (slot == 0) slot = alloc_in_fresh_span(size_class);
      if (slot != 0) return slot;
    }
    if (alignment.log2() >= address_bits) return 0;
    const ByteCount size = block_size(length);
    for (;;) {
      const Address address = large_.take(size, alignment);
      if (address != 0 || !grow(size, alignment)) return address;
    }
  }

  // 0 when the class is not worth a span yet, or when there is no memory for one.
  [[gnu::noinline]] Address alloc_in_fresh_span(SizeClass size_class) {
    if (!small_.wants_span(size_class)) return 0;
    const Address span = alloc_slow(span_size - TaggedBlock::overhead, span_alignment);
    return span != 0 ? small_.cut(size_class, span) : 0;
  }

  // Moves the current span of a class down while it holds no block: a span that is never emptied
  // again would lie for ever where it happened to be, with large blocks on both sides. 0 when there
  // is no room lower down; memory never grows for it.
  [[gnu::noinline]] Address alloc_in_lower_span(SizeClass size_class) {
    const Address lower = large_.take(span_size, span_alignment);
    if (lower == 0) return 0;
    const Address unused = small_.exchange_if_lower(size_class, lower);
    free_slow(unused, span_size);
    return unused == lower ? 0 : small_.cut(size_class, lower);
  }

  // All that `free` cannot do by itself: a span to be listed or given back, a large block.
  [[gnu::noinline]] void free_slow(Address address, ByteCount length) {
    if (small_.owns(address)) {
      const SizeClass size_class = small_.class_of_slot(address);
      address = small_.push_last(address);
      if (address == 0) return;
      const Address current = small_.demote_current(size_class);
      if (current != 0) free_slow(current, span_size);
    } else if (length - 1 < largest_small) {
      small_.single_freed(small_.class_of(length - 1));
    }
    large_.release(address);
  }

  // A single block is taken to have the least length that its size allows: the class of that is the
  // one that counted it, or one lower.
  [[gnu::noinline]] void free_unsized_slow(Address address) {
    ByteCount length = 0;
    if (!small_.owns(address)) {
      length = Large::size_of(address) - TaggedBlock::overhead - (TaggedBlock::unit - 1);
    }
    free_slow(address, length);
  }

  // Takes in the slack, unless it is hardly larger than its own records. Whether it was taken.
  bool start() {
    small_.start();
    const Region slack = Pages::slack();
    const ByteCount records = SpanTable::bytes_for(slack.end - first_page());
    if (slack.end - slack.begin <= records + 2 * TaggedBlock::unit) return false;
    bring_in(slack.begin, slack.end, records);
    return true;
  }

  // The page that the heap begins in.
  static Address first_page() { return Pages::slack().begin & ~(wasm_page_size - 1); }

  static Address next_page() { return Pages::size().value << wasm_page_log2; }

  // Brings memory in: first the slack, then pages enough for `size` bytes at this alignment at the
  // top. False when they were refused, with nothing changed.
  [[gnu::noinline]] bool grow(ByteCount size, Alignment alignment) {
    if (large_.is_empty() && start()) return true;
    constexpr ByteCount records_of_page = SpanTable::bytes_for(wasm_page_size);
    const Address begin = next_page();
    const bool joins = begin == small_.table().end();
    const Address first = joins ? large_.top() : Large::first_in(begin);
    const ByteCount padding = (0 - first) & (alignment.bytes() - 1);
    const ByteCount records = ((begin - first_page()) >> wasm_page_log2) * records_of_page;
    const ByteCount beside = padding + records + (joins ? 0 : first - begin);
    const ByteCount needed = saturating_add(size, beside) - (joins ? begin - first : 0);
    const PageCount exact = {(needed - 1) / (wasm_page_size - records_of_page) + 1};
    PageCount pages = Growth::policy().pages_to_grow(exact, grown_);
    if (Pages::grow(pages) == 0) {
      pages = exact;
      if (Pages::grow(pages) == 0) return false;
    }
    grown_.value += pages.value;
    // After the last page of all, the end wraps to 0. No block ends there: the table does.
    bring_in(begin, begin + (pages.value << wasm_page_log2),
             records + pages.value * records_of_page);
    return true;
  }

  // Takes in fresh memory with the table of all records at its end.
  [[gnu::noinline]] void bring_in(Address begin, Address end, ByteCount records) {
    const Address old_end = small_.table().end();
    const Address limit = small_.table().move_before(end, records);
    if (begin == old_end) {
      large_.extend(limit, old_end);
    } else {
      if (old_end != 0) large_.extend(old_end, old_end);
      large_.add(begin, limit);
    }
  }

  SmallHeap small_;
  Large large_;
  PageCount grown_ = {0};
};

}  // namespace granary
