// What a native thread has of its own: its lists in one heap, and whether it may wait. So a thread
// uses one heap at a time, and forgets its lists before it turns to another.
#pragma once

#include "alloc/threads/threaded_engine.h"

namespace granary::test {

struct NativeThread {
  static ThreadLists& lists(ThreadLists& none) { return own_ != nullptr ? *own_ : none; }
  static void set_lists(ThreadLists& own, ThreadLists& none) {
    own_ = &own == &none ? nullptr : &own;
  }
  static bool may_wait() { return may_wait_; }

  // As for a thread that has not allocated yet.
  static void start(bool may_wait) {
    own_ = nullptr;
    may_wait_ = may_wait;
  }

 private:
  static inline thread_local ThreadLists* own_ = nullptr;
  static inline thread_local bool may_wait_ = false;
};

static_assert(ThreadLocal<NativeThread>);

}  // namespace granary::test
