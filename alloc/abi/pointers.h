// Converts the pointers of C programs to addresses and back, for the faces that have pointers.
#pragma once

#include "alloc/common/engine.h"

namespace granary {

inline Address address_of(void* pointer) { return reinterpret_cast<Address>(pointer); }
inline void* pointer_to(Address address) { return reinterpret_cast<void*>(address); }

}  // namespace granary
