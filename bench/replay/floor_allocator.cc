// The calls of the floor (floor.h). `alloc` and `free` are for JavaScript, which calls them as it
// calls a real allocator's, to show what crossing the boundary costs.

#include "bytes.h"

using bench::Address;

extern "C" {

Address floor_alloc(const Address* next, Address, uint32_t, Address) { return *next; }

Address floor_remap(const Address* next, Address, Address, uint32_t, Address, Address) {
  return *next;
}

void floor_free(Address, Address, Address, uint32_t, Address) {}

volatile Address one_block = 1024;

Address alloc(Address, Address, uint32_t, Address) { return one_block; }

void free(Address, Address, Address, uint32_t, Address) {}
}
