// The laws of the heap, and what runs one.
#pragma once

#include "tests-native/laws/laws_emptying.h"
#include "tests-native/laws/laws_finding.h"
#include "tests-native/laws/laws_reuse.h"
#include "tests-native/laws/laws_settling.h"
#include "tests-native/laws/laws_shrinking.h"

namespace granary::test {

template <class Heap>
struct Law {
  const char* name;
  const char* sentence;
  // How many seeds a usual run tries; 0: the law has nothing random in it.
  unsigned seeds;
  // How many of the policies below a run tries, the first ones.
  unsigned policies;
  // Whether a checked heap is tried: it needs more for each block, and keeps back what was freed.
  bool of_checked;
  void (*run)(Heap& heap, Trial& trial);
};

struct NamedPolicy {
  const char* name;
  GrowthPolicy policy;
};

// By how much a heap grows.
inline constexpr NamedPolicy policies[] = {
    {"usual", default_growth},
    {"exact", {.share_from = {~ByteCount{0}}, .share_log2 = 0}},
    {"eighth", {.share_from = {8}, .share_log2 = 3}},
    {"doubling", {.share_from = {0}, .share_log2 = 0}},
};
inline constexpr unsigned policy_count = sizeof(policies) / sizeof(policies[0]);

// How many policies a law needs: what is full cannot grow, and how much a heap is compared with
// what it must have means little where it grows by much at once.
inline constexpr unsigned of_full = 1;
inline constexpr unsigned of_sizes = 2;
inline constexpr unsigned of_all = policy_count;

// Of any allocator that can be asked for blocks, more memory and nothing else: what the peer is
// tried on too.
template <class Heap>
inline constexpr Law<Heap> laws_of_any[] = {
    {"settling-falling-sizes",
     "the heap stays what it is when sizes fall from round to round and blocks shrink in place", 0,
     of_sizes, false, settles_as_sizes_fall<Heap>},
    {"settling-large", "the heap is hardly larger than 300 blocks of sizes from one bin", 0,
     of_sizes, false, settles_within_a_bin_of_large<Heap>},
    {"settling-small", "the heap is hardly larger than 10,000 blocks of sizes from one bin", 0,
     of_sizes, false, settles_within_a_bin_of_small<Heap>},
    {"settling-bin", "the heap is hardly larger than its blocks of sizes from any bin", 4, of_sizes,
     false, settles_within_any_bin<Heap>},
    {"settling", "the heap after 500 repetitions of any pattern is that after 50", 8, of_sizes,
     false, settles_in_repetition<Heap>},
    {"settling-alive",
     "the heap does not grow on and on while a pattern of which something lives "
     "is repeated",
     8, of_sizes, true, settles_while_much_lives<Heap>},
    {"finding-deep", "a block that fits is found among many that do not, before the memory grows",
     0, of_all, false, finds_what_lies_deep<Heap>},
    {"finding-full", "a block that fits is found among many that do not, in a full memory", 0,
     of_full, true, refuses_nothing_that_lies_deep<Heap>},
    {"reuse-eighth", "every eighth block of a full memory can be allocated again", 0, of_full, true,
     reuses_every_eighth<Heap>},
    {"reuse", "blocks freed anywhere in a full memory can be allocated again", 40, of_full, true,
     reuses_what_is_freed_anywhere<Heap>},
    {"reuse-mixed", "blocks of many sizes freed in a full memory can be allocated again", 20,
     of_full, true, reuses_sizes_of_a_mix<Heap>},
    {"reuse-cache", "a full cache that evicts at random keeps what it held", 5, of_full, true,
     cache_keeps_what_it_held<Heap>},
    {"reuse-growing", "free slots of full spans are used before the memory grows", 0, of_all, false,
     reuses_before_it_grows<Heap>},
    {"reuse-holes", "small blocks go into holes that are smaller than a span", 0, of_sizes, false,
     fills_holes_below_a_span<Heap>},
};

template <class Heap>
inline constexpr Law<Heap> laws_of_ours[] = {
    {"emptying-page", "a page in which nothing lives gives 50,000 bytes again", 0, of_full, true,
     is_empty_after_eighteen_blocks<Heap>},
    {"emptying-classes", "blocks of every size class leave nothing behind, freed in any order", 0,
     of_all, true, is_empty_after_every_class<Heap>},
    {"emptying", "a heap in which nothing lives gives what a fresh one gives", 100, of_all, true,
     is_empty_after_any_mix<Heap>},
    {"shrinking", "a block of a full memory can be made smaller", 200, of_full, true,
     shrinks_in_a_full_memory<Heap>},
};

template <class Heap>
inline constexpr Law<Heap> laws_of_walkable[] = {
    {"finding", "nothing is refused and no memory grows while something that fits lies free", 150,
     of_all, false, overlooks_nothing<Heap>},
};

// Calls `visit(law)` for each law that this heap can be tried on.
template <class Heap, class Visitor>
void for_each_law(Visitor visit) {
  for (const Law<Heap>& law : laws_of_any<Heap>) {
    if (law.of_checked || !Heap::is_checked) visit(law);
  }
  if constexpr (!Heap::is_peer) {
    for (const Law<Heap>& law : laws_of_ours<Heap>) visit(law);
    if constexpr (Heap::is_walkable && !Heap::is_checked) {
      for (const Law<Heap>& law : laws_of_walkable<Heap>) visit(law);
    }
  }
}

}  // namespace granary::test
