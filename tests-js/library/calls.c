/* A bare program that exports the library's calls as they are, for the tests to call. */
#include <granary.h>

#define EXPORT(name) __attribute__((export_name(name)))

EXPORT("alloc") void* call_alloc(size_t size, size_t align) { return granary_alloc(size, align); }

EXPORT("alloc_zeroed") void* call_alloc_zeroed(size_t size, size_t align) {
  return granary_alloc_zeroed(size, align);
}

EXPORT("resize") int call_resize(void* ptr, size_t size, size_t align, size_t new_size) {
  return granary_resize(ptr, size, align, new_size);
}

EXPORT("remap") void* call_remap(void* ptr, size_t size, size_t align, size_t new_size) {
  return granary_remap(ptr, size, align, new_size);
}

EXPORT("free") void call_free(void* ptr, size_t size, size_t align) {
  granary_free(ptr, size, align);
}
