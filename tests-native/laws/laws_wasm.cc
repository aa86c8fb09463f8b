// The laws of laws.cc as a WebAssembly module, for 32-bit addresses: one engine a module, or the
// peer that it is linked with. laws.js drives it.
#include "tests-native/laws/laws.h"
#include "tests-native/laws/peer_heap.h"
#include "tests-native/support/inner_memory.h"

#if !defined(GRANARY_LAW_HEAP)
#error "name the heap: -DGRANARY_LAW_HEAP=GranaryHeap<InnerMemory>, or another one"
#endif

namespace granary::test {

namespace {

using Heap = GRANARY_LAW_HEAP;

// Without a constructor: a module of this kind would run it at each call.
constinit Heap heap;
constinit Trial trial(0);

unsigned count_laws() {
  unsigned count = 0;
  for_each_law<Heap>([&](const Law<Heap>& /*law*/) { ++count; });
  return count;
}

Law<Heap> law_at(unsigned index) {
  Law<Heap> result = {};
  for_each_law<Heap>([&](const Law<Heap>& law) {
    if (index-- == 0) result = law;
  });
  return result;
}

}  // namespace

}  // namespace granary::test

// Strings are addresses, each ended by a zero; null where there is none.
#define GRANARY_EXPORT(name) [[clang::export_name(name)]]

extern "C" {

using namespace granary::test;

GRANARY_EXPORT("law_count") unsigned law_count() { return count_laws(); }
GRANARY_EXPORT("law_name") const char* law_name(unsigned law) { return law_at(law).name; }
GRANARY_EXPORT("law_sentence") const char* law_sentence(unsigned law) {
  return law_at(law).sentence;
}
GRANARY_EXPORT("law_seeds") unsigned law_seeds(unsigned law) { return law_at(law).seeds; }
GRANARY_EXPORT("law_policies") unsigned law_policies(unsigned law) { return law_at(law).policies; }
GRANARY_EXPORT("policy_name") const char* policy_name(unsigned policy) {
  return policies[policy].name;
}

// What was broken, or null.
GRANARY_EXPORT("try_law") const char* try_law(unsigned law, unsigned policy, unsigned seed) {
  ChosenPolicy::chosen = policies[policy].policy;
  trial = Trial(seed);
  law_at(law).run(heap, trial);
  return trial.broken();
}

// Of the latest trial.
GRANARY_EXPORT("figure_count") unsigned figure_count() { return trial.figure_count(); }
GRANARY_EXPORT("figure_name") const char* figure_name(unsigned index) {
  return trial.figure_at(index).name;
}
GRANARY_EXPORT("figure_value") double figure_value(unsigned index) {
  return static_cast<double>(trial.figure_at(index).value);
}

// What a peer calls for memory.
void* sbrk(intptr_t increment) {
  if (increment == 0) {
    return reinterpret_cast<void*>(granary::WasmMemory::size().value << granary::wasm_page_log2);
  }
  const granary::Address begin =
      increment < 0 ? 0 : PeerMemory::grow(static_cast<granary::ByteCount>(increment));
  return reinterpret_cast<void*>(begin == 0 ? ~granary::Address{0} : begin);
}

}  // extern "C"
