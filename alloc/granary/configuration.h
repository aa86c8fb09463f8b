// What an engine can be told to do beyond the four calls. A value, tested with `if constexpr`: what
// is off costs nothing.
#pragma once

#include "runtime/integers.h"

namespace granary {

struct Configuration {
  // Whether every block can be found from the first on (heap_walk.h). Costs some twenty bytes of
  // code where memory is brought in, and no instruction elsewhere.
  bool walkable = false;
  // While the heap reaches over no more bytes than this, its span table moves whenever the heap
  // grows; after that the table gets pages of its own, with records for every address up to
  // `table_reach`. A quarter of a mebibyte of records is what a call can move without a pause.
  ByteCount table_moves_up_to = address_bits == 32 ? ByteCount{1} << 28 : ~ByteCount{0};
  Address table_reach = ~Address{0};
};

}  // namespace granary
