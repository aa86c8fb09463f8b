// The calls of the floor (floor.h). `alloc` and `free` are for JavaScript, which calls them as it
// calls a real allocator's, to show what crossing the boundary costs.

#include <stdint.h>

extern "C" {

uint32_t floor_alloc(const uint32_t* next, uint32_t, uint32_t, uint32_t) { return *next; }

uint32_t floor_remap(const uint32_t* next, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t) {
  return *next;
}

void floor_free(uint32_t, uint32_t, uint32_t, uint32_t, uint32_t) {}

volatile uint32_t one_block = 1024;

uint32_t alloc(uint32_t, uint32_t, uint32_t, uint32_t) { return one_block; }

void free(uint32_t, uint32_t, uint32_t, uint32_t, uint32_t) {}
}
