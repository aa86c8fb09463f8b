// Who tests the tests: engines that break the contract now and then, each in one way. A run over
// each of them has to end with the rule that it broke.
//
// usage: faulty_engines FLAW      prints the rule; exit status 1 when none was found broken
//        faulty_engines           prints the flaws

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests-native/properties/faulty_engine.h"
#include "tests-native/support/fake_memory.h"

namespace granary::test {

void broken(const char* rule, Address /*address*/, ByteCount /*length*/) {
  puts(rule);
  exit(0);
}

namespace {

int main_of(int count, char** words) {
  constexpr unsigned flaw_count = sizeof(flaw_names) / sizeof(flaw_names[0]);
  for (unsigned index = 0; index < flaw_count; ++index) {
    if (count < 2) puts(flaw_names[index]);
    if (count == 2 && strcmp(words[1], flaw_names[index]) == 0) flaw = static_cast<Flaw>(index);
  }
  if (count < 2) return 0;
  static constinit FaultyRun<FakeMemory>::Heap heap;
  constexpr Region initial = {FakeMemory::begin, FakeMemory::begin + 4 * wasm_page_size};
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    FakeMemory::reset({4});
    ByteSource bytes(seed);
    auto operations = start_run<FakeMemory>(heap, bytes, initial, {2500});
    // If there is a page beyond the initial ones, it is a stranger's.
    SharedMemory<FakeMemory>::grow_as_stranger({1});
    operations.go_on(20'000);
    operations.finish();
  }
  puts("no rule broken");
  return 1;
}

}  // namespace

}  // namespace granary::test

int main(int count, char** words) { return granary::test::main_of(count, words); }
