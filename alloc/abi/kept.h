// The values that a product keeps from one call to the next, found by their types: they lie in data
// of its own, or, over an imported memory, at the address that the start function chose.
#pragma once

#include "alloc/abi/product.h"
#include "alloc/abi/trap_with_fault.h"

namespace granary {

// This is for imported memories alone: elsewhere the linker knows where the values are.
template <class Kept>
[[gnu::always_inline]] inline Kept& in_imported_memory() {
  return static_cast<KeptPart<Kept>&>(*reinterpret_cast<Product::State*>(imported_state)).value;
}

inline Region ImportedMemory::slack() {
  const Address page = imported_state - Product::stack_size;
  return {imported_state + sizeof(Product::State), page + wasm_page_size};
}

template <class Record>
void TrapInImportedMemory<Record>::report(const Record& fault) {
  in_imported_memory<Record>() = fault;
  // A trap does not free the stack of the calls that it ends.
  __stack_pointer = imported_state;
  __builtin_trap();
}

// Returns the one value of a type that a module keeps for a face.
template <class Kept>
Kept& kept() {
  if constexpr (Product::is_imported) {
    return in_imported_memory<Kept>();
  } else {
    static constinit Kept value = {};
    return value;
  }
}

}  // namespace granary
