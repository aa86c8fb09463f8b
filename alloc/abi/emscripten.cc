// The face of emscripten's runtime, which calls the allocator by names of its own, so that programs
// may replace malloc and free: for the stacks and the data of threads.
#include "alloc/abi/heap.h"
#include "include/granary.h"

extern "C" {

// NOLINTBEGIN(misc-use-internal-linkage): emscripten declares these.
void* emscripten_builtin_malloc(size_t size) { return malloc(size); }
void* emscripten_builtin_memalign(size_t align, size_t size) { return memalign(align, size); }
void emscripten_builtin_free(void* ptr) { free(ptr); }
// NOLINTEND(misc-use-internal-linkage)

}  // extern "C"
