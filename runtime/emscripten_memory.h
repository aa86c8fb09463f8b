// The memory of a program of emscripten, all of which comes from emscripten's sbrk: so the script
// beside the module hears of every growth and renews its views. Nothing is taken to be known of the
// rest of the memory, not even where the data of the program ends.
#pragma once

#include "runtime/sbrk_memory.h"

extern "C" void* sbrk(intptr_t bytes);  // NOLINT(misc-use-internal-linkage)

namespace granary {

struct EmscriptenEnd {
  static Address move(intptr_t bytes) { return reinterpret_cast<Address>(sbrk(bytes)); }
};

using EmscriptenMemory = SbrkMemory<EmscriptenEnd>;

static_assert(PageSourceWithSlack<EmscriptenMemory>);

}  // namespace granary
