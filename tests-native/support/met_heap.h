// A heap as instances of a module find it (alloc/threads/meeting.h): its state lies at the
// beginning of a page that the first of them grew, and begins as zeros. The rest of the page is the
// slack.
#pragma once

#include "alloc/inspection/verify.h"
#include "alloc/threads/mapped_memory.h"
#include "alloc/threads/meeting.h"
#include "alloc/threads/threaded_engine.h"
#include "tests-native/support/low_memory.h"
#include "tests-native/support/own_heap.h"

namespace granary::test {

template <Sync Atomics, ThreadLocal Thread>
struct MetHeap {
  struct Pages {
    static Address grow(PageCount count) { return memory->grow(count); }
    static PageCount size() { return memory->size(); }
    static Region slack();
  };

  using Inner =
      SpanEngine<MappedMemory<Pages, Atomics>, ExactGrowth, Configuration{.walkable = true}>;
  using Engine = ThreadedEngine<Inner, Atomics, Thread>;

  // Returns the address of the state. `before_growing` is called before a page is grown for it.
  template <class BeforeGrowing>
  static Address meet(SharedPair& point, BeforeGrowing before_growing) {
    const auto grow_page = [&] {
      before_growing();
      return memory->grow({1});
    };
    const auto leave_spare = [](Address of, Address page) {
      state = of;
      at(of).leave_spare(page);
    };
    state = granary::meet<Atomics>(point, grow_page, leave_spare);
    return state;
  }

  // As for a thread whose instance has not met yet.
  static void forget() { state = 0; }

  static Engine& at(Address address) { return *reinterpret_cast<Engine*>(address); }

  static granary_rule rule(Engine& engine) {
    return engine.locked([](Inner& inner) { return verify(inner.anatomy()); });
  }

  // Whether the bytes lie in pages of the memory above the state.
  static bool owns(Address block, ByteCount length) {
    return block > state && block + length <= memory->size().value << wasm_page_log2;
  }

  // Takes all spare pages. Returns how many there were.
  static ByteCount take_spares(Engine& engine) {
    return engine.locked([](Inner& inner) {
      ByteCount count = 0;
      while (inner.memory().take_spare(0) != 0) ++count;
      return count;
    });
  }

  static inline LowMemory* memory = nullptr;
  // What the instance of a thread knows of it.
  static inline thread_local Address state = 0;
};

template <Sync Atomics, ThreadLocal Thread>
Region MetHeap<Atomics, Thread>::Pages::slack() {
  constexpr ByteCount size = (sizeof(Engine) + TaggedBlock::unit - 1) & ~(TaggedBlock::unit - 1);
  static_assert(size < wasm_page_size, "the state fits its page");
  return {state + size, state + wasm_page_size};
}

}  // namespace granary::test
