// What the header of a product is put together from: where its heap's state lies.
//
// A product is one header of this folder, which says in a struct `Product` which engine it has over
// which memory, and one row of products.json.
#pragma once

#include "runtime/imported_memory.h"

namespace granary {

// One value of each type, side by side.
template <class Kept>
struct KeptPart {
  Kept value;
};
template <class... Kept>
struct KeptParts : KeptPart<Kept>... {};

// The linker places the state among the data of the module or program.
struct StateInData {
  static constexpr bool is_imported = false;
  static constexpr ByteCount stack_size = 0;
  using State = KeptParts<>;
};

// The memory is a host's, in which the linker can place nothing: what is kept lies in a page that
// the start function grows, behind a stack of so many bytes.
template <ByteCount bytes_of_stack, class... Kept>
struct StateInImportedMemory {
  static_assert(bytes_of_stack % 16 == 0, "the stack pointer stays a multiple of 16");
  static constexpr bool is_imported = true;
  static constexpr ByteCount stack_size = bytes_of_stack;
  using State = KeptParts<Kept...>;
};

}  // namespace granary
