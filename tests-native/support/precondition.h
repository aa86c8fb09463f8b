// For unit tests: whether a call that does not keep a precondition (runtime/expect.h) ends there.
// It is made in a process of its own.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

namespace granary::test {

// What `__builtin_trap` raises depends on the processor; a sanitizer that met what came of the call
// would exit.
inline bool has_trapped(int status) {
  return WIFSIGNALED(status) && (WTERMSIG(status) == SIGILL || WTERMSIG(status) == SIGTRAP);
}

template <class Call>
void expect_trap(Call call) {
  EXPECT_EXIT(static_cast<void>(call()), has_trapped, "");
}

}  // namespace granary::test
