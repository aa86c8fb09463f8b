// Operations, and again and again a misuse that a checked heap has to catch (misuse.h).
#pragma once

#include "tests-native/properties/engines.h"
#include "tests-native/properties/misuse.h"

namespace granary::test {

template <class AMemory>
struct MisusedRun {
  using Memory = AMemory;
  using Heap = Shadow<Memory, CheckedOf<Memory, 0, CaughtFault>, GranaryOf<Memory, 1>, 1 << 15>;

  static void over(Heap& heap, ByteSource& bytes, Region initial, PageCount most_pages,
                   uint64_t calls) {
    constexpr uint64_t calls_between = 100;
    auto operations = start_run<Memory>(heap, bytes, initial, most_pages);
    Misuse<Heap> misuse(heap, bytes);
    while (heap.calls() < calls && !bytes.is_exhausted()) {
      operations.go_on(heap.calls() + calls_between);
      misuse.trial();
    }
    operations.finish();
    misuse.count_leaks(0);
  }
};

}  // namespace granary::test
