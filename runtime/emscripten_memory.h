// The memory of a program of emscripten, all of which comes from emscripten's sbrk: so the script
// beside the module hears of every growth and renews its views. Nothing is taken to be known of the
// rest of the memory, not even where the data of the program ends.
#pragma once

#include "runtime/sbrk_memory.h"

namespace granary {

struct EmscriptenEnd {
  // This is defined in alloc/abi/emscripten_sbrk.cc, an object that every program then has.
  static Address move(intptr_t bytes);
};

using EmscriptenMemory = SbrkMemory<EmscriptenEnd>;

static_assert(PageSourceWithSlack<EmscriptenMemory>);

}  // namespace granary
