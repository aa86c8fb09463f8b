// The runs of random_operations.cc as a WebAssembly module, for 32-bit addresses and the memory
// that products have: one engine a module, one run an instance. random-operations-wasm.js drives
// it.
#include "tests-native/properties/faulty_engine.h"
#include "tests-native/support/real_memory.h"

#if !defined(GRANARY_TEST_RUN)
#error \
    "name the pair of engines: -DGRANARY_TEST_RUN=GranaryRun, or another one of tests-native/properties/engines.h"
#endif

namespace granary::test {

// The host's: throws.
[[clang::import_module("host"), clang::import_name("broken")]] [[noreturn]] void tell_host(
    const char* rule, Address address, ByteCount length);

void broken(const char* rule, Address address, ByteCount length) {
  tell_host(rule, address, length);
}

namespace {

// Without a constructor: a module of this kind would run it at each call.
constinit GRANARY_TEST_RUN<RealMemory>::Heap heap;

}  // namespace

}  // namespace granary::test

extern "C" {

// The run of a seed, cut off at `most_calls`.
[[clang::export_name("run")]] void run(uint64_t seed, uint64_t most_calls) {
  using namespace granary::test;
  const uint64_t calls = calls_of_seed(seed);
  ByteSource bytes(seed);
  GRANARY_TEST_RUN<RealMemory>::over(heap, bytes, RealMemory::slack(), {2500},
                                     calls < most_calls ? calls : most_calls);
}

// How many calls to the engines there have been.
[[clang::export_name("calls")]] uint64_t calls() { return granary::test::heap.calls(); }

}  // extern "C"
