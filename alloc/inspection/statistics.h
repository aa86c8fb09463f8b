// The statistics of a walkable heap say how much of it is live, free and overhead, and what it
// consists of. The engine has no counters for this: the figures are worked out from the state that
// it keeps anyway.
#pragma once

#include "alloc/granary/heap_walk.h"
#include "include/granary_inspect.h"

namespace granary {

using SizeClassStatistics = granary_size_class_stats;
using HeapStatistics = granary_heap_stats;

static_assert(GRANARY_SIZE_CLASSES == size_class_count,
              "the statistics of a heap have those of each size class");

template <class Heap>
class StatisticsCollector {
 public:
  explicit StatisticsCollector(const Heap& heap) : heap_(heap) {}

  void collect(HeapStatistics& statistics) const {
    statistics = {};
    statistics.page_count = heap_.memory.size().value;
    statistics.grown_page_count = heap_.grown.value;
    if constexpr (requires { heap_.memory.grow_count(); }) {
      statistics.grow_count = heap_.memory.grow_count();
    }
    for (unsigned index = 0; index < size_class_count; ++index) {
      statistics.classes[index].slot_size = slot_size(SizeClass{index});
    }
    // There is one region more than there are gaps.
    statistics.region_count = heap_.large.is_empty() ? 0 : 1;
    if (heap_.table.is_fixed()) {
      const ByteCount size = heap_.table.size();
      statistics.heap_bytes = statistics.record_bytes = size;
      statistics.grown_page_count += pages_for(size).value;
    }
    HeapWalk walk(heap_);
    for (HeapItem item = walk.next(); item.kind != GRANARY_END; item = walk.next()) {
      if (item.kind == GRANARY_BROKEN) return;
      add(item, statistics);
    }
  }

 private:
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
    const SizeClass size_class = heap_.table.at(offset).state.size_class();
    SizeClassStatistics& of_class = statistics.classes[index_of(size_class)];
    const ByteCount slots = heap_.small.of(size_class).capacity;
    const ByteCount live = heap_.live_slots(offset);
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

  const Heap& heap_;
};

// Works out the statistics of a heap that is whole.
template <class Heap>
void collect(const Heap& heap, HeapStatistics& statistics) {
  StatisticsCollector(heap).collect(statistics);
}

}  // namespace granary
