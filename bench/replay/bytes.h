// Addresses as the host and the operations write them, and the bytes at these addresses.

#pragma once

#include <stdint.h>

namespace bench {

inline uint8_t* bytes_at(uint32_t address) { return reinterpret_cast<uint8_t*>(address); }

}  // namespace bench
