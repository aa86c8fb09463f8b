// What a thread of a module over a shared memory has of its own: globals, because each thread has
// an instance of its own, and each instance its own globals.
#pragma once

#include "alloc/threads/threaded_engine.h"
#include "runtime/imported_memory.h"

namespace granary {

// The address of the thread's lists. The start function makes it that of the empty lists.
extern "C" ModuleGlobal thread_lists;
extern "C" ModuleGlobal thread_waits;

struct ModuleThread {
  [[gnu::always_inline]] static ThreadLists& lists(ThreadLists& /*none*/) {
    return *reinterpret_cast<ThreadLists*>(thread_lists);
  }
  static void set_lists(ThreadLists& own, ThreadLists& /*none*/) {
    thread_lists = reinterpret_cast<Address>(&own);
  }
  static bool may_wait() { return thread_waits != 0; }
};

static_assert(ThreadLocal<ModuleThread>);

}  // namespace granary
