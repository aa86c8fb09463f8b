// What a thread of a linked program has of its own: a global of its instance. Each thread has an
// instance of the program, and each instance its own globals, whatever the program's libc does for
// thread-local variables; so nothing has to be set up when a thread starts.
#pragma once

#include "alloc/threads/threaded_engine.h"
#include "runtime/imported_memory.h"

namespace granary {

// How far the thread's lists lie above the empty ones. A new instance has 0 here, because a global
// cannot begin with an address that only the linker knows.
extern "C" ModuleGlobal granary_thread_lists;
extern "C" ModuleGlobal granary_thread_waits;

// Nothing defines this function: the linker says its name.
extern "C" void granary_reset_is_not_for_a_heap_that_threads_share();

struct LinkedThread {
  [[gnu::always_inline]] static ThreadLists& lists(ThreadLists& none) {
    return *reinterpret_cast<ThreadLists*>(reinterpret_cast<Address>(&none) + granary_thread_lists);
  }
  static void set_lists(ThreadLists& own, ThreadLists& none) {
    granary_thread_lists = reinterpret_cast<Address>(&own) - reinterpret_cast<Address>(&none);
  }
  static bool may_wait() { return granary_thread_waits != 0; }
  static void refuse_reset() { granary_reset_is_not_for_a_heap_that_threads_share(); }
};

static_assert(ThreadLocal<LinkedThread>);

}  // namespace granary
