/* The calls of granary_checked.h under the names of granary-checked.wasm's exports; with inspect.c,
 * the same tests drive both. `granary_fault` is exported by the linker. The malloc family has names
 * of its own here: `free` is the call of the vtable. */
#include <granary.h>
#include <granary_checked.h>

#define EXPORT(name) __attribute__((export_name(name)))

EXPORT("leaks") const granary_leak_report* call_leaks(void) { return granary_leaks(); }

EXPORT("check") void call_check(void) { granary_check(); }

EXPORT("set_limits") void call_set_limits(size_t quarantine, size_t fill) {
  granary_set_limits(quarantine, fill);
}

EXPORT("c_malloc") void* c_malloc(size_t size) { return malloc(size); }

EXPORT("c_calloc") void* c_calloc(size_t count, size_t size) { return calloc(count, size); }

EXPORT("c_realloc") void* c_realloc(void* ptr, size_t size) { return realloc(ptr, size); }

EXPORT("c_free") void c_free(void* ptr) { free(ptr); }

EXPORT("c_usable_size") size_t c_usable_size(void* ptr) { return malloc_usable_size(ptr); }
