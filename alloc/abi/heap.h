// The one heap of a program: every face calls this one, so a block may be allocated through one
// face and freed through another.
#pragma once

#include "alloc/abi/config.h"

namespace granary {

// All of its state is zero at the start, so it takes no byte of the module and nothing has to run
// before the first call.
extern ProductEngine heap;

}  // namespace granary
