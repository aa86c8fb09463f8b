// What the engines that can be inspected are asked along the way: whether they are whole, and
// whether their statistics agree with the model and with each other.
#pragma once

#include "alloc/checks/checked_engine.h"
#include "alloc/classic/classic.h"
#include "alloc/granary/configuration.h"
#include "alloc/granary/span_engine.h"
#include "alloc/inspection/statistics.h"
#include "alloc/inspection/verify.h"
#include "tests-native/properties/live_blocks.h"

namespace granary::test {

template <class Engine>
inline constexpr bool is_walkable = false;
template <class Memory, class Growth, Configuration configuration>
inline constexpr bool is_walkable<SpanEngine<Memory, Growth, configuration>> =
    configuration.walkable;

template <class Engine>
inline constexpr bool is_checked = false;
template <class Inner, class Reporter>
inline constexpr bool is_checked<Checked<Inner, Reporter>> = true;

// Engines that keep every slot in its size class for ever.
template <class Engine>
inline constexpr bool has_fixed_slots = false;
template <class Memory>
inline constexpr bool has_fixed_slots<Classic<Memory>> = true;

// By number, as include/granary_inspect.h lists the rules; good until the next one.
inline const char* message_of(Rule rule) {
  static char text[] = "verify: granary_rule 00";
  constexpr unsigned units = sizeof text - 2;
  text[units - 1] = static_cast<char>('0' + rule / 10);
  text[units] = static_cast<char>('0' + rule % 10);
  return text;
}

// The equations of include/granary_inspect.h, and what the model knows.
inline const char* broken_equation_of(const HeapStatistics& statistics, Live live) {
  const ByteCount parts = statistics.live_bytes + statistics.free_bytes +
                          statistics.overhead_bytes + statistics.record_bytes;
  if (statistics.heap_bytes != parts) return "statistics: the heap is the sum of its parts";
  ByteCount live_slots = 0;
  for (const SizeClassStatistics& of_class : statistics.classes) live_slots += of_class.live_slots;
  if (statistics.live_block_count != statistics.large_block_count + live_slots) {
    return "statistics: live blocks are large ones and slots";
  }
  if (live.blocks != Live::unknown && statistics.live_block_count != live.blocks) {
    return "statistics: as many blocks are live as the model knows";
  }
  if (statistics.live_bytes < live.bytes)
    return "statistics: live blocks have room for their lengths";
  if (statistics.largest_free_bytes > statistics.free_bytes) {
    return "statistics: no free block is larger than all free bytes";
  }
  return nullptr;
}

// The figures of a heap that is whole.
template <class Heap>
const HeapStatistics& statistics_of(Heap& heap) {
  static constinit HeapStatistics statistics = {};
  collect(heap.anatomy(), statistics);
  return statistics;
}

// Null when all is well.
template <class Heap>
const char* broken_rule_of(Heap& heap, Live live) {
  if constexpr (is_checked<Heap>) {
    heap.check();
    return broken_rule_of(heap.inner(), {Live::unknown, live.bytes});
  } else if constexpr (is_walkable<Heap>) {
    const Rule rule = verify(heap.anatomy());
    if (rule != GRANARY_NO_RULE) return message_of(rule);
    return broken_equation_of(statistics_of(heap), live);
  }
  return nullptr;
}

// Null when a heap of which no block is live has given everything back: a class keeps a span at
// most, and once they are trimmed too, free neighbours have all been joined.
template <class Heap>
const char* broken_rule_of_empty(Heap& heap) {
  if constexpr (is_walkable<Heap>) {
    for (const SizeClassStatistics& of_class : statistics_of(heap).classes) {
      if (of_class.spans > 1) return "an empty heap has at most one span of a class";
    }
    heap.trim();
    const HeapStatistics& statistics = statistics_of(heap);
    if (statistics.live_block_count != 0 || statistics.span_count != 0) {
      return "an empty heap that was trimmed has neither blocks nor spans";
    }
    if (statistics.region_count != 0 && statistics.free_block_count + 1 > statistics.region_count) {
      return "an empty heap that was trimmed is one free block in each region";
    }
  }
  return nullptr;
}

}  // namespace granary::test
