// The heap and the threads of granary_threads.h.
#include "alloc/abi/heap.h"

namespace granary {

constinit ProductEngine heap_of_module;

constinit ModuleGlobal granary_thread_lists = 0;
constinit ModuleGlobal granary_thread_waits = 0;

}  // namespace granary

extern "C" __attribute__((export_name("may_wait"))) void export_may_wait() {
  granary::granary_thread_waits = 1;
}
