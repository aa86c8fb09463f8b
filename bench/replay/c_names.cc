// The C functions that allocator objects call by name. Copying and filling are the bulk
// instructions, so that all peers copy at the same speed, whatever the libc they came with was
// compiled for. Linked from an archive: an object that brings its own keeps it.

#include <stddef.h>

// The builtins become memory.copy and memory.fill, not calls of the functions they stand in.
extern "C" {

void* memcpy(void* destination, const void* source, size_t length) {
  return __builtin_memmove(destination, source, length);
}

void* memmove(void* destination, const void* source, size_t length) {
  return __builtin_memmove(destination, source, length);
}

void* memset(void* destination, int byte, size_t length) {
  return __builtin_memset(destination, byte, length);
}

[[noreturn]] void abort() { __builtin_trap(); }
}
