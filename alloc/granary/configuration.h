// The configuration says what an engine does beyond the four calls. It is a value, tested with
// `if constexpr`, so a feature that is off costs nothing.
#pragma once

#include "runtime/integers.h"

namespace granary {

struct Configuration {
  // Whether a walk can find every block from the first one on (heap_walk.h). This costs some twenty
  // bytes of code where memory is brought in, and no instruction elsewhere.
  bool walkable = false;
  // While the heap reaches over no more bytes than this, its span table moves whenever the heap
  // grows; after that the table gets pages of its own, with records for every address up to
  // `table_reach`. A call can move a quarter of a mebibyte of records without a pause.
  ByteCount table_moves_up_to = address_bits == 32 ? ByteCount{1} << 28 : ~ByteCount{0};
  Address table_reach = ~Address{0};
};

}  // namespace granary
