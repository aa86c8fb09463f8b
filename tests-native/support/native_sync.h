// The atomic operations that the products have, on this machine. A thread that waits sleeps in the
// kernel, by a futex, which gives no order to anything.
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/ordered_words.h"

namespace granary::test {

struct NativeSync : OrderedWords {
  static void wait(SharedWord& word, SharedWord expected) {
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
  }
  static void notify_one(SharedWord& word) {
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
};

static_assert(Sync<NativeSync>);

}  // namespace granary::test
