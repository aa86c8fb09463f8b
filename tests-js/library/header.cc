// The header in a C++ program.
#include <granary.h>

extern "C" __attribute__((export_name("run"))) int run() {
  void* block = granary_alloc(64, alignof(long long));
  granary_free(block, 64, alignof(long long));
  return block != nullptr ? 1 : 0;
}
