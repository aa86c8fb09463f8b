// Settling: as long as what lives is bounded, a heap stops growing, whatever is repeated.
#pragma once

#include "alloc/granary/block.h"
#include "tests-native/laws/repeated_pattern.h"

namespace granary::test {

inline constexpr ByteCount mebibyte = ByteCount{1} << 20;

// `bytes` and so many hundredths of it.
constexpr ByteCount with_percent(ByteCount bytes, ByteCount percent) {
  return bytes + bytes / 100 * percent;
}

// Four blocks are freed between spacers, and their places cut up by blocks that get a little
// smaller in each round and shrink where they lie. Every one of those fits exactly into what the
// round before left.
template <class Heap>
void settles_as_sizes_fall(Heap& heap, Trial& trial) {
  constexpr unsigned rounds = 200;
  constexpr ByteCount kept = 131'068;
  // What dlmalloc needs (the peer tries the same law).
  constexpr ByteCount most = 6'700'000;
  heap.start(0, {4096});
  BlockList<40> blocks;
  BlockList<4> four;
  Random none(0);
  constexpr ByteCount longest = block_size(147'436) - TaggedBlock::overhead;
  for (unsigned index = 0; index < 4; ++index) {
    four.add(heap.alloc(kept));
    heap.alloc(3000);
  }
  four.free_all(heap, Order::as_allocated, none);
  for (unsigned round = 1; round <= rounds; ++round) {
    // By a unit a round: each length fits just into what the round before has left of its blocks.
    const ByteCount length = longest - TaggedBlock::unit * ByteCount{round - 1};
    blocks.clear();
    for (unsigned index = 0; index < 40; ++index) blocks.add(heap.alloc(length));
    for (unsigned index = 0; index < 4; ++index) four.add(heap.alloc(kept));
    if (!trial.require(blocks.count() == 40 && four.count() == 4, "nothing is refused")) return;
    for (unsigned index = 0; index < 40; ++index) {
      Block block = blocks[index];
      heap.realloc(block, 12);
    }
    four.free_all(heap, Order::as_allocated, none);
    if (round == 1) trial.figure("bytes after round 1", heap.grown_bytes());
    if (round == 2) trial.figure("after round 2", heap.grown_bytes());
    if (round == 51) trial.figure("after round 51", heap.grown_bytes());
    if (round == 101) trial.figure("after round 101", heap.grown_bytes());
    if (round == 200) trial.figure("after round 200", heap.grown_bytes());
    trial.figure("round", round);
    trial.figure("at most", most);
  }
  trial.require(heap.grown_bytes() <= heap.with_growth(most),
                "the heap stays what the first round made it");
}

// Blocks whose sizes differ by a tenth at most are replaced at random.
template <class Heap>
void replace_at_random(Heap& heap, Trial& trial, unsigned count, ByteCount least, ByteCount most,
                       unsigned percent_over) {
  constexpr unsigned replacements = 40'000;
  heap.start(0, {4096});
  ManyBlocks& blocks = all_blocks();
  blocks.clear();
  Random random(trial.seed());
  ByteCount live = 0;
  ByteCount most_live = 0;
  for (unsigned step = 0; step < count + replacements; ++step) {
    if (step >= count) {
      const Block old = blocks.take(static_cast<unsigned>(random.below(count)));
      live -= old.length;
      heap.free(old);
    }
    const ByteCount length = random.between(least, most);
    if (!trial.require(blocks.add(heap.alloc(length)), "nothing is refused")) return;
    live += length;
    if (live > most_live) most_live = live;
    if (step + 1 == count) trial.figure("bytes when full", heap.grown_bytes());
  }
  trial.figure("bytes in the end", heap.grown_bytes());
  trial.figure("live at most", most_live);
  trial.figure("hundredths of that", uint64_t{heap.grown_bytes()} * 100 / most_live);
  trial.figure("at most", 100 + percent_over);
  trial.require(heap.grown_bytes() <= heap.with_growth(with_percent(most_live, percent_over)),
                "the heap is hardly larger than what lives");
}

template <class Heap>
void settles_within_a_bin_of_large(Heap& heap, Trial& trial) {
  replace_at_random(heap, trial, 300, 131'072, 147'440, 12);
}

template <class Heap>
void settles_within_a_bin_of_small(Heap& heap, Trial& trial) {
  replace_at_random(heap, trial, 10'000, 2100, 2300, 5);
}

// Any bin of sizes that have no class.
template <class Heap>
void settles_within_any_bin(Heap& heap, Trial& trial) {
  Random random(~trial.seed());
  const ByteCount least =
      random.between(2100, power_of_two(static_cast<unsigned>(random.between(12, 17))));
  const auto count = static_cast<unsigned>(random.between(200, 40'000'000 / least));
  replace_at_random(heap, trial, count, least, least + least / random.between(8, 16), 15);
}

inline RepeatedPattern& repeated_pattern() {
  static constinit RepeatedPattern pattern;
  return pattern;
}

// Any pattern at all, at whose end everything is freed: then each repetition is nearly the first
// one. Not quite, for a size class may keep a span that holds no block, and where that lies tells
// on the next repetition. Of 150 patterns five in six stay within 2 %, all of them within this.
inline constexpr ByteCount percent_of_drift = 8;

template <class Heap>
void settles_in_repetition(Heap& heap, Trial& trial) {
  RepeatedPattern& pattern = repeated_pattern();
  pattern.draw(trial.seed(), RepeatedPattern::Sizes::same);
  heap.start(0, {4096});
  ByteCount early = 0;
  for (unsigned repetition = 0; repetition < 500; ++repetition) {
    if (!trial.require(pattern.repeat(heap, repetition), "nothing is refused")) return;
    pattern.free_all(heap);
    if (repetition == 0) trial.figure("pages after 1", heap.grown_bytes() >> wasm_page_log2);
    if (repetition == 49) early = heap.grown_bytes();
  }
  trial.figure("after 50", early >> wasm_page_log2);
  trial.figure("after 500", heap.grown_bytes() >> wasm_page_log2);
  trial.require(heap.grown_bytes() <= with_percent(early, percent_of_drift),
                "the heap after 500 repetitions is that after 50");
}

// A pattern of which something always lives, with other sizes each time. No heap that moves nothing
// settles exactly then; how much it needs is compared with the peer (tests-js/laws.test.js). What
// it may not do is grow on and on.
template <class Heap>
void settles_while_much_lives(Heap& heap, Trial& trial) {
  RepeatedPattern& pattern = repeated_pattern();
  pattern.draw(trial.seed(), static_cast<RepeatedPattern::Sizes>(trial.seed() % 3));
  heap.start(0, {4096});
  ByteCount early = 0;
  for (unsigned repetition = 0; repetition < 500; ++repetition) {
    if (!trial.require(pattern.repeat(heap, repetition), "nothing is refused")) return;
    if (repetition == 49) early = heap.grown_bytes();
  }
  trial.figure("pages after 50", early >> wasm_page_log2);
  trial.figure("after 500", heap.grown_bytes() >> wasm_page_log2);
  const ByteCount most = early + early / 2 + wasm_page_size;
  trial.require(heap.grown_bytes() <= heap.with_growth(most),
                "the heap after 500 repetitions is hardly larger than that after 50");
}

}  // namespace granary::test
