// One run of a string of operations over a pair of engines in a fresh memory. The first word of the
// string says what the memory is like:
//
//   bits   0 .. 3    4 .. 7    8 .. 12          13, 14         15 .. 17
//          slack of each       pages that can   one program    by how much
//          program             be grown         or two         a heap grows
#pragma once

#include "alloc/common/growth.h"
#include "tests-native/properties/operations.h"

namespace granary::test {

// The growth policy of every engine in a run.
struct ChosenGrowth {
  static GrowthPolicy policy() { return chosen; }
  static inline GrowthPolicy chosen = default_growth;
};

// How many calls the run of a seed makes. Most runs are long, for heaps to age; some are short, for
// there are many ways to begin.
constexpr uint64_t calls_of_seed(uint64_t seed) {
  constexpr uint32_t calls[] = {1'000'000, 3'000, 200'000, 20'000};
  return calls[seed % 4];
}

// A module's data ends somewhere in its pages; what is left of them is its slack.
constexpr Region slack_before(Address end, uint32_t selector) {
  constexpr uint32_t sizes[] = {0,    16,   48,    80,    112,   144,   512,   1024,
                                3072, 9008, 20000, 40960, 65520, 65536, 98304, 131072};
  return {end - sizes[selector], end};
}

// `initial` is what there is of the memory before anything grows: at least four pages. It is empty,
// and never gets more than `most_pages` beyond that.
template <class Memory, class Shadow>
Operations<Shadow> start_run(Shadow& shadow, ByteSource& bytes, Region initial,
                             PageCount most_pages) {
  constexpr uint16_t pages[32] = {0,   1,   2,   3,   5,   8,    12,   16,   20,   25,  30,
                                  40,  50,  60,  70,  80,  100,  120,  150,  200,  250, 300,
                                  400, 500, 600, 800, 900, 1000, 1200, 1500, 2000, 2500};
  constexpr GrowthPolicy policies[8] = {default_growth,
                                        default_growth,
                                        {.share_from = {0}, .share_log2 = 0},
                                        {.share_from = {2}, .share_log2 = 1},
                                        {.share_from = {8}, .share_log2 = 3},
                                        {.share_from = {~ByteCount{0}}, .share_log2 = 0},
                                        {.share_from = {16}, .share_log2 = 2},
                                        default_growth};
  const uint32_t word = bytes.word();
  const Address middle = initial.end - 2 * wasm_page_size;
  const Region slacks[program_count] = {slack_before(middle, word & 15),
                                        slack_before(initial.end, word >> 4 & 15)};
  const ByteCount asked = pages[word >> 8 & 31];
  const ByteCount grown_at_most = asked < most_pages.value ? asked : most_pages.value;
  ChosenGrowth::chosen = policies[word >> 15 & 7];
  const ByteCount initial_pages = Memory::size().value - (Memory::begin >> wasm_page_log2);
  shadow.start(slacks, {initial_pages + grown_at_most});
  const unsigned programs = (word >> 13 & 3) == 0 ? 2 : 1;
  return {shadow, bytes, programs, (grown_at_most + 4) << wasm_page_log2};
}

}  // namespace granary::test
