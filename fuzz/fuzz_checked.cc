// libFuzzer target: the checked wrapper over the default engine; what it is told to do is all
// allowed.
#define GRANARY_FUZZ_RUN CheckedRun
#include "fuzz/fuzz_target.h"
