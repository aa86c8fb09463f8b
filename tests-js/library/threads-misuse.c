/* A program whose threads share the heap of libgranary-threads-checked.a, and misuse it. */
#include "granary.h"
#include "granary_checked.h"

__attribute__((export_name("make"))) void* make(size_t size) { return malloc(size); }

__attribute__((export_name("end"))) void end(void* block) { free(block); }

__attribute__((export_name("write"))) void write(unsigned char* block, size_t at) { block[at] = 1; }

__attribute__((export_name("live_blocks"))) size_t live_blocks(void) {
  return granary_leaks()->block_count;
}

__attribute__((export_name("kind_of_fault"))) unsigned kind_of_fault(void) {
  return granary_fault.kind;
}
