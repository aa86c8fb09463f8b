// libFuzzer target: `classic`, and now and then the default engine beside it.
#define GRANARY_FUZZ_RUN ClassicRun
#include "fuzz/fuzz_target.h"
