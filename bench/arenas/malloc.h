// A heap with C's names: each block is freed, in the order of the allocations.
#pragma once

extern "C" {
void* malloc(size_t length);
void free(void* block);
}

inline void begin_request() {}
inline Address alloc_block(Address length) { return reinterpret_cast<Address>(malloc(length)); }
inline void end_blocks(const Address* blocks, const Address*, Address count) {
  for (Address index = 0; index < count; ++index) free(reinterpret_cast<void*>(blocks[index]));
}
