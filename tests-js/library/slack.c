/* A program whose data end with FILL bytes of its own, so that what is left of their wasm page can
 * be made of any size. */
#include <granary.h>
#include <granary_inspect.h>

#define EXPORT(name) __attribute__((export_name(name)))

static unsigned char fill[FILL];

EXPORT("fill") unsigned char* address_of_fill(void) { return fill; }

EXPORT("alloc") void* call_alloc(size_t size) { return granary_alloc(size, 16); }

EXPORT("alloc_zeroed") void* call_alloc_zeroed(size_t size) {
  return granary_alloc_zeroed(size, 16);
}

EXPORT("free") void call_free(void* block, size_t size) { granary_free(block, size, 16); }

EXPORT("verify") uint32_t call_verify(void) { return granary_verify(); }
