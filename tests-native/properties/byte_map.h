// Which bytes of the memory belong to a live block: a bit for each four of them, the least that any
// engine puts blocks apart. Marking notices at once when two blocks share a byte.
#pragma once

#include "runtime/page_source.h"

namespace granary::test {

template <class Memory>
class ByteMap {
 public:
  // False when a byte was marked already. A block of length 0 takes a place of its own too.
  bool mark(Address address, ByteCount length) {
    uint64_t met = 0;
    for_words(address, length, [&](uint64_t& word, uint64_t mask) {
      met |= word & mask;
      word |= mask;
    });
    return met == 0;
  }

  void clear(Address address, ByteCount length) {
    for_words(address, length, [](uint64_t& word, uint64_t mask) { word &= ~mask; });
  }

  // As if nothing had been marked.
  void forget() {
    __builtin_memset(words_, 0, used_words_ * sizeof(words_[0]));
    used_words_ = 0;
  }

 private:
  static constexpr unsigned granule_log2 = 2;
  static constexpr ByteCount word_count =
      (Memory::capacity.value << wasm_page_log2 >> granule_log2) / 64;

  // Fuzzing has nothing to learn from the loop.
  template <class Action>
  [[clang::no_sanitize("coverage")]] void for_words(Address address, ByteCount length,
                                                    Action action) {
    const ByteCount first = (address - Memory::begin) >> granule_log2;
    const ByteCount last =
        (address - Memory::begin + (length == 0 ? 0 : length - 1)) >> granule_log2;
    const uint64_t from_first = ~uint64_t{0} << (first % 64);
    const uint64_t up_to_last = ~uint64_t{0} >> (63 - last % 64);
    ByteCount index = first / 64;
    const ByteCount end = last / 64;
    if (end >= used_words_) used_words_ = end + 1;
    if (index == end) return action(words_[index], from_first & up_to_last);
    action(words_[index], from_first);
    while (++index != end) action(words_[index], ~uint64_t{0});
    action(words_[end], up_to_last);
  }

  ByteCount used_words_ = 0;
  uint64_t words_[word_count] = {};
};

}  // namespace granary::test
