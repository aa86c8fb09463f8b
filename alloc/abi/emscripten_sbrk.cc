// Where the heap of a program of emscripten without threads takes its memory.
#include "alloc/abi/product.h"

extern "C" {

// NOLINTBEGIN(misc-use-internal-linkage): emscripten declares these.
void* sbrk(intptr_t bytes);
void* emscripten_builtin_malloc(size_t size);
// NOLINTEND(misc-use-internal-linkage)

}  // extern "C"

namespace granary {

Address EmscriptenEnd::move(intptr_t bytes) { return reinterpret_cast<Address>(sbrk(bytes)); }

// Brings the face of emscripten's runtime (emscripten.cc) into every program. Emscripten's own
// allocator defines the same names, so the linker refuses a program that would have both.
extern void* (*const malloc_of_runtime)(size_t);
void* (*const malloc_of_runtime)(size_t) = emscripten_builtin_malloc;

}  // namespace granary
