// A heap that a law is tried on: an engine over a memory that begins with so much slack and never
// has more than so many pages. What it adds to the calls is what laws ask about: how much memory
// there is by now, and how large a block can be had without more.
#pragma once

#include "alloc/checks/checked_engine.h"
#include "alloc/classic/classic.h"
#include "alloc/granary/span_engine.h"
#include "alloc/inspection/statistics.h"
#include "alloc/inspection/verify.h"
#include "tests-native/laws/blocks.h"

namespace granary::test {

// The page source of an engine under a law. One heap at a time.
template <class Memory>
struct LimitedPages {
  // Forgets what was in the memory. `slack` bytes are there before anything grows.
  static void start(ByteCount slack, PageCount maximum) {
    Memory::reset(initial_pages(slack));
    const Address end = Memory::size().value << wasm_page_log2;
    slack_ = {end - slack, end};
    maximum_ = maximum;
  }

  static Address grow(PageCount count) {
    const PageCount now = pages();
    if (now.value > maximum_.value || count.value > maximum_.value - now.value) return 0;
    return Memory::grow(count);
  }
  static PageCount size() { return Memory::size(); }
  static Region slack() { return slack_; }

  // A memory without slack begins with a page that is not the heap's.
  static PageCount initial_pages(ByteCount slack) { return pages_for(slack == 0 ? 1 : slack); }

  static Address begin() { return Memory::begin; }
  // All there are, initial ones included.
  static PageCount pages() { return {Memory::size().value - (Memory::begin >> wasm_page_log2)}; }
  static PageCount maximum() { return maximum_; }
  static void set_maximum(PageCount maximum) { maximum_ = maximum; }

 private:
  static inline Region slack_ = {};
  static inline PageCount maximum_ = {0};
};

struct ChosenPolicy {
  static GrowthPolicy policy() { return chosen; }
  static inline GrowthPolicy chosen = default_growth;
};

// A fault in a law's own calls would be a fault of the harness.
struct FaultIsATrap {
  [[noreturn]] static void report(const Fault& /*fault*/) { __builtin_trap(); }
};

template <class AnEngine, class Pages, bool walkable>
class LawHeap {
 public:
  using Engine = AnEngine;

  static constexpr bool is_peer = false;
  static constexpr bool is_checked = requires(Engine engine) { engine.inner(); };
  // Whether tests-native/laws/heap_view.h can look into it.
  static constexpr bool is_walkable = walkable;

  // What can be seen of it, when it can be walked.
  const auto& anatomy() const { return engine_.anatomy(); }

  void start(ByteCount slack, PageCount maximum) {
    Pages::start(slack, maximum);
    slack_ = slack;
    engine_ = {};
  }

  // The address is 0 when it was refused.
  Block alloc(ByteCount length, Alignment alignment = usual_alignment) {
    return {engine_.alloc(length, alignment), length, alignment};
  }

  void free(Block block) { engine_.free(block); }

  // As a program does: where the engine does not, it moves the block itself. False, with nothing
  // changed, when there was no memory.
  bool realloc(Block& block, ByteCount new_length) {
    const Address where = engine_.remap(block, new_length);
    if (where != 0) {
      block = {where, new_length, block.alignment};
      return true;
    }
    const Block moved = alloc(new_length, block.alignment);
    if (moved.address == 0) return false;
    __builtin_memcpy(reinterpret_cast<void*>(moved.address),
                     reinterpret_cast<const void*>(block.address),
                     block.length < new_length ? block.length : new_length);
    free(block);
    block = moved;
    return true;
  }

  // The four calls themselves.
  Engine& engine() { return engine_; }

  // So much, and what a heap that grows by a share of itself may have grown in advance.
  static ByteCount with_growth(ByteCount bytes) {
    const GrowthPolicy policy = ChosenPolicy::policy();
    const ByteCount pages = bytes >> wasm_page_log2;
    return pages < policy.share_from.value ? bytes : bytes + (bytes >> policy.share_log2);
  }

  PageCount pages() const { return Pages::pages(); }
  ByteCount grown_bytes() const {
    return (pages().value - Pages::initial_pages(slack_).value) << wasm_page_log2;
  }
  static Address memory_begin() { return Pages::begin(); }
  // What the engine was ever given.
  ByteCount bytes() const { return slack_ + grown_bytes(); }

  PageCount maximum() const { return Pages::maximum(); }
  void set_maximum(PageCount maximum) { Pages::set_maximum(maximum); }
  void stop_growing() { set_maximum(pages()); }

  // The length of the largest block that can be had now, without more memory.
  ByteCount largest_block() {
    const PageCount maximum = Pages::maximum();
    stop_growing();
    ByteCount fits = 0;
    for (ByteCount fails = bytes(); fails - fits > 1;) {
      const ByteCount length = fits + (fails - fits) / 2;
      const Block block = alloc(length);
      if (block.address == 0) {
        fails = length;
      } else {
        free(block);
        fits = length;
      }
    }
    // What a checked heap keeps back of what was freed, it gives up before it refuses anything.
    alloc(bytes());
    set_maximum(maximum);
    return fits;
  }

  // The same of a heap over as much memory in which nothing was allocated yet; what was in this one
  // is gone.
  ByteCount largest_block_when_fresh() {
    const PageCount all = pages();
    ByteCount fits = 0;
    for (ByteCount fails = bytes(); fails - fits > 1;) {
      const ByteCount length = fits + (fails - fits) / 2;
      start(slack_, all);
      if (alloc(length).address == 0)
        fails = length;
      else
        fits = length;
    }
    return fits;
  }

 private:
  Engine engine_;
  ByteCount slack_ = 0;
};

// What a run can be made over.

template <class Memory>
using GranaryHeap =
    LawHeap<SpanEngine<LimitedPages<Memory>, ChosenPolicy>, LimitedPages<Memory>, false>;

template <class Memory>
using InspectedEngine =
    SpanEngine<LimitedPages<Memory>, ChosenPolicy, Configuration{.walkable = true}>;

template <class Memory>
using InspectedHeap = LawHeap<InspectedEngine<Memory>, LimitedPages<Memory>, true>;

template <class Memory>
using CheckedHeap =
    LawHeap<Checked<InspectedEngine<Memory>, FaultIsATrap>, LimitedPages<Memory>, true>;

// The seed's allocator keeps none of most laws, and shows that the harness notices.
template <class Memory>
using ClassicHeap = LawHeap<Classic<LimitedPages<Memory>>, LimitedPages<Memory>, false>;

}  // namespace granary::test
