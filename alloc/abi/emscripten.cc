// The face of emscripten's runtime, which calls the allocator by names of its own, so that programs
// may replace malloc and free: for the stacks and the data of threads.
#include "include/granary.h"

extern "C" {

// NOLINTBEGIN(misc-use-internal-linkage): emscripten declares these.
void* emscripten_builtin_malloc(size_t size) { return malloc(size); }
void* emscripten_builtin_memalign(size_t align, size_t size) { return memalign(align, size); }
void emscripten_builtin_free(void* ptr) { free(ptr); }

void* sbrk(intptr_t bytes);
// NOLINTEND(misc-use-internal-linkage)

}  // extern "C"

namespace granary {

// Brings sbrk into the program, where the heap takes its memory from it (runtime/linked_memory.h).
// Without it a program whose memory does not grow would have a part of a page.
extern void* (*const sbrk_of_program)(intptr_t);
void* (*const sbrk_of_program)(intptr_t) = sbrk;

}  // namespace granary
