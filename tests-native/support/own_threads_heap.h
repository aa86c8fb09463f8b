// A heap for threads over a memory of its own, walkable so that verify can look at the engine
// behind the lock. It grows by exactly what it needs.
#pragma once

#include "alloc/inspection/statistics.h"
#include "alloc/inspection/verify.h"
#include "alloc/threads/mapped_memory.h"
#include "alloc/threads/threaded_engine.h"
#include "tests-native/support/low_memory.h"
#include "tests-native/support/native_sync.h"
#include "tests-native/support/native_thread.h"
#include "tests-native/support/own_heap.h"

namespace granary::test {

template <Sync Atomics = NativeSync, ThreadLocal Thread = NativeThread>
class OwnThreadsHeap {
 public:
  using Pages = MappedMemory<LowMemory::Pages, Atomics>;
  using Inner = SpanEngine<Pages, ExactGrowth, Configuration{.walkable = true}>;
  using Engine = ThreadedEngine<Inner, Atomics, Thread>;

  explicit OwnThreadsHeap(ByteCount slack = 0, PageCount pages = {1024}) : memory(slack, pages) {
    start();
  }

  // Makes the heap as it was at first, when no thread uses it.
  void reset() {
    engine.~Engine();
    new (&engine) Engine();
    memory.reset();
    start();
  }

  // The rule that the heap breaks.
  granary_rule rule() {
    return engine.locked([](Inner& inner) { return verify(inner.anatomy()); });
  }

  // How many blocks the engine behind the lock has handed out: to users and to lists, and the
  // lists.
  ByteCount blocks() {
    return engine.locked([](Inner& inner) {
      granary_heap_stats statistics;
      StatisticsCollector(inner.anatomy()).collect(statistics);
      return statistics.live_block_count;
    });
  }

  // Whether the class map says of the block what the engine knows.
  bool is_mapped_right(Address block) {
    return engine.locked([block](Inner& inner) {
      const unsigned right = inner.is_slot(block) ? ClassMap::slots_of(inner.class_of_slot(block))
                                                  : ClassMap::no_slots;
      return inner.memory().map().at(block) == right;
    });
  }

  LowMemory memory;
  Engine engine;

 private:
  // The engine makes its memory itself, because in a product it lies in a page of zeros.
  void start() {
    engine.locked(
        [this](Inner& inner) { static_cast<LowMemory::Pages&>(inner.memory()) = memory.pages(); });
  }
};

}  // namespace granary::test
