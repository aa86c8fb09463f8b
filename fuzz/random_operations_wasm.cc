// The runs of random_operations.cc as a WebAssembly module, for 32-bit addresses and the memory
// that products have: one engine a module, one run an instance. random-operations-wasm.js drives
// it.
#include "fuzz/faulty_engine.h"
#include "fuzz/real_memory.h"

#if !defined(GRANARY_FUZZ_RUN)
#error "name the pair of engines: -DGRANARY_FUZZ_RUN=GranaryRun, or another one of fuzz/engines.h"
#endif

namespace granary::fuzz {

// The host's: throws.
[[clang::import_module("host"), clang::import_name("broken")]] [[noreturn]] void tell_host(
    const char* rule, Address address, ByteCount length);

void broken(const char* rule, Address address, ByteCount length) {
  tell_host(rule, address, length);
}

namespace {

// Without a constructor: a module of this kind would run it at each call.
constinit GRANARY_FUZZ_RUN<RealMemory>::Heap heap;

}  // namespace

}  // namespace granary::fuzz

extern "C" {

// The run of a seed, cut off at `most_calls`.
[[clang::export_name("run")]] void run(uint64_t seed, uint64_t most_calls) {
  using namespace granary::fuzz;
  const uint64_t calls = calls_of_seed(seed);
  ByteSource bytes(seed);
  GRANARY_FUZZ_RUN<RealMemory>::over(heap, bytes, RealMemory::slack(), {2500},
                                     calls < most_calls ? calls : most_calls);
}

// How many calls to the engines there have been.
[[clang::export_name("calls")]] uint64_t calls() { return granary::fuzz::heap.calls(); }

}  // extern "C"
