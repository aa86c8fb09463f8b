// libFuzzer target: verify, the walk and the statistics over heaps of which a word was overwritten.
#define GRANARY_FUZZ_RUN DamagedRun
#include "fuzz/fuzz_target.h"
