// Addresses as the host and the operations write them, and the bytes at these addresses.

#pragma once

#include <stddef.h>
#include <stdint.h>

namespace bench {

// As wide as a pointer. Lengths of blocks have 32 bits in traces, and are as wide as this in calls.
using Address = uintptr_t;

inline uint8_t* bytes_at(Address address) { return reinterpret_cast<uint8_t*>(address); }

}  // namespace bench
