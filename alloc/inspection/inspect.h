// A walkable heap read and tidied from outside: statistics, trim and reset, beside the walk of
// heap_walk.h and the rules of verify.h. The engine has no counters for any of this: the figures
// are worked out from what it keeps anyway.
#pragma once

#include "alloc/inspection/heap_walk.h"
#include "alloc/inspection/verify.h"
#include "include/granary_inspect.h"

namespace granary {

using SizeClassStatistics = granary_size_class_stats;
using HeapStatistics = granary_heap_stats;

static_assert(GRANARY_SIZE_CLASSES == size_class_count,
              "the statistics of a heap have those of each size class");

template <class Heap>
class Inspector {
 public:
  explicit Inspector(Heap& heap) : heap_(heap) {}

  Rule verify() const { return Verifier<Heap>(heap_).verify(); }

  // The item at `address`, which must be where one begins, or the first one for 0.
  HeapItem item_at(Address address) const {
    HeapWalk<Heap> walk = address == 0 ? HeapWalk<Heap>(heap_) : HeapWalk<Heap>(heap_, address);
    return walk.next();
  }

  // The heap has to be whole.
  void collect(HeapStatistics& statistics) const {
    statistics = {};
    statistics.page_count = Heap::Memory::size().value;
    statistics.grown_page_count = heap_.grown_.value;
    if constexpr (requires { Heap::Memory::grow_count(); }) {
      statistics.grow_count = Heap::Memory::grow_count();
    }
    for (unsigned index = 0; index < size_class_count; ++index) {
      statistics.classes[index].slot_size = slot_size(SizeClass{index});
    }
    HeapWalk<Heap> walk(heap_);
    // One more than there are gaps.
    statistics.region_count = walk.is_empty() ? 0 : 1;
    const SpanTable& table = heap_.span_table();
    if (table.is_fixed()) {
      statistics.heap_bytes = statistics.record_bytes = table.size();
      statistics.grown_page_count += Heap::pages_of_fixed_table().value;
    }
    for (HeapItem item = walk.next(); item.kind != GRANARY_END; item = walk.next()) {
      if (item.kind == GRANARY_BROKEN) return;
      add(item, statistics);
    }
  }

  // Gives the spans that hold no live slot back to the large heap. How many bytes at the end of the
  // heap nothing needs now.
  ByteCount trim() {
    heap_.give_back_unused_spans();
    return heap_.large_.limit_ - heap_.large_.top_;
  }

  // Forgets every block at once. The memory stays, to be used again from its beginning. A heap that
  // can not be walked to its end stays as it is: where it ends is not known.
  void reset() {
    auto& large = heap_.large_;
    if (large.is_empty() || !is_walkable()) return;
    HeapWalk<Heap> walk(heap_);
    const Address limit = large.limit_;
    Address region = large.first_;
    large = {};
    // The walk is always a region ahead of what is written: a new gap lies where the old one was.
    for (HeapItem item = walk.next(); item.kind != GRANARY_END; item = walk.next()) {
      if (item.kind != GRANARY_GAP) continue;
      large.add(region - TaggedBlock::overhead, item.address);
      region = item.address + item.size;
    }
    large.add(region - TaggedBlock::overhead, limit);
    large.extend(limit, limit);
    heap_.small_.forget();
  }

 private:
  bool is_walkable() const {
    HeapWalk<Heap> walk(heap_);
    for (HeapItem item = walk.next(); item.kind != GRANARY_END; item = walk.next()) {
      if (item.kind == GRANARY_BROKEN) return false;
    }
    return true;
  }

  void add(const HeapItem& item, HeapStatistics& statistics) const {
    if (item.kind == GRANARY_GAP) {
      ++statistics.region_count;
      return;
    }
    statistics.heap_bytes += item.size;
    switch (item.kind) {
      case GRANARY_BLOCK:
        ++statistics.large_block_count;
        ++statistics.live_block_count;
        statistics.live_bytes += item.size - TaggedBlock::overhead;
        statistics.overhead_bytes += TaggedBlock::overhead;
        break;
      case GRANARY_SPAN:
        add_span(item, statistics);
        break;
      case GRANARY_FREE:
        ++statistics.free_block_count;
        add_free(item.size, statistics);
        break;
      case GRANARY_TOP:
        statistics.top_bytes = item.size;
        add_free(item.size, statistics);
        break;
      default:
        statistics.record_bytes = item.size;
    }
  }

  static void add_free(ByteCount size, HeapStatistics& statistics) {
    statistics.free_bytes += size;
    if (size > statistics.largest_free_bytes) statistics.largest_free_bytes = size;
  }

  void add_span(const HeapItem& item, HeapStatistics& statistics) const {
    const SpanOffset offset = SpanTable::offset_of(item.address);
    const SpanRecord& record = heap_.small_.table_.at(offset);
    const unsigned index = index_of(record.state.size_class());
    SizeClassStatistics& of_class = statistics.classes[index];
    const ByteCount slots = heap_.small_.classes_[index].capacity;
    const ByteCount live = live_slots_of(offset, record);
    ++statistics.span_count;
    ++of_class.spans;
    of_class.live_slots += live;
    of_class.free_slots += slots - live;
    statistics.live_block_count += live;
    statistics.live_bytes += live * of_class.slot_size;
    statistics.free_slot_bytes += (slots - live) * of_class.slot_size;
    statistics.free_bytes += (slots - live) * of_class.slot_size;
    statistics.overhead_bytes += item.size - slots * of_class.slot_size;
    if (live == 0) statistics.idle_span_bytes += item.size;
  }

  // By the states of span.h.
  ByteCount live_slots_of(SpanOffset offset, const SpanRecord& record) const {
    const unsigned index = index_of(record.state.size_class());
    const auto& state = heap_.small_.classes_[index];
    const unsigned count = record.state.count();
    if (record.next != 0) return count;
    if (state.current != offset) return state.capacity;
    ByteCount live = count - 1;
    for (Address slot = heap_.small_.lists_[index]; slot != 0; slot = SmallHeap::link_of(slot)) {
      --live;
    }
    return live;
  }

  Heap& heap_;
};

}  // namespace granary
