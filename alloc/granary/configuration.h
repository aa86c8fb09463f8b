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
  // grows; after that the table gets pages of its own. A call can move a quarter of a mebibyte of
  // records without a pause.
  ByteCount table_moves_up_to = ByteCount{1} << 28;
  // Those pages have records for so many bytes of memory from the heap's first page on, or for the
  // whole address space. The memories of JavaScript have at most 16 GiB. A heap that reaches over
  // more gets a table for 64 times as much.
  ByteCount table_reach =
      address_bits == 32 ? whole_address_space : ByteCount{1} << 34 % address_bits;

  static constexpr ByteCount whole_address_space = ~ByteCount{0};

  constexpr bool outgrows_table() const { return table_reach != whole_address_space; }
};

}  // namespace granary
