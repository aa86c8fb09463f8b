/* A program with a cabi_realloc of its own, as binding generators emit one, on top of malloc. */
#include <granary.h>

static int calls;

void* cabi_realloc(void* ptr, size_t old_size, size_t align, size_t new_size) {
  (void)old_size;
  (void)align;
  calls++;
  return realloc(ptr, new_size);
}

__attribute__((export_name("calls"))) int calls_so_far(void) { return calls; }
