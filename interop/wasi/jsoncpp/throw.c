/* Debian's libc++ for wasm32 is built without exceptions, and JsonCpp is compiled so that it
 * ignores them (-fignore-exceptions). What still names the functions that throw must never run. */

#include <stddef.h>

// NOLINTBEGIN(bugprone-reserved-identifier,misc-unused-parameters)

void* __cxa_allocate_exception(size_t size) { __builtin_trap(); }

_Noreturn void __cxa_throw(void* exception, void* type, void (*destroy)(void*)) {
  __builtin_trap();
}

// NOLINTEND(bugprone-reserved-identifier,misc-unused-parameters)
