// What the fuzz targets share: one input is one run (run.h). libFuzzer's own mutations work on
// bytes; the ones here work on whole words, so that what follows an insertion keeps its meaning.
//
// Each target defines GRANARY_TEST_RUN, a pair of engines of engines.h, and includes this.
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests-native/properties/engines.h"
#include "tests-native/support/fake_memory.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t most);

namespace granary::test {

void broken(const char* rule, Address address, ByteCount length) {
  fprintf(stderr, "broken: %s (block of %zu bytes at %#zx)\n", rule, length, address);
  abort();
}

namespace {

using Target = GRANARY_TEST_RUN<FakeMemory>;
constinit Target::Heap heap;

// An input of bursts could do a hundred times more.
constexpr uint64_t most_calls = 8'000;
constexpr PageCount most_pages = {300};
constexpr size_t word_size = 4;

// The words of `data`: one changed, some erased, or some inserted that stand elsewhere.
size_t mutate_words(uint8_t* data, size_t count, size_t most, uint64_t random) {
  const size_t at = random % count;
  const size_t other = (random >> 16) % count;
  const size_t length = 1 + (random >> 32) % 4;
  uint8_t* const word = data + at * word_size;
  switch ((random >> 48) % 4) {
    case 0: {
      const size_t erased = length < count - at ? length : count - at;
      if (erased == count) return count;
      memmove(word, word + erased * word_size, (count - at - erased) * word_size);
      return count - erased;
    }
    case 1: {
      if (count + length > most || other + length > count) return count;
      uint8_t inserted[4 * word_size];
      memcpy(inserted, data + other * word_size, length * word_size);
      memmove(word + length * word_size, word, (count - at) * word_size);
      memcpy(word, inserted, length * word_size);
      return count + length;
    }
    default:
      LLVMFuzzerMutate(word, word_size, word_size);
      return count;
  }
}

}  // namespace

}  // namespace granary::test

extern "C" {

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace granary::test;
  using namespace granary;
  FakeMemory::reset({4});
  ByteSource bytes(data, size);
  Target::over(heap, bytes, {FakeMemory::begin, FakeMemory::begin + 4 * wasm_page_size}, most_pages,
               most_calls);
  return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed) {
  using namespace granary::test;
  uint64_t random = (seed + uint64_t{1}) * 0x9e3779b97f4a7c15;
  random ^= random >> 29;
  if (size < 2 * word_size || random % 4 == 0) return LLVMFuzzerMutate(data, size, most);
  return mutate_words(data, size / word_size, most / word_size, random >> 2) * word_size;
}

}  // extern "C"
