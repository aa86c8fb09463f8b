/* Grows by at least half of the memory, from the first page on. */
#include <granary.h>

const granary_growth_policy granary_growth = {.share_from = 0, .share_log2 = 1};

__attribute__((export_name("alloc"))) void* call_alloc(size_t size) {
  return granary_alloc(size, 16);
}
