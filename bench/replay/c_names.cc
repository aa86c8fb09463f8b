// The C functions that allocator objects call by name. They copy and fill with the bulk
// instructions, so that all peers copy at the same speed, whatever their own libc was compiled for.
// They are linked from an archive, so an object that brings its own keeps it.

#include <stddef.h>

// The builtins become memory.copy and memory.fill, not calls of the functions that contain them.
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
