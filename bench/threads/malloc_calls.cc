// C's names for the engine of a product.
#include "alloc/abi/heap.h"

namespace {

constexpr granary::Alignment alignment = granary::Alignment::from_bytes(16);

}  // namespace

extern "C" {

void* malloc(size_t size) {
  return reinterpret_cast<void*>(granary::heap().alloc(size, alignment));
}

void free(void* block) {
  granary::heap().free({reinterpret_cast<granary::Address>(block), 0, alignment});
}

}  // extern "C"
