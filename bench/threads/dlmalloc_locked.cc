// wasi-libc's dlmalloc with a lock around every call: the linker renames its functions (--wrap).
#include <stddef.h>

#include "alloc/threads/lock.h"
#include "bench/threads/atomics.h"

namespace {

constinit granary::Lock<bench::Atomics> lock;

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names.
extern "C" {

void* __real_malloc(size_t size);
void __real_free(void* block);

void* __wrap_malloc(size_t size) {
  lock.take(true);
  void* const block = __real_malloc(size);
  lock.release();
  return block;
}

void __wrap_free(void* block) {
  lock.take(true);
  __real_free(block);
  lock.release();
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
