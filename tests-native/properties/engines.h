// What a run can be made over, by name: a pair of engines of which the first is the one that is
// meant, and the second the other program in the same memory, where there is one.
#pragma once

#include "tests-native/properties/damage.h"
#include "tests-native/properties/run.h"

namespace granary::test {

// What a checked heap has to say about a run: nothing in it is a misuse.
struct FaultIsBroken {
  static void report(const Fault& fault) {
    broken("a checked heap finds no fault in what is allowed", fault.address, fault.length);
  }
};

template <class Memory, unsigned program>
using PagesOf = SharedMemory<Memory>::template Program<program>;

template <class Memory, unsigned program>
using ClassicOf = Classic<PagesOf<Memory, program>>;
template <class Memory, unsigned program>
using GranaryOf = SpanEngine<PagesOf<Memory, program>, ChosenGrowth>;
template <class Memory, unsigned program>
using WalkableOf =
    SpanEngine<PagesOf<Memory, program>, ChosenGrowth, Configuration{.walkable = true}>;
template <class Memory, unsigned program, class Reporter = FaultIsBroken>
using CheckedOf = Checked<WalkableOf<Memory, program>, Reporter>;

// Its span table stays at one place from early on, which in a product only a large heap's does.
template <class Memory>
inline constexpr Configuration fixing_early = {
    .walkable = true,
    .table_moves_up_to = 40 * wasm_page_size,
    .table_reach = Memory::capacity.value << wasm_page_log2};
template <class Memory, unsigned program>
using InspectedOf = SpanEngine<PagesOf<Memory, program>, ChosenGrowth, fixing_early<Memory>>;

// From the first operation to the last check.
template <class AMemory, class First, class Second>
struct WholeRun {
  using Memory = AMemory;
  using Heap = Shadow<Memory, First, Second, 1 << 15>;

  static void over(Heap& heap, ByteSource& bytes, Region initial, PageCount most_pages,
                   uint64_t calls) {
    auto operations = start_run<Memory>(heap, bytes, initial, most_pages);
    operations.go_on(calls);
    operations.finish();
  }
};

template <class Memory>
using ClassicRun = WholeRun<Memory, ClassicOf<Memory, 0>, GranaryOf<Memory, 1>>;
template <class Memory>
using GranaryRun = WholeRun<Memory, GranaryOf<Memory, 0>, ClassicOf<Memory, 1>>;
template <class Memory>
using InspectedRun = WholeRun<Memory, InspectedOf<Memory, 0>, GranaryOf<Memory, 1>>;
template <class Memory>
using CheckedRun = WholeRun<Memory, CheckedOf<Memory, 0>, WalkableOf<Memory, 1>>;

// Operations up to some moment; then damage to the heap of the first program, and its repair.
template <class AMemory>
struct DamagedRun {
  using Memory = AMemory;
  using Heap = InspectedRun<Memory>::Heap;

  // Bit n: granary_rule n was found broken.
  static uint32_t rules_met() { return Damage<Heap>::rules_met(); }

  static void over(Heap& heap, ByteSource& bytes, Region initial, PageCount most_pages,
                   uint64_t calls) {
    constexpr unsigned most_trials = 200;
    auto operations = start_run<Memory>(heap, bytes, initial, most_pages);
    // Some heaps are damaged before they have anything.
    const uint64_t most_calls = bytes.word() % 8 == 0 ? 0 : 3000;
    operations.go_on(calls < most_calls ? calls : most_calls, bytes.words_left() / 2);
    heap.open_all();
    Damage<Heap> damage(heap, bytes, initial);
    for (unsigned trial = 0; trial < most_trials && !bytes.is_exhausted(); ++trial) damage.trial();
    operations.finish();
  }
};

}  // namespace granary::test
