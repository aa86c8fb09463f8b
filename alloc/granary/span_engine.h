// The default engine. Small blocks lie in slots of spans (small_heap.h); everything else, and the
// spans themselves, lie in one coalescing heap (large_heap.h), which grows by whole pages when
// nothing fits. This file ties the two together; all that they keep is one object (heap_state.h).
//
//   alloc   small.pop    or else  alloc_slow      small.take_over, small.cut, or large.take
//                        or else  alloc_or_grow   every place there is, then more memory
//   free    small.push   or else  free_slow       small.push_last, large.release
//
// Most calls run only the function on the left, which is inlined into the caller; all else is one
// call away. Code that runs seldom is compiled for size. No function that stays out of
// line takes or returns a struct of two fields, or a struct by address: where nothing optimises the
// whole program, such a struct goes through a stack in memory, which a module over an imported
// memory does not have.
//
//   | module | slack: blocks, spans ... | a stranger's | blocks, spans ...   top | span table |
//            ^ __heap_base              ^ end of initial memory       end of the heap         ^
//
// The span table lies at the end of the latest region. When the memory grows, the table moves to
// the new end, and its old place becomes part of the top; so the last block can always grow into
// fresh pages. In a large heap the table moves for the last time, to pages of its own.
#pragma once

#include "alloc/common/alignment.h"
#include "alloc/common/engine.h"
#include "alloc/common/growth.h"
#include "alloc/granary/configuration.h"
#include "alloc/granary/heap_state.h"
#include "alloc/granary/heap_walk.h"
#include "alloc/granary/large_heap.h"
#include "alloc/granary/size_classes.h"
#include "alloc/granary/small_heap.h"
#include "runtime/page_source.h"

namespace granary {

template <PageSourceWithSlack Memory, GrowthSource Growth, Configuration configuration = {}>
class SpanEngine {
  using State = HeapState<Memory, configuration>;
  using Large = State::Large;

 public:
  constexpr SpanEngine() = default;
  constexpr explicit SpanEngine(Memory memory) { state_.memory = memory; }

  [[gnu::always_inline]] Address alloc(ByteCount length, Alignment alignment) {
    const ByteCount last_byte = last_byte_of(length, alignment);
    if (is_small(last_byte, alignment)) [[likely]] {
      const Address slot = state_.small.pop(state_.small.class_of(last_byte));
      if (slot != 0) [[likely]]
        return slot;
    }
    return alloc_slow(length, alignment);
  }

  [[gnu::always_inline]] void free(Block block) {
    if (!state_.small.push(state_.table, block.address)) [[unlikely]]
      free_slow(block.address);
  }

  // Does the same as `free`, for callers that do not know the length.
  [[gnu::always_inline]] void free_unsized(Address address) {
    if (!state_.small.push(state_.table, address)) [[unlikely]]
      free_slow(address);
  }

  // Returns how many bytes the block at `address` has room for: at least its length.
  ByteCount usable_size(Address address) const {
    return state_.table.owns(address) ? slot_size(state_.table.class_of_slot(address))
                                      : tagged_size(address);
  }

  [[gnu::always_inline]] bool resize(Block block, ByteCount new_length) {
    return resize_slow(block.address, new_length);
  }

  [[gnu::always_inline]] Address remap(Block block, ByteCount new_length) {
    return remap_slow(block.address, block.alignment, new_length);
  }

  // Does the same as `remap`, for callers that do not know the length.
  [[gnu::always_inline]] Address remap_unsized(Address address, Alignment alignment,
                                               ByteCount new_length) {
    return remap_slow(address, alignment, new_length);
  }

  // Does the same as `alloc`, and every byte of the block is zero. Memory that was never used is
  // known to be zero and is not cleared; a slot may hold the link of a list.
  Address alloc_zeroed(ByteCount length, Alignment alignment) {
    Address used = state_.large.fresh();
    const Address address = alloc(length, alignment);
    if (address == 0) return 0;
    // When the memory grows, the span table leaves its old place, which is not zero and becomes
    // part of the top.
    if (used < state_.large.used()) used = state_.large.used();
    ByteCount dirty = used < address ? 0 : used - address;
    if (dirty > length || state_.table.owns(address)) dirty = length;
    __builtin_memset(reinterpret_cast<void*>(address), 0, dirty);
    return address;
  }

  // Gives the idle spans back to the large heap. Returns how many bytes at the end of the heap
  // nothing needs now.
  ByteCount trim() {
    give_back_idle_spans();
    return state_.large.limit() - state_.large.top();
  }

  // Forgets every block at once. The memory stays, to be used again from its beginning. A heap
  // whose walk does not get to its end stays as it is, because its end is not known.
  void reset()
    requires(configuration.walkable)
  {
    if (state_.large.is_empty() || !HeapWalk(state_).reaches_end()) return;
    HeapWalk walk(state_);
    const Address limit = state_.large.limit();
    Address region = state_.large.first();
    state_.large.forget();
    // The walk is always a region ahead of the writes: a new gap lies where the old one was.
    for (HeapItem item = walk.next(); item.kind != GRANARY_END; item = walk.next()) {
      if (item.kind != GRANARY_GAP) continue;
      state_.large.add(region - TaggedBlock::overhead, item.address);
      region = item.address + item.size;
    }
    state_.large.add(region - TaggedBlock::overhead, limit);
    state_.large.extend(limit, limit);
    state_.table.forget();
    state_.small.forget();
  }

  // --- for an engine in front of this one (alloc/threads/) ---

  // Returns the next slot on the waiting list of the class, or 0. A slot of the same span was
  // returned by an alloc before.
  [[gnu::always_inline]] Address pop_waiting(SizeClass size_class) {
    return state_.small.pop(size_class);
  }

  // Does the same as `alloc`, without its short way for slots.
  Address alloc_seldom(ByteCount length, Alignment alignment) {
    return alloc_slow(length, alignment);
  }

  bool is_slot(Address address) const { return state_.table.owns(address); }
  SizeClass class_of_slot(Address address) const { return state_.table.class_of_slot(address); }

  // Does the same as `remap`, or where the block must not move, as `resize`: then the result is its
  // address or 0. The block is no slot.
  [[gnu::noinline, clang::minsize]] Address remap_tagged(Address address, Alignment alignment,
                                                         ByteCount new_length, bool may_move) {
    const ByteCount size = block_size(new_length);
    if (resize_large(address, size)) return address;
    return may_move ? state_.large.slide_down(address, size, alignment) : 0;
  }

  // Returns how many bytes a block that is no slot has room for. The thread that has the block may
  // ask while another one changes the heap.
  static ByteCount tagged_size(Address address) {
    return TaggedBlock(address).size_for_its_owner() - TaggedBlock::overhead;
  }

  // --- read from outside ---

  const State& anatomy() const { return state_; }

  const Memory& memory() const { return state_.memory; }
  Memory& memory() { return state_.memory; }

 private:
  // A block may fill down to half of its slot: for less, a smaller slot is worth the move.
  [[gnu::noinline, clang::minsize]] bool resize_slow(Address address, ByteCount new_length) {
    if (state_.table.owns(address)) {
      const ByteCount slot = slot_size(state_.table.class_of_slot(address));
      return new_length <= slot && (new_length >= slot / 2 || slot <= 16);
    }
    return resize_large(address, block_size(new_length));
  }

  [[gnu::always_inline]] bool resize_large(Address address, ByteCount size) {
    if (state_.large.resize(address, size)) return true;
    return state_.large.is_last(address) && next_page() == state_.end() &&
           grow(size - Large::size_of(address), unit_alignment) &&
           state_.large.resize(address, size);
  }

  // A request for a smaller length always succeeds: where there is no smaller place, the block
  // stays.
  [[gnu::noinline, clang::minsize]] Address remap_slow(Address address, Alignment alignment,
                                                       ByteCount new_length) {
    if (resize_slow(address, new_length)) return address;
    if (state_.table.owns(address)) {
      if (new_length > slot_size(state_.table.class_of_slot(address))) return 0;
      const Address moved = alloc_slow(new_length, alignment);
      if (moved == 0) return address;
      __builtin_memcpy(reinterpret_cast<void*>(moved), reinterpret_cast<const void*>(address),
                       new_length);
      free_unsized(address);
      return moved;
    }
    return state_.large.slide_down(address, block_size(new_length), alignment);
  }

  static constexpr Alignment unit_alignment = Alignment::from_log2(ceil_log2(TaggedBlock::unit));
  static constexpr Alignment span_alignment = Alignment::from_log2(span_log2);

  // Does what `alloc` cannot do by itself: it takes over the next list of a class, cuts a span, or
  // takes a block of the large heap, where the usual search finds one. When the class wants a span,
  // only a span may come from the top.
  [[gnu::noinline]] Address alloc_slow(ByteCount length, Alignment alignment) {
    const ByteCount last_byte = last_byte_of(length, alignment);
    const ByteCount size = block_size(length);
    unsigned index = size_class_count;
    bool as_span = false;
    if (is_small(last_byte, alignment)) {
      const SizeClass size_class = state_.small.class_of(last_byte);
      index = index_of(size_class);
      as_span = state_.small.has_spans(size_class);
      if (as_span) {
        const Address slot = state_.small.take_over(state_.table, size_class);
        if (slot != 0) return slot;
      } else {
        as_span = state_.small.is_worth_span(state_.table, size_class, last_byte);
      }
    } else if (alignment.log2() >= address_bits) {
      return 0;
    }
    if (as_span) {
      const Address span = state_.large.take(span_size, span_alignment, Large::usual_depth, true);
      if (span != 0) return state_.small.cut(state_.table, SizeClass{index}, span);
    }
    const Address address = state_.large.take(size, alignment, Large::usual_depth, !as_span);
    return address != 0 ? address : alloc_or_grow(size, alignment, index, as_span);
  }

  // The usual search found nothing: this one looks everywhere, in this order, before the memory
  // grows and before the answer is 0. `index` is that of the size class, or `size_class_count` when
  // the block is not small.
  //
  //   every free block, for a span if one is wanted, else for the block by itself
  //   the same again once the idle spans have been given back
  //   the top and fresh pages, for a span if one is wanted and granted, else for the block
  //   for a small block, any free slot of a larger class
  [[gnu::noinline, clang::minsize]] Address alloc_or_grow(ByteCount size_of_block,
                                                          Alignment alignment, unsigned index,
                                                          bool wants_span) {
    for (bool growing = false;; growing = !give_back_idle_spans()) {
      if (wants_span) {
        const Address span = take_anywhere(span_size, span_alignment, growing);
        if (span != 0) return state_.small.cut(state_.table, SizeClass{index}, span);
      }
      const Address address = take_anywhere(size_of_block, alignment, growing);
      if (address != 0) return address;
      if (growing) break;
    }
    return index != size_class_count ? take_larger(index, alignment) : 0;
  }

  // Takes a block from any free block, and if `growing`, from the top and fresh pages too.
  [[gnu::noinline, clang::minsize]] Address take_anywhere(ByteCount size, Alignment alignment,
                                                          bool growing) {
    for (;;) {
      const Address address = state_.large.take(size, alignment, Large::whole_depth, growing);
      if (address != 0 || !growing || !grow(size, alignment)) return address;
    }
  }

  // A small block of the class `index` would be refused otherwise: returns a free slot of that
  // class or of any larger one whose slots have the alignment, or 0.
  [[gnu::always_inline]] Address take_larger(unsigned index, Alignment alignment) {
    for (; index < size_class_count; ++index) {
      const SizeClass larger{index};
      if (slot_size(larger) % alignment.bytes() != 0) continue;
      const Address slot = state_.small.take_over(state_.table, larger);
      if (slot != 0) return slot;
    }
    return 0;
  }

  // Gives every idle span back to the large heap. Returns whether there was any.
  [[gnu::noinline, clang::minsize]] bool give_back_idle_spans() {
    bool any = false;
    for (unsigned index = 0; index < size_class_count; ++index) {
      const Address span = state_.small.forget_idle(state_.table, SizeClass{index});
      if (span == 0) continue;
      free_slow(span);
      any = true;
    }
    return any;
  }

  // Does what `free` cannot do by itself: it lists a span or gives it back, or frees a large block.
  // When a span goes back and there are no more spans than classes that have any, the idle spans go
  // back too. Nothing else would, so a program that repeats itself finds the heap as it was.
  [[gnu::noinline]] void free_slow(Address address) {
    if (state_.table.owns(address)) {
      address = state_.small.push_last(state_.table, address);
      if (address == 0) return;
      if (state_.small.has_few_spans()) give_back_idle_spans();
    }
    state_.large.release(address);
  }

  // Takes in the slack, unless it is hardly larger than its own records. Returns whether it did.
  [[clang::minsize]] bool start() {
    state_.small.start();
    const Region slack = state_.memory.slack();
    const ByteCount records = SpanTable::bytes_for(slack.end - state_.first_page());
    if (slack.end - slack.begin <= records + 2 * TaggedBlock::unit) return false;
    bring_in(slack.begin, slack.end, records);
    // The memory that the heap finds at its start need not be zero.
    state_.table.forget();
    state_.large.extend(state_.large.limit(), state_.large.limit());
    return true;
  }

  // Returns how many pages lie between the heap's first page and the address.
  ByteCount pages_below(Address address) const {
    return (address - state_.first_page()) >> wasm_page_log2;
  }

  Address next_page() const { return state_.memory.size().value << wasm_page_log2; }

  // Brings memory in: first the slack, then enough pages for `size` bytes at this alignment in the
  // top. Returns false, with nothing changed, when they were refused.
  [[gnu::noinline, clang::minsize]] bool grow(ByteCount size, Alignment alignment) {
    if (state_.large.is_empty() && start()) return true;
    // Fresh pages begin here unless a stranger grows the memory before.
    const Address expected = next_page();
    const Address first = expected == state_.end() ? state_.large.top() : Large::first_in(expected);
    const ByteCount padding = (0 - first) & (alignment.bytes() - 1);
    ByteCount records_of_page = SpanTable::bytes_for(wasm_page_size);
    if (state_.table.is_fixed()) records_of_page = 0;
    const ByteCount records = pages_below(expected) * records_of_page;
    // The distance from the first byte of the pages to the block, which is negative in the top, is
    // at most a unit.
    const ByteCount needed = saturating_add(size, padding + records + TaggedBlock::unit) -
                             (expected - first + TaggedBlock::unit);
    const PageCount exact = {(needed - 1) / (wasm_page_size - records_of_page) + 1};
    PageCount pages = Growth::policy().pages_to_grow(exact, state_.grown);
    Address begin;
    while ((begin = state_.memory.grow(pages)) == 0) {
      if (pages.value == exact.value) return false;
      pages = exact;
    }
    // The end of the last page of all wraps to 0. No block ends there, but the table does.
    const Address end = begin + (pages.value << wasm_page_log2);
    if constexpr (configuration.outgrows_table()) {
      // Records of memory that is not yet the heap's need no copy: the table comes first.
      if (!table_reaches(end)) fix_table(end);
      if (state_.table.is_fixed()) {
        if (!table_reaches(end)) return false;
        records_of_page = 0;
      }
    }
    state_.grown.value += pages.value;
    bring_in(begin, end, (pages_below(begin) + pages.value) * records_of_page);
    if constexpr (!configuration.outgrows_table()) {
      if (begin - state_.first_page() > configuration.table_moves_up_to && !state_.table.is_fixed())
        fix_table(end);
    }
    return true;
  }

  // Returns whether the table can have the records of a heap that ends at `end`, without a pause
  // when it moves.
  bool table_reaches(Address end) const {
    const ByteCount size = SpanTable::bytes_for(end - state_.first_page());
    return size <= (state_.table.is_fixed()
                        ? state_.table.size()
                        : SpanTable::bytes_for(configuration.table_moves_up_to));
  }

  // Takes in fresh memory, with the span table at its end unless the table is fixed.
  [[gnu::noinline, clang::minsize]] void bring_in(Address begin, Address end, ByteCount records) {
    const Address old_end = state_.end();
    Address limit = end - records;
    if (!state_.table.is_fixed()) {
      state_.table.move_to(limit, records, state_.first_page());
    } else if (limit == 0) {
      // The end of the whole address space is no address.
      limit -= TaggedBlock::unit;
    }
    if (begin == old_end) {
      state_.large.extend(limit, old_end);
    } else {
      if (old_end != 0) state_.large.extend(old_end, old_end);
      state_.large.add(begin, limit);
    }
  }

  // Gives the table pages of its own for a heap that ends at `end`, if they are granted. The place
  // that it had at the end of the heap becomes part of the top; pages of its own that it had are
  // not used again.
  [[clang::minsize]] void fix_table(Address end) {
    const ByteCount size = state_.size_of_fixed_table(end);
    const Address place = state_.memory.grow(pages_for(size));
    if (place == 0) return;
    const bool had_own_pages = configuration.outgrows_table() && state_.table.is_fixed();
    const Address reached = state_.table.end();
    state_.table.move_to(place, size, state_.first_page());
    state_.table.fix();
    if (!had_own_pages) state_.large.extend(reached, reached);
  }

  State state_;
};

}  // namespace granary
