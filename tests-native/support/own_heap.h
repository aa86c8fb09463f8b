// A default engine over a memory of its own, for unit tests: walkable, and as it grows only by what
// it needs, what a test expects of its memory can be worked out.
#pragma once

#include "alloc/granary/span_engine.h"
#include "runtime/counting_grows.h"
#include "tests-native/support/own_memory.h"

namespace granary::test {

struct ExactGrowth {
  static constexpr GrowthPolicy policy() {
    return {.share_from = {~ByteCount{0}}, .share_log2 = 0};
  }
};

template <Configuration configuration = Configuration{.walkable = true}, class Growth = ExactGrowth>
class OwnHeap {
 public:
  using Pages = CountingGrows<OwnMemory::Pages>;
  using Engine = SpanEngine<Pages, Growth, configuration>;

  explicit OwnHeap(ByteCount slack = 0) : memory(slack), engine(counted(memory)) {}

  auto& state() const { return engine.anatomy(); }

  static Pages counted(OwnMemory& memory) {
    Pages pages = {};
    pages.memory = &memory;
    return pages;
  }

  OwnMemory memory;
  Engine engine;
};

}  // namespace granary::test
