// The parts of a product's header: they say where the state of its heap lies.
//
// A product is one header of this folder, whose struct `Product` says which engine it has over
// which memory, and one row of products.json.
#pragma once

#include "runtime/imported_memory.h"

namespace granary {

// Holds one value of each type, side by side.
template <class Kept>
struct KeptPart {
  Kept value;
};
template <class... Kept>
struct KeptParts : KeptPart<Kept>... {};

// Here the linker places the state among the data of the module or program.
struct StateInData {
  static constexpr bool is_imported = false;
  static constexpr ByteCount stack_size = 0;
  using State = KeptParts<>;
};

// Here the memory is imported and the linker can place nothing in it. The state lies in a page that
// the start function grows, above a stack of `bytes_of_stack`.
template <ByteCount bytes_of_stack, class... Kept>
struct StateInImportedMemory {
  static_assert(bytes_of_stack % 16 == 0, "the stack pointer stays a multiple of 16");
  static constexpr bool is_imported = true;
  static constexpr ByteCount stack_size = bytes_of_stack;
  using State = KeptParts<Kept...>;
};

}  // namespace granary
